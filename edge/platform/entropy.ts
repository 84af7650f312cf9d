import {randomBytes} from 'node:crypto';
import {monotonicFactory} from 'ulid';
import type {Clock, Entropy} from '../../protocols/base/clock.js';

const FRACTION_BYTES = 6;
/** Asked of the system at once: a call of it costs more than the bytes, and an id takes sixteen of them. */
const POOL_BYTES = FRACTION_BYTES * 256;

/** Randomness of the operating system; ids ordered by the wall clock, also when that steps back. */
export class SystemEntropy implements Entropy {
  readonly #clock: Clock;
  readonly #nextUlid = monotonicFactory(() => this.fraction());
  #pool = Buffer.alloc(0);
  #used = 0;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  bytes(length: number): Uint8Array {
    return new Uint8Array(randomBytes(length));
  }

  fraction(): number {
    if (this.#used === this.#pool.length) {
      this.#pool = randomBytes(POOL_BYTES);
      this.#used = 0;
    }
    const fraction = this.#pool.readUIntBE(this.#used, FRACTION_BYTES) / 2 ** (8 * FRACTION_BYTES);
    this.#used += FRACTION_BYTES;
    return fraction;
  }

  ulid(): string {
    return this.#nextUlid(this.#clock.wallMs());
  }
}
