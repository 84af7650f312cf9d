import type {Millis} from '../../protocols/base/clock.js';
import {
  ADAM_4150,
  type CountingInputsProfile,
  encodeCounters,
} from '../../protocols/profiles/counting-inputs-profile.js';
import type {LineDevice, Transmission} from '../wire/line-device.js';
import {DEFAULT_TURNAROUND_MS, exceptionReply, readRegisters, serveFrame} from './modbus-slave.js';

export interface CountingInputsOptions {
  readonly unit: number;
  readonly profile?: CountingInputsProfile;
  /** Where the counters stand. */
  readonly totals?: readonly number[];
  readonly turnaroundMs?: Millis;
}

/** A board that counts the pulses at its inputs, however short. */
export class CountingInputs implements LineDevice {
  readonly unit: number;
  isUnplugged = false;
  readonly #profile: CountingInputsProfile;
  readonly #turnaroundMs: Millis;
  #totals: readonly number[];

  constructor(options: CountingInputsOptions) {
    this.unit = options.unit;
    this.#profile = options.profile ?? ADAM_4150;
    this.#turnaroundMs = options.turnaroundMs ?? DEFAULT_TURNAROUND_MS;
    this.#totals = this.#from(options.totals ?? []);
  }

  pulse(input: number, times = 1): void {
    const span = 2 ** (16 * this.#profile.registersPerInput);
    this.#totals = this.#totals.map((total, at) => (at === input ? (total + times) % span : total));
  }

  /** Power off and on: the counters begin anew. */
  restart(): void {
    this.#totals = this.#from([]);
  }

  receive(frame: Uint8Array): readonly Transmission[] {
    if (this.isUnplugged) return [];
    const {firstRegister, table} = this.#profile;
    const functionCode = table === 'holding' ? 3 : 4;
    const address = {unit: this.unit, turnaroundMs: this.#turnaroundMs};
    return serveFrame(address, frame, request => {
      const isRead = request.kind === 'read' && request.functionCode === functionCode;
      if (!isRead) return exceptionReply(request.functionCode, 1);
      const before = new Array<number>(firstRegister).fill(0);
      return readRegisters(request, [...before, ...encodeCounters(this.#totals, this.#profile)]);
    });
  }

  #from(totals: readonly number[]): readonly number[] {
    return Array.from({length: this.#profile.inputs}, (_, input) => totals[input] ?? 0);
  }
}
