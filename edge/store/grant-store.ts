import type {Clock, Millis, UnixMillis} from '../../protocols/base/clock.js';
import {DAY_MS, MINUTE_MS} from '../../protocols/base/units.js';
import {type GrantOp, hashOfState} from '../../protocols/cloud/grant-state.js';
import {asId} from '../../protocols/site/ids.js';
import type {StoreDatabase} from './database.js';
import {type GrantUse, StoredGrantBook} from './grant-book.js';
import {ENDING, GrantRows} from './grant-rows.js';
import {type GrantPart, GrantStaging, type PartTaken, type StagedParts} from './grant-staging.js';
import type {GrantsPicture} from './grants-file.js';
import type {Journal} from './journal.js';
import type {SecretBox} from './secret-box.js';
import type {Stamp} from './stamp.js';
import {UseDoubt} from './use-doubt.js';

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
  /** 1: they are. */
  readonly lost: number;
  readonly sureFrom: UnixMillis;
  readonly confirmed: UnixMillis | null;
}

/** `version`: the delta starts elsewhere. `hash`: the result would differ. Nothing changed in either. */
export type GrantsApplied = 'applied' | 'version' | 'hash';

/** A confirmation older than this is written again: each contact would wear the flash for nothing. */
const CONFIRMATION_STEP_MS: Millis = 10 * MINUTE_MS;

/**
 * `lost`: there were grants, and no source gave them back. `uses_unsure`: they are all here, but not
 * which of those that are good once were used; see `UseDoubt`.
 */
export type GrantsStanding = 'sure' | 'lost' | 'uses_unsure';

/** Longer than any token or code that is good once lives: its own end is not known here. */
const SPENT_KEPT_MS: Millis = 366 * DAY_MS;

/** The versioned grants of the site, on disk and as the book that decisions are made from. */
export class GrantStore {
  readonly book: StoredGrantBook;
  readonly #database: StoreDatabase;
  readonly #journal: Journal;
  readonly #rows: GrantRows;
  readonly #staging: GrantStaging;
  readonly #clock: Clock;
  readonly #stampNow: () => Stamp;
  readonly #surelyMs: () => UnixMillis;
  readonly #doubt: UseDoubt;
  #confirmationStoredMs: Millis = Number.NEGATIVE_INFINITY;
  #current: GrantsVersion;
  #revocations: number;
  #isLost: boolean;
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
      /** So late it is at least. Absent: the wall clock. */
      readonly surelyMs?: (() => UnixMillis) | undefined;
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
    this.#surelyMs = parts.surelyMs ?? (() => parts.stampNow().wallMs);
    const meta = this.#meta();
    this.#current = {ver: meta.ver, hash: meta.hash};
    this.#revocations = meta.revocations;
    this.#isLost = meta.lost === 1;
    const contents = {
      rows: this.#rows.all(parts.isSalvaged === true),
      ...this.#storedUses(),
      confirmedWallMs: meta.confirmed ?? undefined,
    };
    this.book = new StoredGrantBook(parts.clock, contents, () => this.#stampNow().clk !== 'floor');
    this.#doubt = new UseDoubt(database, this.book);
  }

  /** Version 0 = none ever arrived. */
  current(): GrantsVersion {
    return this.#current;
  }

  /** Version of the revocations applied; 0 = none. */
  revocations(): number {
    return this.#revocations;
  }

  /** What the grants are worth. `lost` ends with the next version from the cloud, `uses_unsure` by itself. */
  get standing(): GrantsStanding {
    if (this.#isLost) return 'lost';
    return this.#doubt.stands(this.#stampNow(), this.#surelyMs()) ? 'uses_unsure' : 'sure';
  }

  /** Of rights that began before it nobody knows whether they were used; 0: of all it is known. */
  get usesSureFromMs(): UnixMillis {
    return this.#doubt.sureFromMs;
  }

  /** Uses up to now may be missing here. */
  doubtUses(): void {
    this.#doubt.begin(this.#stampNow());
  }

  /** Once a second. */
  tend(): void {
    this.#doubt.date(this.#stampNow());
  }

  /** Is the book what its version says? After a salvage some of it may be gone. */
  isSound(): boolean {
    return hashOfState(this.book.rows()) === this.#current.hash;
  }

  /** Take the second copy in place of what the database no longer has. */
  adopt(picture: GrantsPicture): void {
    this.book.replace(picture.rows);
    for (const id of picture.revoked) this.book.revoke(id);
    for (const use of picture.used) this.book.markUsed(use);
    for (const id of picture.spent) this.book.markSpent(id);
    if (picture.confirmedWallMs !== undefined)
      this.book.recallConfirmation(picture.confirmedWallMs);
    this.#current = {ver: picture.ver, hash: picture.hash};
    this.#revocations = Math.max(this.#revocations, picture.revocations);
    const {usesSureFromMs = this.usesSureFromMs} = picture;
    if (usesSureFromMs > this.usesSureFromMs) this.#doubt.set(usesSureFromMs);
  }

  /**
   * The disk is back with a file that is sound, of which memory may have had less: what it knows of uses and
   * withdrawals is learnt, and its grants too if they are the newer ones.
   */
  join(): void {
    const stored = this.#meta();
    const {revoked, used, spent} = this.#storedUses();
    for (const id of revoked) this.book.revoke(id);
    for (const use of used) this.book.markUsed(use);
    for (const id of spent) this.book.markSpent(id);
    const rows = this.#rows.all(true);
    if (stored.ver > this.#current.ver && hashOfState(rows) === stored.hash) {
      this.book.replace(rows);
      this.#current = {ver: stored.ver, hash: stored.hash};
      this.#isLost = stored.lost === 1;
    }
    this.#revocations = Math.max(this.#revocations, stored.revocations);
    this.persist();
    // What memory did not know of uses, this file does.
    const fileMs = stored.sureFrom;
    if (fileMs !== this.usesSureFromMs) this.#doubt.set(fileMs);
  }

  /** Store the book as it is; without a version the cloud sends everything. */
  persistAs({isLost, isWhole}: {readonly isLost: boolean; readonly isWhole: boolean}): void {
    this.#isLost = isLost;
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
      this.persistAs({isLost: this.#isLost, isWhole: false});
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
      usesSureFromMs: this.usesSureFromMs,
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
             confirmed_wall = ?, grants_lost = ?, uses_sure_from = ?`,
        )
        .run(
          ...[ver, hash, this.#revocations, this.book.confirmedWallMs() ?? null],
          ...[this.#isLost ? 1 : 0, this.usesSureFromMs],
        );
    });
    this.#doubt.lookAgain();
  }

  /** Does the database hold what the book says? */
  isPersisted(): boolean {
    const stored = this.#meta();
    const {ver, hash} = this.#current;
    const isSame = stored.ver === ver && stored.hash === hash;
    return (
      isSame && stored.revocations === this.#revocations && stored.sureFrom === this.usesSureFromMs
    );
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
    if (this.book.hashAfter(current.hash, ops) !== hash) return 'hash';
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
        this.book.replace(whole);
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
      this.#isLost = false;
      this.#doubt.lookAgain();
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

  #meta(): MetaRow {
    return this.#database
      .statement(
        `SELECT grants_version AS ver, grants_hash AS hash, revocations, grants_lost AS lost,
           uses_sure_from AS sureFrom, confirmed_wall AS confirmed FROM meta`,
      )
      .get() as MetaRow;
  }

  #storedUses() {
    return {
      revoked: this.#column<string>('SELECT id FROM revoked'),
      used: this.#database.statement('SELECT "grant", session FROM grant_use').all() as GrantUse[],
      spent: this.#column<string>('SELECT jti FROM used'),
    };
  }

  #column<Value>(sql: string): readonly Value[] {
    return this.#database.statement(sql).pluck().all() as Value[];
  }
}
