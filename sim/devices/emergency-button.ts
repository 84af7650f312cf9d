import type {ButtonLine} from '../../drivers/emergency-button/contract.js';
import type {Clock, Millis} from '../../protocols/base/clock.js';
import {
  COIL_OFF,
  COIL_ON,
  type ModbusReply,
  type ModbusRequest,
} from '../../protocols/modbus/pdu.js';
import {
  encodeButtonRegisters,
  REFERENCE_BUTTON_PROFILE,
} from '../../protocols/profiles/emergency-button-profile.js';
import type {LineDevice, Transmission} from '../wire/line-device.js';
import {
  DEFAULT_TURNAROUND_MS,
  exceptionReply,
  readBits,
  readRegisters,
  serveFrame,
} from './modbus-slave.js';

export interface EmergencyButtonOptions {
  readonly clock: Clock;
  readonly unit: number;
  readonly turnaroundMs?: Millis;
  /** Where the 16-bit counter of presses stands at power-up. */
  readonly pressCount?: number;
}

/** How long a frightened person holds a button. */
const DEFAULT_HOLD_MS: Millis = 200;

/** The call button of a plain collector: a counting input on a supervised loop, a sounder and a lamp. */
export class EmergencyButton implements LineDevice {
  readonly unit: number;
  isUnplugged = false;
  readonly #clock: Clock;
  readonly #turnaroundMs: Millis;
  #pressCount: number;
  #heldUntilMs: Millis = Number.NEGATIVE_INFINITY;
  #loop: ButtonLine = 'ok';
  #coils: readonly [buzzer: boolean, lamp: boolean] = [false, false];

  constructor(options: EmergencyButtonOptions) {
    this.unit = options.unit;
    this.#clock = options.clock;
    this.#turnaroundMs = options.turnaroundMs ?? DEFAULT_TURNAROUND_MS;
    this.#pressCount = options.pressCount ?? 0;
  }

  get buzzer(): boolean {
    return this.#coils[0];
  }

  get lamp(): boolean {
    return this.#coils[1];
  }

  press(holdMs: Millis = DEFAULT_HOLD_MS): void {
    this.#pressCount = (this.#pressCount + 1) & 0xffff;
    this.#heldUntilMs = this.#clock.nowMs() + holdMs;
  }

  /** Cut or short the wire between the button and its input. */
  setLoop(loop: ButtonLine): void {
    this.#loop = loop;
  }

  receive(frame: Uint8Array): readonly Transmission[] {
    if (this.isUnplugged) return [];
    const address = {unit: this.unit, turnaroundMs: this.#turnaroundMs};
    return serveFrame(address, frame, request => this.#serve(request));
  }

  #serve(request: ModbusRequest): ModbusReply {
    const {functionCode} = request;
    if (request.kind === 'read' && functionCode === 4) return readRegisters(request, this.#words());
    if (request.kind === 'read' && functionCode === 1) return readBits(request, this.#coils);
    if (request.kind !== 'writeOne' || functionCode !== 5) return exceptionReply(functionCode, 1);
    return this.#writeCoil(request.address, request.value);
  }

  #writeCoil(address: number, value: number): ModbusReply {
    const {coils} = REFERENCE_BUTTON_PROFILE;
    if (value !== COIL_ON && value !== COIL_OFF) return exceptionReply(5, 3);
    const isOn = value === COIL_ON;
    if (address === coils.buzzer) this.#coils = [isOn, this.lamp];
    else if (address === coils.lamp) this.#coils = [this.buzzer, isOn];
    else return exceptionReply(5, 2);
    return {kind: 'written', functionCode: 5, address, value};
  }

  #words(): readonly number[] {
    return encodeButtonRegisters({
      pressed: this.#clock.nowMs() < this.#heldUntilMs,
      pressCount: this.#pressCount,
      loop: this.#loop,
    });
  }
}
