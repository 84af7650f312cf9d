import type {StoreDatabase} from './database.js';
import {guarded} from './sqlite-fault.js';

/** Where one direction of a sealed link keeps its counters, as its driver asks for it. */
export interface StoredCounter {
  /** All counters below it are spent; 0 at first. */
  load(): bigint;
  /** Returns when the same is on the disk for `below`; never goes back. */
  reserve(below: bigint): void;
}

/**
 * Counters of sealed frames, by name. A counter must never come twice under one key, also not after
 * a power cut: a nonce used twice under one AES-GCM key gives the key stream away.
 */
export class FrameCounters {
  readonly #database: StoreDatabase;

  constructor(database: StoreDatabase) {
    this.#database = database;
  }

  of(name: string): StoredCounter {
    return {load: () => this.#load(name), reserve: below => this.#reserve(name, below)};
  }

  #load(name: string): bigint {
    // As text: a column read as a JavaScript number would round counters above 2^53.
    const row = guarded('counter', () =>
      this.#database
        .statement('SELECT CAST(below AS TEXT) AS below FROM counter WHERE name = ?')
        .get(name),
    ) as {readonly below: string} | undefined;
    return BigInt(row?.below ?? 0);
  }

  #reserve(name: string, below: bigint): void {
    this.#database.transact('counter', () =>
      this.#database
        .statement(
          `INSERT INTO counter (name, below) VALUES (?, ?)
           ON CONFLICT (name) DO UPDATE SET below = max(below, excluded.below)`,
        )
        .run(name, below),
    );
  }
}
