import type {Clock, Millis} from '../../protocols/base/clock.js';
import type {ModbusReply, ModbusRequest} from '../../protocols/modbus/pdu.js';
import {
  encodeDistance,
  type UltrasonicProfile,
  URM14_PROFILE,
} from '../../protocols/profiles/ultrasonic-profile.js';
import type {LineDevice, Transmission} from '../wire/line-device.js';
import {DEFAULT_TURNAROUND_MS, exceptionReply, readRegisters, serveFrame} from './modbus-slave.js';

export interface UltrasonicOptions {
  readonly clock: Clock;
  readonly unit: number;
  readonly floorMm: number;
  readonly profile?: UltrasonicProfile;
}

/** A distance sensor over a bay that measures when it is triggered. */
export class Ultrasonic implements LineDevice {
  readonly unit: number;
  isUnplugged = false;
  /** Nothing sends an echo: a torn transducer, a spider's web. */
  isBlind = false;
  readonly triggeredMs: Millis[] = [];
  readonly #clock: Clock;
  readonly #floorMm: number;
  readonly #profile: UltrasonicProfile;
  #aboveFloorMm = 0;
  #measured: number | 'none' = 'none';

  constructor({clock, unit, floorMm, profile = URM14_PROFILE}: UltrasonicOptions) {
    this.unit = unit;
    this.#clock = clock;
    this.#floorMm = floorMm;
    this.#profile = profile;
  }

  /** The top of whatever stands below, 0 = nothing. */
  setHeight(aboveFloorMm: number): void {
    this.#aboveFloorMm = aboveFloorMm;
  }

  receive(frame: Uint8Array): readonly Transmission[] {
    if (this.isUnplugged) return [];
    const address = {unit: this.unit, turnaroundMs: DEFAULT_TURNAROUND_MS};
    return serveFrame(address, frame, request => this.#serve(request));
  }

  #serve(request: ModbusRequest): ModbusReply {
    const {distance, control} = this.#profile;
    if (request.kind === 'read') {
      const words = new Array<number>(control.register + 1).fill(0);
      words[distance.register] = encodeDistance(this.#measured, this.#profile);
      return readRegisters(request, words);
    }
    const {functionCode} = request;
    if (request.kind !== 'writeOne' || functionCode !== 6) return exceptionReply(functionCode, 1);
    if (request.address !== control.register) return exceptionReply(functionCode, 2);
    if (request.value === control.trigger) this.#measure();
    return {kind: 'written', functionCode, address: request.address, value: request.value};
  }

  #measure(): void {
    this.triggeredMs.push(this.#clock.nowMs());
    this.#measured = this.isBlind ? 'none' : this.#floorMm - this.#aboveFloorMm;
  }
}
