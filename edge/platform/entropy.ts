import {randomBytes} from 'node:crypto';
import {monotonicFactory} from 'ulid';
import type {Clock, Entropy} from '../../protocols/base/clock.js';

const FRACTION_BYTES = 6;

/** Randomness of the operating system; ids ordered by the wall clock, also when that steps back. */
export class SystemEntropy implements Entropy {
  readonly #clock: Clock;
  readonly #nextUlid = monotonicFactory(() => this.fraction());

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  bytes(length: number): Uint8Array {
    return new Uint8Array(randomBytes(length));
  }

  fraction(): number {
    return randomBytes(FRACTION_BYTES).readUIntBE(0, FRACTION_BYTES) / 2 ** (8 * FRACTION_BYTES);
  }

  ulid(): string {
    return this.#nextUlid(this.#clock.wallMs());
  }
}
