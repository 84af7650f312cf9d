import type {Millis, UnixMillis} from '../../protocols/base/clock.js';
import {DAY_MS} from '../../protocols/base/units.js';
import type {StoreDatabase} from './database.js';
import type {GrantStore} from './grant-store.js';
import type {ChainTip, Journal} from './journal.js';
import {reaches, type StoreLevel} from './quota.js';
import type {Stamp} from './stamp.js';
import type {Telemetry} from './telemetry.js';

const DEFAULT_RETENTION_MS: Millis = 30 * DAY_MS;
/** From 70 % of the quota on. */
const SHORT_RETENTION_MS: Millis = DAY_MS;
/** Tombstones outlive their grant: a late copy of it must not bring it back by a clock that is wrong. */
const TOMBSTONE_REST_MS: Millis = 30 * DAY_MS;
/** Rows deleted in one slice, so that the line never waits for the disk. */
const SLICE_ROWS = 50;

const CLOSED_TABLES = ['actuation', 'session', 'alarm', 'shower'] as const;

interface PrunableRow extends ChainTip {
  readonly wall: number;
}

/** Deletes what the site no longer needs, a slice at a time. Unconfirmed events are never touched. */
export class Retention {
  readonly #database: StoreDatabase;
  readonly #journal: Journal;
  readonly #grants: GrantStore;
  readonly #telemetry: Telemetry;
  readonly #level: () => StoreLevel;
  readonly #keepMs: Millis;

  constructor(
    database: StoreDatabase,
    parts: {
      readonly journal: Journal;
      readonly grants: GrantStore;
      readonly telemetry: Telemetry;
      readonly level: () => StoreLevel;
      readonly keepMs?: Millis | undefined;
    },
  ) {
    this.#database = database;
    this.#journal = parts.journal;
    this.#grants = parts.grants;
    this.#telemetry = parts.telemetry;
    this.#level = parts.level;
    this.#keepMs = parts.keepMs ?? DEFAULT_RETENTION_MS;
  }

  /** Delete at most `limit` rows of each table; returns how many went. Call it when idle. */
  prune(stamp: Stamp, limit: number = SLICE_ROWS): number {
    const isShort = reaches(this.#level(), 'shortened');
    const keepMs = isShort ? Math.min(SHORT_RETENTION_MS, this.#keepMs) : this.#keepMs;
    const oldest = stamp.wallMs - keepMs;
    const events = this.#prunable(oldest, limit);
    if (events.length === 0 && !this.#hasOld(oldest, stamp)) return 0;
    return this.#database.transact('prune', () => {
      const last = events.at(-1);
      let deleted = last === undefined ? 0 : this.#journal.cutTo(last);
      deleted += this.#telemetry.prune(stamp, limit);
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
      deleted += this.#pruneUsed(stamp, limit);
      // A clock that is only a lower bound ends no grant.
      if (stamp.clk === 'floor') return deleted;
      const over = (stamp.wallMs - TOMBSTONE_REST_MS) as UnixMillis;
      return deleted + this.#grants.forget(over, limit);
    });
  }

  /** Confirmed rows from the bottom up to the first that is still young. */
  #prunable(oldest: number, limit: number): readonly PrunableRow[] {
    const acked = this.#journal.acked();
    if (acked <= this.#journal.base().seq) return [];
    const isCrowded = reaches(this.#level(), 'crowded');
    const first = this.#database.statement('SELECT wall FROM ev ORDER BY seq LIMIT 1').pluck();
    // Asked every second: in most of them the oldest is young.
    if (!isCrowded && (first.get() as number) >= oldest) return [];
    const rows = this.#database
      .statement('SELECT seq, wall, h AS hash FROM ev WHERE seq <= ? ORDER BY seq LIMIT ?')
      .all(acked, limit) as PrunableRow[];
    if (isCrowded) return rows;
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

  /** A slice that deletes nothing would still begin a transaction, every second of every year. */
  #hasOld(oldest: number, stamp: Stamp): boolean {
    const over = stamp.wallMs - TOMBSTONE_REST_MS;
    const ended = stamp.clk === 'ok' ? stamp.wallMs - DAY_MS : 0;
    const sampled = this.#telemetry.keepsFrom(stamp);
    const found = this.#database
      .statement(
        `SELECT EXISTS (SELECT 1 FROM actuation WHERE is_open = 0 AND updated_at < @oldest)
           OR EXISTS (SELECT 1 FROM session WHERE is_open = 0 AND updated_at < @oldest)
           OR EXISTS (SELECT 1 FROM alarm WHERE is_open = 0 AND updated_at < @oldest)
           OR EXISTS (SELECT 1 FROM shower WHERE is_open = 0 AND updated_at < @oldest)
           OR EXISTS (SELECT 1 FROM cmd_seen WHERE wall < @oldest)
           OR EXISTS (SELECT 1 FROM revoked WHERE ends < @over)
           OR EXISTS (SELECT 1 FROM grant_use WHERE ends < @over)
           OR EXISTS (SELECT 1 FROM used WHERE exp < @ended
             AND NOT EXISTS (SELECT 1 FROM credential WHERE credential.id = used.jti))
           OR (SELECT wall FROM telemetry ORDER BY id LIMIT 1) < @sampled`,
      )
      .pluck()
      .get({oldest, over, ended, sampled});
    return found === 1;
  }
}
