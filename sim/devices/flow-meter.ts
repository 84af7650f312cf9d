import type {Millis} from '../../protocols/base/clock.js';
import type {ModbusReply, ModbusRequest} from '../../protocols/modbus/pdu.js';
import {
  encodeFlowMeter,
  type FlowMeterProfile,
  TUF_2000M_PROFILE,
} from '../../protocols/profiles/flow-meter-profile.js';
import type {LineDevice, Transmission} from '../wire/line-device.js';
import {DEFAULT_TURNAROUND_MS, exceptionReply, readRegisters, serveFrame} from './modbus-slave.js';
import type {WaterPipe} from './water-pipe.js';

export interface FlowMeterOptions {
  readonly unit: number;
  /** The pipe that it is clamped on, with whatever valve is in it. */
  readonly pipe: WaterPipe;
  readonly profile?: FlowMeterProfile;
  readonly turnaroundMs?: Millis;
}

const SOUND_SIGNAL_PERCENT = 90;

/** A TUF-2000M: counts what runs through the pipe for as long as it hears its own sound. */
export class FlowMeter implements LineDevice {
  readonly unit: number;
  isUnplugged = false;
  /** 0..99; air in the pipe takes it away. */
  signalPercent = SOUND_SIGNAL_PERCENT;
  readonly #options: FlowMeterOptions;
  /** Pipe volume at which the total was set to 0. */
  #zeroMl = 0;

  constructor(options: FlowMeterOptions) {
    this.unit = options.unit;
    this.#options = options;
  }

  /** A service man clears the totaliser (M37). */
  reset(): void {
    this.#zeroMl = this.#options.pipe.totalMl;
  }

  receive(frame: Uint8Array): readonly Transmission[] {
    if (this.isUnplugged) return [];
    const {turnaroundMs = DEFAULT_TURNAROUND_MS} = this.#options;
    return serveFrame({unit: this.unit, turnaroundMs}, frame, request => this.#serve(request));
  }

  #serve(request: ModbusRequest): ModbusReply {
    if (request.kind !== 'read' || request.functionCode !== 3) {
      return exceptionReply(request.functionCode, 1);
    }
    const {pipe, profile = TUF_2000M_PROFILE} = this.#options;
    const totalMl = pipe.totalMl - this.#zeroMl;
    const {signalPercent} = this;
    const words = encodeFlowMeter(
      {totalMl, flowMlPerMin: pipe.flowMlPerMin, signalPercent},
      profile,
    );
    const before = new Array<number>(profile.block.register).fill(0);
    return readRegisters(request, [...before, ...words]);
  }
}
