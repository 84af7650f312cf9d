import type {Clock, Millis, UnixMillis} from '../../protocols/base/clock.js';
import {DAY_MS, MINUTE_MS} from '../../protocols/base/units.js';
import {
  type GrantOp,
  type GrantStateRow,
  hashOfState,
  hashWith,
  hashWithout,
} from '../../protocols/cloud/grant-state.js';
import {asId} from '../../protocols/site/ids.js';
import type {StoreDatabase} from './database.js';
import {type GrantUse, StoredGrantBook} from './grant-book.js';
import {ENDING, GrantRows} from './grant-rows.js';
import {type GrantPart, GrantStaging, type PartTaken, type StagedParts} from './grant-staging.js';
import type {GrantsPicture} from './grants-file.js';
import type {Journal} from './journal.js';
import type {SecretBox} from './secret-box.js';
import type {Stamp} from './stamp.js';

/** Changes from version `from` to version `to`; `hash` is the state hash that must result. */
export interface StoredDelta {
  readonly from: number;
  readonly to: number;
  readonly ops: readonly GrantOp[];
  readonly hash: string;
}

export interface GrantsVersion {
  readonly ver: number;
  readonly hash: string;
}

interface MetaRow extends GrantsVersion {
  readonly revocations: number;
  readonly lost: number;
  readonly confirmed: UnixMillis | null;
}

/** `version`: the delta starts elsewhere. `hash`: the result would differ. Nothing changed in either. */
export type GrantsApplied = 'applied' | 'version' | 'hash';

/** A confirmation older than this is written again: each contact would wear the flash for nothing. */
const CONFIRMATION_STEP_MS: Millis = 10 * MINUTE_MS;

/**
 * `lost`: there were grants, and no source gave them back. `uses_unsure`: they are all here, but not
 * which of the one-entry grants were used. Their place is the number in the database.
 */
const STANDINGS = ['sure', 'lost', 'uses_unsure'] as const;
export type GrantsStanding = (typeof STANDINGS)[number];

/** Longer than any token or code that is good once lives: its own end is not known here. */
const SPENT_KEPT_MS: Millis = 366 * DAY_MS;

/** The state hash that `ops` lead to from the book's present rows. */
function hashAfter(book: StoredGrantBook, hash: string, ops: readonly GrantOp[]): string {
  const changed = new Map<string, GrantStateRow | undefined>();
  let result = hash;
  for (const op of ops) {
    const id = op.op === 'put' ? op.row.id : op.id;
    const key = `${op.table} ${id}`;
    const before = changed.has(key) ? changed.get(key) : book.rowOf(op.table, id);
    const after = op.op === 'put' ? op : undefined;
    if (before !== undefined) result = hashWithout(result, before);
    if (after !== undefined) result = hashWith(result, after);
    changed.set(key, after);
  }
  return result;
}

/** The versioned grants of the site, on disk and as the book that decisions are made from. */
export class GrantStore {
  readonly book: StoredGrantBook;
  readonly #database: StoreDatabase;
  readonly #journal: Journal;
  readonly #rows: GrantRows;
  readonly #staging: GrantStaging;
  readonly #clock: Clock;
  readonly #stampNow: () => Stamp;
  #confirmationStoredMs: Millis = Number.NEGATIVE_INFINITY;
  #current: GrantsVersion;
  #revocations: number;
  #standing: GrantsStanding;
  #changes = 0;

  /** @throws StoreError `store/secret-key` when the card secrets were stored under another key */
  constructor(
    database: StoreDatabase,
    parts: {
      readonly journal: Journal;
      readonly box: SecretBox;
      readonly clock: Clock;
      readonly stampNow: () => Stamp;
      /** 32 bytes, asked for when the first code comes. */
      readonly pepper: () => Uint8Array;
      /** The rows come from a damaged file: what does not read is left out. */
      readonly isSalvaged?: boolean;
    },
  ) {
    this.#database = database;
    this.#journal = parts.journal;
    this.#rows = new GrantRows(database, parts.box, parts.pepper);
    this.#staging = new GrantStaging(database, this.#rows);
    this.#clock = parts.clock;
    this.#stampNow = parts.stampNow;
    const meta = this.#database
      .statement(
        `SELECT grants_version AS ver, grants_hash AS hash, revocations, grants_lost AS lost,
           confirmed_wall AS confirmed FROM meta`,
      )
      .get() as MetaRow;
    this.#current = {ver: meta.ver, hash: meta.hash};
    this.#revocations = meta.revocations;
    this.#standing = STANDINGS[meta.lost] ?? 'sure';
    const contents = {
      rows: this.#rows.all(parts.isSalvaged === true),
      revoked: this.#column<string>('SELECT id FROM revoked'),
      used: this.#database.statement('SELECT "grant", session FROM grant_use').all() as GrantUse[],
      spent: this.#column<string>('SELECT jti FROM used'),
      confirmedWallMs: meta.confirmed ?? undefined,
    };
    this.book = new StoredGrantBook(parts.clock, contents, () => this.#stampNow().clk !== 'floor');
  }

  /** Version 0 = none ever arrived. */
  current(): GrantsVersion {
    return this.#current;
  }

  /** Version of the revocations applied; 0 = none. */
  revocations(): number {
    return this.#revocations;
  }

  /** What the grants are worth; anything but `sure` ends with the next version from the cloud. */
  get standing(): GrantsStanding {
    return this.#standing;
  }

  /** Is the book what its version says? After a salvage some of it may be gone. */
  isSound(): boolean {
    return hashOfState(this.book.rows()) === this.#current.hash;
  }

  /** Take the second copy in place of what the database no longer has. */
  adopt(picture: GrantsPicture): void {
    for (const {table, row} of this.book.rows()) this.book.drop(table, row.id);
    for (const row of picture.rows) this.book.put(row);
    for (const id of picture.revoked) this.book.revoke(id);
    for (const use of picture.used) this.book.markUsed(use);
    for (const id of picture.spent) this.book.markSpent(id);
    if (picture.confirmedWallMs !== undefined)
      this.book.recallConfirmation(picture.confirmedWallMs);
    this.#current = {ver: picture.ver, hash: picture.hash};
    this.#revocations = Math.max(this.#revocations, picture.revocations);
  }

  /** Store the book as it is, under this standing; without a version the cloud sends everything. */
  persistAs(standing: GrantsStanding, isWhole: boolean): void {
    this.#standing = standing;
    if (!isWhole) {
      this.#current = {ver: 0, hash: hashOfState(this.book.rows())};
      this.#revocations = 0;
    }
    this.persist();
  }

  /** What is here still decides; without a version the cloud sends everything. */
  askAgain(): void {
    this.#database.transact('grants asked again', () => {
      // Codes of parts that wait lie under the key that is gone.
      this.#staging.clear();
      this.persistAs(this.#standing, false);
    });
  }

  /** Grows with everything that a second copy of the grants would have to know. */
  get changes(): number {
    return this.#changes;
  }

  /** Everything that a second copy holds; `counters` are not the grants' own. */
  picture(): Omit<GrantsPicture, 'site' | 'counters'> {
    return {
      ...this.#current,
      rows: this.book.rows(),
      revocations: this.#revocations,
      revoked: this.book.revoked(),
      used: this.book.used(),
      spent: this.book.spent(),
      confirmedWallMs: this.book.confirmedWallMs(),
    };
  }

  /**
   * Write the book into a database that has less: another file took the place of the damaged one.
   * Nothing is journalled, for nothing changed.
   */
  persist(): void {
    const {wallMs} = this.#stampNow();
    this.#database.transact('grants put back', () => {
      this.#rows.clear();
      for (const row of this.book.rows()) this.#rows.write(row);
      for (const id of this.book.revoked()) this.#putTombstone(id, this.#revocations, wallMs);
      for (const {grant, session} of this.book.used()) {
        this.#database
          .statement(
            `INSERT INTO grant_use ("grant", session, wall, ends) VALUES (?, ?, ?, ?)
             ON CONFLICT DO NOTHING`,
          )
          .run(grant, session, wallMs, this.#endOf(grant));
      }
      for (const id of this.book.spent()) {
        this.#database
          .statement('INSERT INTO used (jti, exp, wall) VALUES (?, ?, ?) ON CONFLICT DO NOTHING')
          .run(id, wallMs + SPENT_KEPT_MS, wallMs);
      }
      const {ver, hash} = this.#current;
      this.#database
        .statement(
          `UPDATE meta SET grants_version = ?, grants_hash = ?, revocations = ?,
             confirmed_wall = ?, grants_lost = ?`,
        )
        .run(
          ...[ver, hash, this.#revocations, this.book.confirmedWallMs() ?? null],
          STANDINGS.indexOf(this.#standing),
        );
    });
  }

  /** Does the database hold what the book says? */
  isPersisted(): boolean {
    const stored = this.#database
      .statement('SELECT grants_version AS ver, grants_hash AS hash, revocations FROM meta')
      .get() as GrantsVersion & {readonly revocations: number};
    const {ver, hash} = this.#current;
    return stored.ver === ver && stored.hash === hash && stored.revocations === this.#revocations;
  }

  /** Tombstones and uses of grants that have ended are needed no longer; those of unknown end stay. */
  forget(endedBefore: UnixMillis, limit: number): number {
    return this.#database.transact('forget grants', () => {
      let forgotten = 0;
      for (const [table, key] of ENDING) {
        const over = this.#database
          .statement(`SELECT "${key}" FROM ${table} WHERE ends < ? LIMIT ?`)
          .pluck()
          .all(endedBefore, limit) as string[];
        for (const id of over) {
          this.#database.statement(`DELETE FROM ${table} WHERE "${key}" = ?`).run(id);
          this.#database.afterCommit(() => this.book.forget(id));
        }
        forgotten += over.length;
      }
      return forgotten;
    });
  }

  applyDelta({from, to, ops: sent, hash}: StoredDelta): GrantsApplied {
    const ops = sent.map(op => (op.op === 'put' ? {...op, ...this.#rows.kept(op)} : op));
    const current = this.current();
    if (to === current.ver && hash === current.hash) return 'applied';
    if (from !== current.ver) return 'version';
    if (hashAfter(this.book, current.hash, ops) !== hash) return 'hash';
    this.#database.transact('grants', () => {
      for (const op of ops) {
        if (op.op === 'put') this.#rows.write(op);
        else this.#rows.erase(op.table, op.id);
      }
      this.#setVersion(to, hash);
      this.#database.afterCommit(() => {
        for (const op of ops) this.book.apply(op);
      });
    });
    return 'applied';
  }

  /** Parts of a whole state that wait for the others. */
  staged(): StagedParts | undefined {
    return this.#staging.staged();
  }

  /** With the last part everything is replaced. Tombstones stay: what was revoked is not brought back by
   *  an older row. */
  takePart(part: GrantPart): PartTaken {
    const rows = part.rows.map(row => this.#rows.kept(row));
    return this.#staging.take({...part, rows}, whole => {
      this.#rows.takeStaged();
      this.#setVersion(part.ver, part.hash);
      this.#database.afterCommit(() => {
        for (const {table, row} of this.book.rows()) this.book.drop(table, row.id);
        for (const row of whole) this.book.put(row);
      });
    });
  }

  /** Withdraw grants and cards by id, for good and ahead of every version. Idempotent. */
  applyRevocations(ver: number, ids: readonly string[]): void {
    const {wallMs} = this.#stampNow();
    // At once, also on a disk that takes nothing: the cloud then sends them again.
    for (const id of ids) this.book.revoke(id);
    this.#database.transact('revocations', () => {
      for (const id of ids) this.#putTombstone(id, ver, wallMs);
      this.#database.statement('UPDATE meta SET revocations = max(revocations, ?)').run(ver);
      this.#database.afterCommit(() => {
        this.#revocations = Math.max(this.#revocations, ver);
        this.#changes += 1;
      });
    });
  }

  /** The cloud has just confirmed that `current()` is up to date. */
  touch(): void {
    this.book.confirm();
    const nowMs = this.#clock.nowMs();
    if (nowMs - this.#confirmationStoredMs < CONFIRMATION_STEP_MS) return;
    // An instant of a lost clock would make the book seem younger or older at the next start.
    if (this.#stampNow().clk === 'floor') return;
    this.#database.transact('confirmation', () =>
      this.#database.statement('UPDATE meta SET confirmed_wall = ?').run(this.#clock.wallMs()),
    );
    this.#confirmationStoredMs = nowMs;
  }

  #setVersion(version: number, hash: string): void {
    this.#staging.clear();
    this.#database
      .statement('UPDATE meta SET grants_version = ?, grants_hash = ?, grants_lost = 0')
      .run(version, hash);
    this.#database.afterCommit(() => {
      this.#current = {ver: version, hash};
      this.#standing = 'sure';
      this.#changes += 1;
    });
    this.#journal.append([{kind: 'grants.applied', body: {version, hash}}], this.#stampNow());
  }

  #putTombstone(id: string, ver: number, wallMs: UnixMillis): void {
    this.#database
      .statement(
        `INSERT INTO revoked (id, version, wall, ends) VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING`,
      )
      .run(id, ver, wallMs, this.#endOf(id));
  }

  /** Unknown ends stay for ever. */
  #endOf(grant: string): UnixMillis | null {
    return this.book.grantById(asId(grant))?.validUntil ?? null;
  }

  #column<Value>(sql: string): readonly Value[] {
    return this.#database.statement(sql).pluck().all() as Value[];
  }
}
