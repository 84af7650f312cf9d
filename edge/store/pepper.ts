import {createHash} from 'node:crypto';
import {existsSync, renameSync} from 'node:fs';
import {toHex} from '../../protocols/base/bytes.js';
import type {Entropy} from '../../protocols/base/clock.js';
import {ConfigError} from '../../protocols/base/errors.js';
import {loadOrMakeKey} from '../platform/key-file.js';
import type {StoreDatabase} from './database.js';

/** Tells one key of codes from another without telling the key: 16 hex digits. */
export function pepperSum(pepper: Uint8Array): string {
  const sum = createHash('sha256').update('latchkey pepper').update(pepper).digest();
  return toHex(sum.subarray(0, 8));
}

/**
 * Key under which digests of codes are stored, in a file of its own since the database must not tell
 * them. The database knows its sum: under another key every code would be wrong without a word.
 */
export class PepperFile {
  readonly #database: StoreDatabase;
  readonly #path: string;
  readonly #entropy: Entropy;

  constructor(database: StoreDatabase, entropy: Entropy) {
    this.#database = database;
    this.#path = `${database.path}.pepper`;
    this.#entropy = entropy;
  }

  /** Whether codes were ever stored under a key. */
  get isInUse(): boolean {
    return this.#storedSum() !== null;
  }

  /** Made when first needed. `isOther`: not the key under which the stored codes lie. */
  load(): {readonly pepper: Uint8Array; readonly isOther: boolean} {
    const pepper = this.#read();
    const sum = pepperSum(pepper);
    const stored = this.#storedSum();
    if (stored !== sum) {
      this.#database.transact('pepper', () =>
        this.#database.statement('UPDATE meta SET pepper_sum = ?').run(sum),
      );
    }
    return {pepper, isOther: stored !== null && stored !== sum};
  }

  /** What holds no key is of no use to anybody: it goes out of the way, and the cloud sends the codes anew. */
  #read(): Uint8Array {
    try {
      return loadOrMakeKey(this.#path, this.#entropy);
    } catch (thrown) {
      const isSpoilt = thrown instanceof ConfigError && thrown.context['sizeBytes'] !== undefined;
      if (!isSpoilt) throw thrown;
      let number = 1;
      while (existsSync(`${this.#path}.damaged-${number}`)) number += 1;
      renameSync(this.#path, `${this.#path}.damaged-${number}`);
      return loadOrMakeKey(this.#path, this.#entropy);
    }
  }

  #storedSum(): string | null {
    return this.#database.statement('SELECT pepper_sum FROM meta').pluck().get() as string | null;
  }
}
