import {type ScryptOptions, scrypt, timingSafeEqual} from 'node:crypto';
import type {Entropy} from '../../../protocols/base/clock.js';

/** What a guess costs. Stored with each password, so that it can be raised later. */
export interface PasswordCost {
  readonly n: number;
  readonly r: number;
  readonly p: number;
}

/** OWASP's third choice: 32 MB, about 0.2 s of one core. */
const USUAL_COST: PasswordCost = {n: 2 ** 15, r: 8, p: 3};
export const MIN_PASSWORD_CHARS = 10;
export const MAX_PASSWORD_CHARS = 128;

const SALT_BYTES = 16;
export const HASH_BYTES = 32;
const SPARE_BYTES = 2 ** 20;
/** At once: each takes a core and 32 MB. The others wait in line. */
const MAX_AT_ONCE = 2;

/** Gives `HASH_BYTES`. */
export type Scrypt = (
  password: string,
  salt: Uint8Array,
  options: ScryptOptions,
) => Uint8Array | Promise<Uint8Array>;

/** Makes and checks `scrypt$N$r$p$SALT$HASH`. */
export class Passwords {
  readonly #entropy: Entropy;
  readonly #cost: PasswordCost;
  readonly #scrypt: Scrypt;
  readonly #waiting: (() => void)[] = [];
  #running = 0;

  /** `scrypt` left out: that of the thread pool. */
  constructor(entropy: Entropy, cost: PasswordCost = USUAL_COST, scrypt: Scrypt = derive) {
    this.#entropy = entropy;
    this.#cost = cost;
    this.#scrypt = scrypt;
  }

  /** How many wait for their turn. */
  get waiting(): number {
    return this.#waiting.length;
  }

  async make(password: string): Promise<string> {
    const salt = this.#entropy.bytes(SALT_BYTES);
    const hash = await this.#derive(password, salt, this.#cost);
    const {n, r, p} = this.#cost;
    return ['scrypt', n, r, p, base64(salt), base64(hash)].join('$');
  }

  /** `stored` undefined: there is no such login; that takes as long to find out. */
  async isRight(password: string, stored: string | undefined): Promise<boolean> {
    const known = stored === undefined ? undefined : parsed(stored);
    const {cost, salt, hash} = known ?? this.#decoy();
    const derived = await this.#derive(password, salt, cost);
    return timingSafeEqual(derived, hash) && known !== undefined;
  }

  #decoy(): Parsed {
    const [salt, hash] = [new Uint8Array(SALT_BYTES), new Uint8Array(HASH_BYTES)];
    return {cost: this.#cost, salt, hash};
  }

  async #derive(password: string, salt: Uint8Array, {n, r, p}: PasswordCost): Promise<Uint8Array> {
    await this.#turn();
    try {
      const options = {N: n, r, p, maxmem: 256 * n * r + SPARE_BYTES};
      return await this.#scrypt(password.normalize('NFC'), salt, options);
    } finally {
      this.#running -= 1;
      this.#waiting.shift()?.();
    }
  }

  async #turn(): Promise<void> {
    while (this.#running >= MAX_AT_ONCE) {
      await new Promise<void>(resolve => this.#waiting.push(resolve));
    }
    this.#running += 1;
  }
}

interface Parsed {
  readonly cost: PasswordCost;
  readonly salt: Uint8Array;
  readonly hash: Uint8Array;
}

function parsed(stored: string): Parsed | undefined {
  const [kind, n, r, p, salt, hash] = stored.split('$');
  if (kind !== 'scrypt' || salt === undefined || hash === undefined) return undefined;
  const bytes = Buffer.from(hash, 'base64');
  if (bytes.length !== HASH_BYTES) return undefined;
  const cost = {n: Number(n), r: Number(r), p: Number(p)};
  return {cost, salt: Buffer.from(salt, 'base64'), hash: bytes};
}

function base64(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('base64');
}

function derive(password: string, salt: Uint8Array, options: ScryptOptions): Promise<Uint8Array> {
  return new Promise((resolve, reject) => {
    scrypt(password, salt, HASH_BYTES, options, (error, key) => {
      if (error) reject(error);
      else resolve(key);
    });
  });
}
