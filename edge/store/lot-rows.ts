import {StoreError} from '../../protocols/base/errors.js';
import type {ActuationState} from '../../protocols/site/events.js';
import {asId, type DeviceId} from '../../protocols/site/ids.js';
import type {AlarmRecord} from '../domain/alarms/alarm-record.js';
import type {ShowerRow} from '../domain/bath/shower-state.js';
import type {LockoutRecord} from '../domain/lockout/lockout-machine.js';
import type {
  ActuationRecord,
  LockTestRecord,
  LotRecord,
  OpenRecords,
  SessionRecord,
} from '../domain/lot/contract.js';
import {keepCare, readCare} from './care-rows.js';
import type {StoreDatabase} from './database.js';
import type {GrantUse, StoredGrantBook} from './grant-book.js';
import {isDuplicate} from './sqlite-fault.js';
import type {Stamp} from './stamp.js';

const FINAL_STATES: ReadonlySet<ActuationState> = new Set<ActuationState>([
  'confirmed',
  'failed',
  'aborted',
  'expired',
  'interrupted',
]);

type UseRecord = Extract<LotRecord, {readonly table: 'grantUse' | 'grantUnused'}>;
type LockTest = Extract<LotRecord, {readonly table: 'lockTest'}>;
type Lockout = Extract<LotRecord, {readonly table: 'lockout'}>;
type Guesses = Extract<LotRecord, {readonly table: 'guesses'}>;
type Care = Extract<LotRecord, {readonly table: 'care'}>;
type Spent = Extract<LotRecord, {readonly table: 'used'}>;
type Unspent = Extract<LotRecord, {readonly table: 'unspent'}>;
export type UpsertedRecord = Exclude<
  LotRecord,
  UseRecord | LockTest | Lockout | Guesses | Spent | Unspent | Care
>;

const UPSERTED: ReadonlySet<LotRecord['table']> = new Set<LotRecord['table']>([
  ...(['actuation', 'session', 'alarm', 'shower'] as const),
]);

/** One of the things that a restart takes up again. */
export function isUpserted(record: LotRecord): record is UpsertedRecord {
  return UPSERTED.has(record.table);
}

/** Not final: it is taken up again after a restart. */
export function isOpen(record: UpsertedRecord): boolean {
  switch (record.table) {
    case 'actuation':
      return record.row.isUnsettled === true || !FINAL_STATES.has(record.row.state);
    case 'session':
      return record.row.phase !== 'closed';
    case 'alarm':
      return record.row.state !== 'closed';
    case 'shower':
      return record.row.phase !== 'settled';
  }
}

/** The tables of the lot: one row for each thing, replaced by its newest state. */
export class LotRows {
  readonly #database: StoreDatabase;
  readonly #book: StoredGrantBook;
  readonly #site: string;

  constructor(database: StoreDatabase, book: StoredGrantBook, site: string) {
    this.#database = database;
    this.#book = book;
    this.#site = site;
  }

  /** Rows that were not final when the daemon stopped, oldest first. */
  openRecords(): OpenRecords {
    return {
      actuations: this.#openIn<ActuationRecord>('actuation'),
      sessions: this.#openIn<SessionRecord>('session'),
      alarms: this.#openIn<AlarmRecord>('alarm'),
      lockTests: this.#lockTests(),
      lockouts: this.#lockouts(),
      showers: this.#showers(),
      guessAgesMs: this.#guessAges(),
      care: readCare(this.#database),
    };
  }

  /** Within the running transaction. @throws StoreError `store/used` */
  write(record: LotRecord, stamp: Stamp): void {
    if (record.table === 'grantUse') this.#use(record, stamp);
    else if (record.table === 'grantUnused') this.#unuse(record);
    else if (record.table === 'lockTest') this.#keepLockTest(record, stamp);
    else if (record.table === 'lockout') this.#keepLockout(record);
    else if (record.table === 'guesses') this.#keepGuesses(record);
    else if (record.table === 'care') keepCare(this.#database, record, stamp);
    else if (record.table === 'used') this.#spend(record, stamp);
    else if (record.table === 'unspent') this.#unspend(record);
    else this.#upsert(record, stamp);
  }

  /** Make memory hold of a use what the database does: whoever wrote it was told that it failed. */
  learn(record: LotRecord): void {
    if (record.table === 'used' || record.table === 'unspent') {
      const sql = 'SELECT 1 FROM used WHERE jti = ?';
      if (this.#database.statement(sql).get(record.id)) this.#book.markSpent(record.id);
      else this.#book.markUnspent(record.id);
    }
    if (record.table !== 'grantUse' && record.table !== 'grantUnused') return;
    const use = this.#database
      .statement('SELECT "grant", session FROM grant_use WHERE "grant" = ?')
      .get(record.grant) as GrantUse | undefined;
    if (use) this.#book.markUsed(use);
    else this.#book.markUnused(record.grant);
  }

  #upsert(record: UpsertedRecord, {nowMs, wallMs}: Stamp): void {
    this.#database
      .statement(
        `INSERT INTO ${record.table}
           (id, site_id, ver, created_at, mono_at, updated_at, is_open, body)
         VALUES (@id, @site, 1, @wallMs, @monoMs, @wallMs, @open, @body)
         ON CONFLICT (id) DO UPDATE SET
           ver = ver + 1, updated_at = @wallMs, is_open = @open, body = @body`,
      )
      .run({
        id: record.row.id,
        site: this.#site,
        wallMs,
        monoMs: Math.round(nowMs),
        open: isOpen(record) ? 1 : 0,
        body: JSON.stringify(record.row),
      });
  }

  #use({grant, session}: UseRecord, {wallMs}: Stamp): void {
    try {
      this.#database
        .statement('INSERT INTO grant_use ("grant", session, wall, ends) VALUES (?, ?, ?, ?)')
        .run(grant, session, wallMs, this.#book.grantById(grant)?.validUntil ?? null);
    } catch (thrown) {
      if (!isDuplicate(thrown)) throw thrown;
      const text = `grant ${grant} has been used`;
      throw new StoreError('store/used', text, {grant, session}, thrown);
    }
    this.#database.afterCommit(() => this.#book.markUsed({grant, session}));
  }

  /** Only the session that used the grant gives it back. */
  #unuse({grant, session}: UseRecord): void {
    const {changes} = this.#database
      .statement('DELETE FROM grant_use WHERE "grant" = ? AND session = ?')
      .run(grant, session);
    if (changes > 0) this.#database.afterCommit(() => this.#book.markUnused(grant));
  }

  #spend({id, validUntil}: Spent, {wallMs}: Stamp): void {
    try {
      this.#database
        .statement('INSERT INTO used (jti, exp, wall) VALUES (?, ?, ?)')
        .run(id, validUntil, wallMs);
    } catch (thrown) {
      if (!isDuplicate(thrown)) throw thrown;
      throw new StoreError('store/used', `${id} has been used`, {id}, thrown);
    }
    this.#database.afterCommit(() => this.#book.markSpent(id));
  }

  #unspend({id}: Unspent): void {
    this.#database.statement('DELETE FROM used WHERE jti = ?').run(id);
    this.#database.afterCommit(() => this.#book.markUnspent(id));
  }

  /** Open ones, and the latest that left a rinse owed. */
  #showers(): readonly ShowerRow[] {
    const rows = this.#database
      .statement(
        `SELECT body FROM shower WHERE is_open = 1 OR id IN
           (SELECT id FROM shower WHERE is_open = 0 AND body LIKE '%"rinse":"taken"%'
            ORDER BY updated_at DESC LIMIT 200)
         ORDER BY created_at, id`,
      )
      .all() as {readonly body: string}[];
    return rows.map(({body}) => JSON.parse(body) as ShowerRow);
  }

  #keepLockout({row}: Lockout): void {
    const {door, fails, lockLeftMs, dayTries, dayLeftMs} = row;
    this.#database
      .statement(
        `INSERT INTO lockout (door, fails, lock_left, day_tries, day_left) VALUES (?, ?, ?, ?, ?)
         ON CONFLICT (door) DO UPDATE SET
           fails = excluded.fails, lock_left = excluded.lock_left,
           day_tries = excluded.day_tries, day_left = excluded.day_left`,
      )
      .run(door, fails, Math.ceil(lockLeftMs), dayTries, Math.ceil(dayLeftMs));
  }

  #lockouts(): readonly LockoutRecord[] {
    return this.#database
      .statement(
        `SELECT door, fails, lock_left AS lockLeftMs, day_tries AS dayTries, day_left AS dayLeftMs
         FROM lockout`,
      )
      .all() as LockoutRecord[];
  }

  #keepGuesses({agesMs}: Guesses): void {
    this.#database
      .statement(
        `INSERT INTO house_guesses (id, ages) VALUES (1, ?)
         ON CONFLICT (id) DO UPDATE SET ages = excluded.ages`,
      )
      .run(JSON.stringify(agesMs.map(Math.floor)));
  }

  #guessAges(): readonly number[] {
    const row = this.#database.statement('SELECT ages FROM house_guesses').get() as
      | {readonly ages: string}
      | undefined;
    return row ? (JSON.parse(row.ages) as number[]) : [];
  }

  #keepLockTest({row}: LockTest, {wallMs}: Stamp): void {
    const {lock, identity, movedUp, movedDown} = row;
    this.#database
      .statement(
        `INSERT INTO lock_test (lock, identity, moved_up, moved_down, wall) VALUES (?, ?, ?, ?, ?)
         ON CONFLICT (lock) DO UPDATE SET
           identity = excluded.identity, moved_up = excluded.moved_up,
           moved_down = excluded.moved_down, wall = excluded.wall`,
      )
      .run(lock, identity, movedUp ? 1 : 0, movedDown ? 1 : 0, wallMs);
  }

  #lockTests(): readonly LockTestRecord[] {
    const rows = this.#database
      .statement('SELECT lock, identity, moved_up AS up, moved_down AS down FROM lock_test')
      .all() as {
      readonly lock: string;
      readonly identity: string;
      readonly up: number;
      readonly down: number;
    }[];
    return rows.map(({lock, identity, up, down}) => ({
      lock: asId<DeviceId>(lock),
      identity,
      movedUp: up === 1,
      movedDown: down === 1,
    }));
  }

  #openIn<Row>(table: UpsertedRecord['table']): readonly Row[] {
    const rows = this.#database
      .statement(`SELECT body FROM ${table} WHERE is_open = 1 ORDER BY created_at, id`)
      .all() as {readonly body: string}[];
    return rows.map(({body}) => JSON.parse(body) as Row);
  }
}
