import {rmSync} from 'node:fs';
import SqliteDatabase, {type Database} from 'better-sqlite3';
import {toHex} from '../../protocols/base/bytes.js';
import {StoreError} from '../../protocols/base/errors.js';
import {takeLock} from './connection.js';
import {APPLICATION_ID, SCHEMA_VERSION} from './migrations/migrate.js';
import {makePrivate} from './private-file.js';
import {guarded, guardedAsync} from './sqlite-fault.js';

/** What a copy of a site's database holds. */
export interface CopyContents {
  readonly site: string;
  /** Schema version. */
  readonly schema: number;
  /** 32 hex digits. */
  readonly epoch: string;
  /** Of the key of its codes; undefined while it never held any. */
  readonly pepperSum: string | undefined;
  readonly holds: {
    /** Highest event number. */
    readonly head: number;
    /** Events that the cloud has not confirmed. */
    readonly unsent: number;
    readonly openSessions: number;
    readonly openAlarms: number;
    readonly grants: number;
    /** One-entry grants that were used. */
    readonly usedGrants: number;
  };
}

/** So large a step copies any database whole: between two steps another process may write, and then the
 *  copy begins anew. */
const ALL_PAGES = 2 ** 30;

/**
 * Copy the database of a site, also while its daemon writes to it: a consistent state of one instant.
 * @throws StoreError `store/cannot-open` and the other faults of reading and writing
 */
export async function copyDatabase(path: string, target: string): Promise<void> {
  const source = guarded(`open ${path}`, () => new SqliteDatabase(path, {fileMustExist: true}));
  try {
    source.pragma('busy_timeout = 2000');
    guarded(`make ${target}`, () => makePrivate(target));
    await guardedAsync(`copy ${path}`, () => source.backup(target, {progress: () => ALL_PAGES}));
  } finally {
    source.close();
  }
}

/**
 * Check a copy to the last page, unless it is trusted, and say what it holds.
 * @throws StoreError `store/not-ours`, `store/newer`, `store/damaged`
 */
export function inspectCopy(path: string, isTrusted = false): CopyContents {
  return guarded(`read ${path}`, () => {
    const database = new SqliteDatabase(path, {fileMustExist: true});
    try {
      if (!isTrusted) assertWhole(database, path);
      return contentsOf(database, path);
    } finally {
      database.close();
      for (const suffix of ['-wal', '-shm']) rmSync(`${path}${suffix}`, {force: true});
    }
  });
}

/**
 * Keep every daemon from the database until the result is called.
 * @throws StoreError `store/locked`, `store/cannot-open`
 */
export function holdDatabase(path: string): () => void {
  const lock = guarded(`lock ${path}`, () => takeLock(path));
  return () => void lock.close();
}

function assertWhole(database: Database, path: string): void {
  const check = database.pragma('integrity_check(1)', {simple: true});
  if (check !== 'ok') throw new StoreError('store/damaged', `${path}: ${check}`, {path});
}

function contentsOf(database: Database, path: string): CopyContents {
  if (database.pragma('application_id', {simple: true}) !== APPLICATION_ID) {
    throw new StoreError('store/not-ours', `${path} is no database of a site`, {path});
  }
  const schema = Number(database.pragma('user_version', {simple: true}));
  if (schema > SCHEMA_VERSION) {
    const text = `${path} was made by a newer version (schema ${schema}, known ${SCHEMA_VERSION})`;
    throw new StoreError('store/newer', text, {path, version: schema});
  }
  const count = (sql: string) => (database.prepare(sql).get() as {n: number}).n;
  const meta = database
    .prepare(
      'SELECT site, epoch, acked, max(base_seq, coalesce((SELECT max(seq) FROM ev), 0)) AS head FROM meta',
    )
    .get() as {site: string; epoch: Uint8Array; acked: number; head: number};
  // A copy of an older version is looked at as it is.
  const pepperSum =
    schema < 8 ? null : database.prepare('SELECT pepper_sum FROM meta').pluck().get();
  return {
    site: meta.site,
    schema,
    epoch: toHex(meta.epoch),
    pepperSum: typeof pepperSum === 'string' ? pepperSum : undefined,
    holds: {
      head: meta.head,
      unsent: count('SELECT count(*) AS n FROM ev WHERE seq > (SELECT acked FROM meta)'),
      openSessions: count('SELECT count(*) AS n FROM session WHERE is_open = 1'),
      openAlarms: count('SELECT count(*) AS n FROM alarm WHERE is_open = 1'),
      grants: count('SELECT count(*) AS n FROM "grant"'),
      usedGrants: count('SELECT count(*) AS n FROM grant_use'),
    },
  };
}
