import type {Millis} from '../../protocols/base/clock.js';
import {DAY_MS} from '../../protocols/base/units.js';
import type {StoreDatabase} from './database.js';
import type {Journal} from './journal.js';
import type {Stamp} from './stamp.js';

const DEFAULT_RETENTION_MS: Millis = 30 * DAY_MS;
/** Rows deleted in one slice, so that the line never waits for the disk. */
const SLICE_ROWS = 50;
/** From this share of the quota on, confirmed events go whatever their age. */
const CROWDED = 0.85;

const CLOSED_TABLES = ['actuation', 'session', 'alarm'] as const;

interface PrunableRow {
  readonly seq: number;
  readonly wall: number;
  readonly h: Uint8Array;
}

/** Deletes what the site no longer needs, a slice at a time. Unconfirmed events are never touched. */
export class Retention {
  readonly #database: StoreDatabase;
  readonly #journal: Journal;
  readonly #keepMs: Millis;

  constructor(database: StoreDatabase, journal: Journal, keepMs: Millis = DEFAULT_RETENTION_MS) {
    this.#database = database;
    this.#journal = journal;
    this.#keepMs = keepMs;
  }

  /** Delete at most `limit` rows of each table; returns how many went. Call it when idle. */
  prune(stamp: Stamp, limit: number = SLICE_ROWS): number {
    const oldest = stamp.wallMs - this.#keepMs;
    const events = this.#prunable(oldest, limit);
    return this.#database.transact('prune', () => {
      let deleted = this.#pruneEvents(events);
      for (const table of CLOSED_TABLES) {
        deleted += this.#database
          .statement(
            `DELETE FROM ${table} WHERE id IN
               (SELECT id FROM ${table} WHERE is_open = 0 AND updated_at < ? LIMIT ?)`,
          )
          .run(oldest, limit).changes;
      }
      const commands = this.#database.statement(
        'DELETE FROM cmd_seen WHERE id IN (SELECT id FROM cmd_seen WHERE wall < ? LIMIT ?)',
      );
      deleted += commands.run(oldest, limit).changes;
      return deleted + this.#pruneUsed(stamp, limit);
    });
  }

  /** Confirmed rows from the bottom up to the first that is still young. */
  #prunable(oldest: number, limit: number): readonly PrunableRow[] {
    const rows = this.#database
      .statement('SELECT seq, wall, h FROM ev WHERE seq <= ? ORDER BY seq LIMIT ?')
      .all(this.#journal.acked(), limit) as PrunableRow[];
    if (this.#database.fillLevel() >= CROWDED) return rows;
    const young = rows.findIndex(row => row.wall >= oldest);
    return young === -1 ? rows : rows.slice(0, young);
  }

  /**
   * What was used may be forgotten once it is over by itself, which only a time that is known can say: a
   * clock that jumped ahead would bring it back to life. Codes are kept for as long as their row.
   */
  #pruneUsed({wallMs, clk}: Stamp, limit: number): number {
    if (clk !== 'ok') return 0;
    return this.#database
      .statement(
        `DELETE FROM used WHERE jti IN
           (SELECT jti FROM used WHERE exp < ?
             AND NOT EXISTS (SELECT 1 FROM credential WHERE credential.id = used.jti) LIMIT ?)`,
      )
      .run(wallMs - DAY_MS, limit).changes;
  }

  #pruneEvents(rows: readonly PrunableRow[]): number {
    const last = rows.at(-1);
    if (last === undefined) return 0;
    this.#database.statement('UPDATE meta SET base_seq = ?, base_hash = ?').run(last.seq, last.h);
    return this.#database.statement('DELETE FROM ev WHERE seq <= ?').run(last.seq).changes;
  }
}
