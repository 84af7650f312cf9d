import {InternalError} from '../../protocols/base/errors.js';
import type {StoreDatabase} from './database.js';

/** Numbers reserved by one write; a restart skips what was left of them. */
const BLOCK = 1000;

interface Block {
  next: number;
  readonly end: number;
}

/**
 * Counters of sealed frames, by key name. A number is handed out once, also across restarts: a nonce
 * used twice under one AES-GCM key gives the key stream away.
 */
export class FrameCounters {
  readonly #database: StoreDatabase;
  readonly #blocks = new Map<string, Block>();

  constructor(database: StoreDatabase) {
    this.#database = database;
  }

  /** The next number to send with, from 1 on. */
  next(name: string): number {
    const known = this.#blocks.get(name);
    const block = known !== undefined && known.next < known.end ? known : this.#reserve(name);
    const number = block.next;
    block.next += 1;
    return number;
  }

  /** Highest number received and stored; 0 before the first. */
  seen(name: string): number {
    const row = this.#database.statement('SELECT seen FROM counter WHERE name = ?').get(name) as
      | {readonly seen: number}
      | undefined;
    return row?.seen ?? 0;
  }

  /** Store that `number` was received, so that a restart does not let it pass again. */
  markSeen(name: string, number: number): void {
    this.#database.transact('counter', () =>
      this.#database
        .statement(
          `INSERT INTO counter (name, seen) VALUES (?, ?)
           ON CONFLICT (name) DO UPDATE SET seen = max(seen, excluded.seen)`,
        )
        .run(name, number),
    );
  }

  #reserve(name: string): Block {
    const row = this.#database.transact('counter block', () =>
      this.#database
        .statement(
          `INSERT INTO counter (name, reserved) VALUES (?, ?)
           ON CONFLICT (name) DO UPDATE SET reserved = reserved + excluded.reserved
           RETURNING reserved`,
        )
        .get(name, BLOCK),
    ) as {readonly reserved: number} | undefined;
    if (row === undefined) throw new InternalError('internal/counter', 'no block was reserved');
    const block: Block = {next: row.reserved - BLOCK + 1, end: row.reserved + 1};
    this.#blocks.set(name, block);
    return block;
  }
}
