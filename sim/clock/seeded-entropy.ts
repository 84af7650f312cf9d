import type {Entropy} from '../../protocols/base/clock.js';

const ULID_LENGTH = 26;
/** Digits of an id that count; seed and count apart, for together they outgrow a number. */
const COUNT_LENGTH = 10;
const DIGITS = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';

/**
 * Randomness that a test can repeat: the same seed gives the same bytes (mulberry32). Ids count up, so
 * they are ordered and differ, also between two seeds.
 */
export class SeededEntropy implements Entropy {
  readonly #seed: number;
  #state: number;
  #ids = 0;

  constructor(seed = 1) {
    this.#seed = seed;
    this.#state = seed;
  }

  bytes(length: number): Uint8Array {
    return Uint8Array.from({length}, () => Math.floor(this.fraction() * 256));
  }

  fraction(): number {
    this.#state = (this.#state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(this.#state ^ (this.#state >>> 15), 1 | this.#state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  }

  ulid(): string {
    this.#ids += 1;
    return `${digits(this.#seed)}${digits(this.#ids).padStart(COUNT_LENGTH, '0')}`.padStart(
      ULID_LENGTH,
      '0',
    );
  }
}

function digits(value: number): string {
  let text = '';
  for (let rest = value; rest > 0; rest = Math.floor(rest / 32)) {
    text = `${DIGITS[rest % 32]}${text}`;
  }
  return text;
}
