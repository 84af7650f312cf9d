import type {Clock, Millis} from '../../protocols/base/clock.js';
import type {ModbusReply, ModbusRequest} from '../../protocols/modbus/pdu.js';
import type {LineDevice, Transmission} from '../wire/line-device.js';
import {DEFAULT_TURNAROUND_MS, exceptionReply, readBits, serveFrame} from './modbus-slave.js';

export interface DiscreteInputsOptions {
  readonly clock: Clock;
  readonly unit: number;
  /** Terminals of the board; default 8. */
  readonly inputs?: number;
  readonly turnaroundMs?: Millis;
}

/** What a detector makes of the truth. `flappingMs`: it changes its mind every so many ms. */
export type InputAilment = 'ok' | 'stuck_on' | 'stuck_off' | {readonly flappingMs: Millis};

const DEFAULT_INPUTS = 8;

/** A board of dry-contact inputs with a vehicle detector at each: closed contact = a car is there. */
export class DiscreteInputs implements LineDevice {
  readonly unit: number;
  isUnplugged = false;
  readonly #clock: Clock;
  readonly #turnaroundMs: Millis;
  readonly #contacts: boolean[];
  readonly #ailments = new Map<number, InputAilment>();

  constructor(options: DiscreteInputsOptions) {
    this.unit = options.unit;
    this.#clock = options.clock;
    this.#turnaroundMs = options.turnaroundMs ?? DEFAULT_TURNAROUND_MS;
    this.#contacts = new Array<boolean>(options.inputs ?? DEFAULT_INPUTS).fill(false);
  }

  /** The truth at an input, whatever its detector makes of it. */
  set(input: number, isClosed: boolean): void {
    this.#contacts[input] = isClosed;
  }

  ail(input: number, ailment: InputAilment): void {
    this.#ailments.set(input, ailment);
  }

  /** What the board would report now. */
  get contacts(): readonly boolean[] {
    return this.#contacts.map((isClosed, input) => this.#reported(input, isClosed));
  }

  receive(frame: Uint8Array): readonly Transmission[] {
    if (this.isUnplugged) return [];
    const address = {unit: this.unit, turnaroundMs: this.#turnaroundMs};
    return serveFrame(address, frame, request => this.#serve(request));
  }

  #serve(request: ModbusRequest): ModbusReply {
    if (request.kind === 'read' && request.functionCode === 2) {
      return readBits(request, this.contacts);
    }
    return exceptionReply(request.functionCode, 1);
  }

  #reported(input: number, isClosed: boolean): boolean {
    const ailment = this.#ailments.get(input) ?? 'ok';
    if (typeof ailment === 'object') {
      return Math.floor(this.#clock.nowMs() / ailment.flappingMs) % 2 === 1;
    }
    return ailment === 'ok' ? isClosed : ailment === 'stuck_on';
  }
}
