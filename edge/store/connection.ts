import {existsSync, realpathSync} from 'node:fs';
import {dirname} from 'node:path';
import SqliteDatabase, {type Database} from 'better-sqlite3';
import {StoreError} from '../../protocols/base/errors.js';
import {CHAIN_START} from '../../protocols/cloud/chain.js';
import {EMPTY_STATE_HASH} from '../../protocols/cloud/grant-state.js';
import type {Disk} from './disk.js';
import {APPLICATION_ID, migrate, SCHEMA_VERSION} from './migrations/migrate.js';
import {applyPragmas, assertPragmas} from './pragmas.js';
import {IN_MEMORY, makePrivate} from './private-file.js';
import {quotaBytes} from './quota.js';

/**
 * A larger file is not read as a whole while people wait: a card that reads 20 MB a second would take
 * longer over half a gigabyte than the ten seconds from power to the first decision. @see sync.md 3.4
 */
const WHOLE_CHECK_PAGES = 8192;

/** What a new database is made with, and what an existing one must agree with. */
export interface DatabaseIdentity {
  readonly site: string;
  /** Makes 16 random bytes; asked only when the database is new. */
  readonly newEpoch: () => Uint8Array;
}

/** What the database remembers of the run before. */
export interface FormerRun {
  /** No run before this one. */
  readonly fresh: boolean;
  /** The former run never came to its end. */
  readonly unclean: boolean;
}

export interface Connection {
  readonly database: Database;
  readonly formerRun: FormerRun;
}

export interface ConnectionOptions extends DatabaseIdentity {
  readonly path: string;
  readonly maxBytes: number;
  readonly disk: Disk;
}

/** Hold `<path>.lock` for as long as the process lives: the system drops it even after a kill. */
export function takeLock(path: string): Database {
  const folder = dirname(path);
  if (!existsSync(folder)) {
    throw new StoreError('store/cannot-open', `folder ${folder} does not exist`, {path});
  }
  // One database has one lock, whatever link it is reached by.
  const held = `${existsSync(path) ? realpathSync(path) : path}.lock`;
  makePrivate(held);
  const lock = new SqliteDatabase(held, {timeout: 0});
  try {
    lock.pragma('journal_mode = MEMORY');
    lock.exec('BEGIN EXCLUSIVE');
    return lock;
  } catch (thrown) {
    lock.close();
    throw thrown;
  }
}

/** A connection with our settings to a database of ours, checked, in the newest version, and running. */
export function openConnection(options: ConnectionOptions): Connection {
  const {path, disk} = options;
  const maxBytes = quotaBytes(options.maxBytes, disk.partitionOf(dirname(path)));
  makePrivate(path);
  const database = disk.connect(path);
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

/** A database without a file, for a site whose disk takes nothing: it ends with the process. */
export function openInMemory(identity: DatabaseIdentity): Connection {
  const database = new SqliteDatabase(IN_MEMORY);
  migrate(database);
  return {database, formerRun: {...startRun(database, identity), unclean: true}};
}

/** The same file once more, after its handle failed. Its run goes on. */
export function reopenConnection(options: ConnectionOptions): Database {
  const database = options.disk.connect(options.path);
  try {
    const maxBytes = quotaBytes(options.maxBytes, options.disk.partitionOf(dirname(options.path)));
    applyPragmas(database, maxBytes);
    // It fails at once on a disk that takes nothing. A check of the whole file would keep everybody waiting
    // each time: it follows in slices.
    proveSyncs(database);
    assertPragmas(database, maxBytes);
    return database;
  } catch (thrown) {
    database.close();
    throw thrown;
  }
}

/**
 * A commit whose sync failed stands in the log as the system remembers it, on the disk or not, and may be
 * taken for stored from now on. So all that the log holds is written again, into the file, and synced.
 * A row that keeps its value would not be written at all, and prove nothing.
 */
function proveSyncs(database: Database): void {
  const write = database.transaction(() => {
    database.prepare('UPDATE meta SET running = 0').run();
    database.prepare('UPDATE meta SET running = 1').run();
  });
  write.immediate();
  const [state] = database.pragma('wal_checkpoint(PASSIVE)') as readonly {
    readonly log: number;
    readonly checkpointed: number;
  }[];
  if (state?.log === state?.checkpointed) return;
  throw new StoreError('store/io', 'somebody reads the database: its log is not written back');
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
  for (const what of toCheck(database)) {
    const answer = database.pragma(`quick_check(${what})`, {simple: true});
    if (answer !== 'ok') throw new StoreError('store/damaged', `${path}: ${answer}`, {path});
  }
}

/** Of a large file everything that decisions rest on; its events are looked at in idle time, by their chain. */
function toCheck(database: Database): readonly string[] {
  if (Number(database.pragma('page_count', {simple: true})) <= WHOLE_CHECK_PAGES) return ['1'];
  const names = database
    .prepare(
      `SELECT name FROM sqlite_schema
       WHERE type = 'table' AND name NOT LIKE 'sqlite%' AND name NOT IN ('ev', 'telemetry')`,
    )
    .pluck()
    .all() as string[];
  return names.map(name => `"${name}"`);
}

/** Make the row of `meta` or check that it is this site's; also the first write of the connection. */
function startRun(database: Database, {site, newEpoch}: DatabaseIdentity): FormerRun {
  const made = database
    .prepare(
      `INSERT INTO meta (id, site, epoch, base_hash, grants_hash) VALUES (1, ?, ?, ?, ?)
       ON CONFLICT DO NOTHING`,
    )
    .run(site, newEpoch(), CHAIN_START, EMPTY_STATE_HASH);
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
