import type {Millis, UnixMillis} from '../../protocols/base/clock.js';
import {DAY_MS, MINUTE_MS} from '../../protocols/base/units.js';
import type {Grant} from '../../protocols/site/grant.js';
import type {StoreDatabase} from './database.js';
import type {StoredGrantBook} from './grant-book.js';
import type {Stamp} from './stamp.js';

/** No clock reaches it: all rights are in doubt until somebody knows the time. */
const TIME_UNKNOWN = 8_640_000_000_000_000 as UnixMillis;
/** So long a token may open of whose grant nobody here has heard. @see sync.md 8 */
const TOKEN_MS: Millis = 30 * DAY_MS;
/** How long an answer holds: the book is long, and is asked after with every commit. */
const LOOK_EVERY_MS: Millis = MINUTE_MS;

/**
 * Since when this database knows every use of what is good once. A file that lost rows, or was put back to
 * an older copy, does not know the uses since; no message from the cloud tells of those that it never
 * heard of. But nothing is used before it begins: what begins after the doubt arose is sure, and the
 * doubt about the rest is over when the last of it has ended by itself.
 */
export class UseDoubt {
  readonly #database: StoreDatabase;
  readonly #book: StoredGrantBook;
  #sureFromMs: UnixMillis;
  #looked: {readonly atMs: Millis; readonly endsMs: number} | undefined;

  constructor(database: StoreDatabase, book: StoredGrantBook) {
    this.#database = database;
    this.#book = book;
    this.#sureFromMs = this.#database
      .statement('SELECT uses_sure_from FROM meta')
      .pluck()
      .get() as UnixMillis;
  }

  /** Of rights that began before it nobody knows; 0 while all is known. */
  get sureFromMs(): UnixMillis {
    return this.#sureFromMs;
  }

  /** Uses up to now may be missing. */
  begin(stamp: Stamp): void {
    this.set(TIME_UNKNOWN);
    this.date(stamp);
  }

  /** Once the time is known: what is used from now on is known too. */
  date({clk, wallMs}: Stamp): void {
    if (this.#sureFromMs === TIME_UNKNOWN && clk !== 'floor') this.set(wallMs);
  }

  set(sureFromMs: UnixMillis): void {
    this.#database.transact('doubt about uses', () => {
      this.#database.statement('UPDATE meta SET uses_sure_from = ?').run(sureFromMs);
      this.#database.afterCommit(() => {
        this.#sureFromMs = sureFromMs;
        this.#looked = undefined;
      });
    });
  }

  /** What is in doubt changed, or may have. */
  lookAgain(): void {
    this.#looked = undefined;
  }

  /** Is there still anything of which nobody knows? `surelyMs`: at least so late it is. */
  stands({nowMs}: Stamp, surelyMs: UnixMillis): boolean {
    if (this.#sureFromMs === 0) return false;
    if (this.#sureFromMs === TIME_UNKNOWN) return true;
    if (!this.#looked || nowMs - this.#looked.atMs >= LOOK_EVERY_MS) {
      this.#looked = {atMs: nowMs, endsMs: this.#endsMs()};
    }
    return surelyMs < this.#looked.endsMs;
  }

  /** When the last right that is in doubt has ended. */
  #endsMs(): number {
    const book = this.#book;
    const [anyIssuer] = book.issuers();
    let endsMs = anyIssuer ? this.#sureFromMs + TOKEN_MS : 0;
    for (const entry of book.rows()) {
      if (entry.table === 'grant' && entry.row.entries === 'one' && !book.isUsed(entry.row.id)) {
        endsMs = Math.max(endsMs, this.#endOf([entry.row]));
      }
      if (entry.table !== 'credential') continue;
      const {row} = entry;
      if (row.kind !== 'code' || row.uses !== 'one' || book.isSpent(row.id)) continue;
      if (row.state === 'active' || row.state === 'suspended') {
        endsMs = Math.max(endsMs, this.#endOf(book.grantsOf(row.id)));
      }
    }
    return endsMs;
  }

  #endOf(grants: readonly Grant[]): number {
    if (!grants.some(({validFrom}) => validFrom < this.#sureFromMs)) return 0;
    const open = grants.filter(
      ({id, state}) => state !== 'ended' && state !== 'revoked' && !this.#book.isRevoked(id),
    );
    return Math.max(0, ...open.map(({validUntil}) => validUntil));
  }
}
