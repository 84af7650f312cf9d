import {toHex} from '../../protocols/base/bytes.js';
import type {UnixMillis} from '../../protocols/base/clock.js';
import type {CallLogRow} from '../domain/calls/call-view.js';
import type {StoreDatabase} from './database.js';

interface Row {
  readonly seq: number;
  readonly wall: number;
  readonly kind: CallLogRow['event'];
  readonly body: string;
  readonly h: Uint8Array;
}

/** What the journal holds of calls: nothing is ever changed there, and each row's hash covers all before it. */
export class CallLog {
  readonly #database: StoreDatabase;

  constructor(database: StoreDatabase) {
    this.#database = database;
  }

  /** Oldest first, from `fromWallMs` on and after number `after`; at most `limit`. */
  read(fromWallMs: UnixMillis, after: number, limit: number): readonly CallLogRow[] {
    const rows = this.#database
      .statement(
        `SELECT seq, wall, kind, body, h FROM ev
         WHERE seq > ? AND wall >= ? AND (kind = 'call' OR kind = 'call.care')
         ORDER BY seq LIMIT ?`,
      )
      .all(after, fromWallMs, limit) as readonly Row[];
    return rows.map(({seq, wall, kind, body, h}) => ({
      ...{seq, body, event: kind, hash: toHex(h)},
      wallMs: wall as UnixMillis,
    }));
  }
}
