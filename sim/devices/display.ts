import type {Screen} from '../../drivers/display/contract.js';
import type {Clock, Millis} from '../../protocols/base/clock.js';
import type {ModbusReply, ModbusRequest} from '../../protocols/modbus/pdu.js';
import {decodeScreen, REFERENCE_DISPLAY_PROFILE} from '../../protocols/profiles/display-profile.js';
import type {LineDevice, Transmission} from '../wire/line-device.js';
import {DEFAULT_TURNAROUND_MS, exceptionReply, readRegisters, serveFrame} from './modbus-slave.js';

export interface DisplayOptions {
  readonly clock: Clock;
  readonly unit: number;
  readonly turnaroundMs?: Millis;
}

export interface ScreenShown {
  readonly screen: Screen;
  readonly atMs: Millis;
}

/** A site that runs for months shows many screens; a test asks for the latest. */
const HISTORY_LIMIT = 1000;

/** The two-line display of a plain collector on its RS-485 line. It keeps its words and shows them. */
export class Display implements LineDevice {
  readonly unit: number;
  isUnplugged = false;
  readonly #clock: Clock;
  readonly #turnaroundMs: Millis;
  readonly #words = new Array<number>(REFERENCE_DISPLAY_PROFILE.screen.quantity).fill(0);
  readonly #history: ScreenShown[] = [];

  constructor(options: DisplayOptions) {
    this.unit = options.unit;
    this.#clock = options.clock;
    this.#turnaroundMs = options.turnaroundMs ?? DEFAULT_TURNAROUND_MS;
  }

  /** What a person reads now; undefined while the tone is none that the device knows. */
  get screen(): Screen | undefined {
    return decodeScreen(this.#words);
  }

  /** Every writing, repetitions included, oldest first. */
  get history(): readonly ScreenShown[] {
    return this.#history;
  }

  receive(frame: Uint8Array): readonly Transmission[] {
    if (this.isUnplugged) return [];
    const address = {unit: this.unit, turnaroundMs: this.#turnaroundMs};
    return serveFrame(address, frame, request => this.#serve(request));
  }

  #serve(request: ModbusRequest): ModbusReply {
    const {functionCode} = request;
    if (request.kind === 'read') {
      return functionCode === 3
        ? readRegisters(request, this.#words)
        : exceptionReply(functionCode, 1);
    }
    if (request.kind !== 'writeRegisters') return exceptionReply(functionCode, 1);
    const {address, values} = request;
    if (address + values.length > this.#words.length) return exceptionReply(functionCode, 2);
    this.#words.splice(address, values.length, ...values);
    this.#remember();
    return {kind: 'written', functionCode: request.functionCode, address, value: values.length};
  }

  #remember(): void {
    const {screen} = this;
    if (!screen) return;
    this.#history.push({screen, atMs: this.#clock.nowMs()});
    if (this.#history.length > HISTORY_LIMIT) this.#history.shift();
  }
}
