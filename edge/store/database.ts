import {closeSync, existsSync, openSync} from 'node:fs';
import {dirname} from 'node:path';
import SqliteDatabase, {type Database, type Statement} from 'better-sqlite3';
import {StoreError} from '../../protocols/base/errors.js';
import {CHAIN_START} from '../../protocols/cloud/chain.js';
import {EMPTY_STATE_HASH} from '../../protocols/cloud/grant-state.js';
import {APPLICATION_ID, migrate, SCHEMA_VERSION} from './migrations/migrate.js';
import {applyPragmas, assertPragmas} from './pragmas.js';
import {guarded} from './sqlite-fault.js';

const PRIVATE_MODE = 0o600;
/** SQLite's name for no file at all. */
const IN_MEMORY = ':memory:';
const DEFAULT_MAX_BYTES = 512 * 1024 * 1024;

interface OpenedDatabase {
  readonly database: Database;
  readonly formerRun: FormerRun;
}

/** The file is a database of ours, in a version we know, or an empty one. */
function assertOurs(database: Database, path: string): void {
  const schema = database.prepare('SELECT count(*) AS n FROM sqlite_schema').get() as {n: number};
  const application = database.pragma('application_id', {simple: true});
  const version = Number(database.pragma('user_version', {simple: true}));
  const fresh = schema.n === 0 && application === 0 && version === 0;
  if (!fresh && application !== APPLICATION_ID) {
    throw new StoreError('store/not-ours', `${path} belongs to another program`, {path});
  }
  if (version > SCHEMA_VERSION) {
    const text = `${path} was made by a newer version (schema ${version}, known ${SCHEMA_VERSION})`;
    throw new StoreError('store/newer', text, {path, version});
  }
  const check = database.pragma('quick_check(1)', {simple: true});
  if (check !== 'ok') throw new StoreError('store/damaged', `${path}: ${check}`, {path});
}

/** What a new database is made with, and what an existing one must agree with. */
export interface DatabaseIdentity {
  readonly site: string;
  /** 16 random bytes; used only when the database is new. */
  readonly newEpoch: Uint8Array;
}

export interface DatabaseOptions extends DatabaseIdentity {
  readonly path: string;
  readonly maxBytes?: number | undefined;
}

/** What the database remembers of the run before. */
export interface FormerRun {
  /** No run before this one. */
  readonly fresh: boolean;
  /** The former run never came to its end. */
  readonly unclean: boolean;
}

/** Hold `<path>.lock` for as long as the process lives: the system drops it even after a kill. */
function takeLock(path: string): Database {
  const folder = dirname(path);
  if (!existsSync(folder)) {
    throw new StoreError('store/cannot-open', `folder ${folder} does not exist`, {path});
  }
  const lock = new SqliteDatabase(`${path}.lock`, {timeout: 0});
  try {
    lock.pragma('journal_mode = MEMORY');
    lock.exec('BEGIN EXCLUSIVE');
    return lock;
  } catch (thrown) {
    lock.close();
    throw thrown;
  }
}

/**
 * The one writing connection to the site's database. Everything is synchronous: a commit is on the
 * disk when `transact` returns.
 */
export class StoreDatabase {
  readonly #database: Database;
  readonly #lock: Database;
  readonly #statements = new Map<string, Statement>();
  readonly #afterCommit: (() => void)[] = [];
  readonly path: string;
  readonly formerRun: FormerRun;

  /**
   * @throws StoreError `store/not-ours`, `store/newer`, `store/damaged`, `store/locked`,
   * `store/pragma`, `store/cannot-open`, `store/readonly`, `store/full`
   */
  constructor(options: DatabaseOptions) {
    const {path} = options;
    const lock = guarded(`lock ${path}`, () => takeLock(path));
    let opened: OpenedDatabase | undefined;
    try {
      opened = guarded(`open ${path}`, () => openChecked(options));
    } finally {
      if (opened === undefined) lock.close();
    }
    this.path = path;
    this.#lock = lock;
    this.#database = opened.database;
    this.formerRun = opened.formerRun;
  }

  /** The statement of `sql`, prepared once. */
  statement(sql: string): Statement {
    const known = this.#statements.get(sql);
    if (known !== undefined) return known;
    const prepared = guarded('prepare', () => this.#database.prepare(sql));
    this.#statements.set(sql, prepared);
    return prepared;
  }

  /**
   * Run `work` as one transaction; called inside another it joins that one. After the outermost
   * commit the callbacks of `afterCommit` run; after a rollback they are forgotten.
   * @throws StoreError `store/full` and the other faults of a write; nothing is stored then
   */
  transact<Result>(doing: string, work: () => Result): Result {
    if (this.#database.inTransaction) return work();
    try {
      const result = guarded(doing, () => this.#database.transaction(work).immediate());
      for (const callback of this.#afterCommit.splice(0)) callback();
      return result;
    } finally {
      this.#afterCommit.length = 0;
    }
  }

  /** Run `callback` once the running transaction is on the disk: for what memory holds of it. */
  afterCommit(callback: () => void): void {
    if (this.#database.inTransaction) this.#afterCommit.push(callback);
    else callback();
  }

  pragma(name: string): unknown {
    return this.#database.pragma(name, {simple: true});
  }

  /** Share of the quota in use, 0..1; pages that wait for reuse count as free. */
  fillLevel(): number {
    const used = Number(this.pragma('page_count')) - Number(this.pragma('freelist_count'));
    return used / Number(this.pragma('max_page_count'));
  }

  /** Say that this run ended well, and let go of the file. */
  close(): void {
    if (!this.#database.open) return;
    try {
      this.transact('close', () => this.statement('UPDATE meta SET running = 0').run());
    } finally {
      this.#database.close();
      this.#lock.close();
    }
  }
}

/** Make the row of `meta` or check that it is this site's; also the first write of the connection. */
function startRun(database: Database, {site, newEpoch}: DatabaseIdentity): FormerRun {
  const made = database
    .prepare(
      `INSERT INTO meta (id, site, epoch, base_hash, grants_hash) VALUES (1, ?, ?, ?, ?)
       ON CONFLICT DO NOTHING`,
    )
    .run(site, newEpoch, CHAIN_START, EMPTY_STATE_HASH);
  const meta = database.prepare('SELECT site, running FROM meta').get() as {
    readonly site: string;
    readonly running: number;
  };
  if (meta.site !== site) {
    const text = `the database belongs to site ${meta.site}, not ${site}`;
    throw new StoreError('store/not-ours', text, {site, owner: meta.site});
  }
  database.prepare('UPDATE meta SET starts = starts + 1, running = 1').run();
  return {fresh: made.changes > 0, unclean: meta.running === 1};
}

/** Cards and holders are nobody else's to read; SQLite gives its journal files the mode of the database. */
function makePrivate(path: string): void {
  if (path !== IN_MEMORY && !existsSync(path)) closeSync(openSync(path, 'a', PRIVATE_MODE));
}

function openChecked(options: DatabaseOptions): OpenedDatabase {
  const {path, maxBytes = DEFAULT_MAX_BYTES} = options;
  makePrivate(path);
  const database = new SqliteDatabase(path);
  try {
    assertOurs(database, path);
    applyPragmas(database, maxBytes);
    migrate(database);
    const formerRun = startRun(database, options);
    assertPragmas(database, maxBytes);
    return {database, formerRun};
  } catch (thrown) {
    database.close();
    throw thrown;
  }
}
