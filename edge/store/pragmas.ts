import type {Database} from 'better-sqlite3';
import {StoreError} from '../../protocols/base/errors.js';

const PAGE_BYTES = 4096;

/**
 * Settings of every connection that writes, in the order in which they must be made: `synchronous`
 * after WAL, since the library compiles in NORMAL for WAL and applies it with the first statement.
 * Memory maps stay off: an I/O error inside one is a SIGBUS.
 * @see sync.md 3.1
 */
const SETTINGS: readonly (readonly [name: string, value: string, answer: string | number])[] = [
  ['journal_mode', 'WAL', 'wal'],
  ['synchronous', 'FULL', 2],
  ['wal_autocheckpoint', '256', 256],
  ['journal_size_limit', '4194304', 4_194_304],
  ['foreign_keys', 'ON', 1],
  ['busy_timeout', '2000', 2000],
  ['trusted_schema', 'OFF', 0],
  ['cell_size_check', 'ON', 1],
  ['mmap_size', '0', 0],
];

/** Only before the first page is written. */
const CREATION: readonly (readonly [name: string, value: string, answer: number])[] = [
  ['page_size', String(PAGE_BYTES), PAGE_BYTES],
  ['auto_vacuum', 'INCREMENTAL', 2],
];

function answerOf(database: Database, name: string): unknown {
  return database.pragma(name, {simple: true});
}

function demand(database: Database, name: string, expected: string | number): void {
  const answer = answerOf(database, name);
  // A PRAGMA that has no effect (mmap_size in a build without it) answers nothing.
  if (answer === expected || (answer === undefined && expected === 0)) return;
  throw new StoreError('store/pragma', `PRAGMA ${name} is ${answer}, not ${expected}`, {
    pragma: name,
    expected,
    answer: String(answer),
  });
}

/** The quota, or what the file already has where that is more. */
function quotaPages(database: Database, maxBytes: number): number {
  const pages = answerOf(database, 'page_count');
  return Math.max(Math.floor(maxBytes / PAGE_BYTES), typeof pages === 'number' ? pages : 0);
}

export function applyPragmas(database: Database, maxBytes: number): void {
  for (const [name, value] of CREATION) database.pragma(`${name} = ${value}`);
  for (const [name, value] of SETTINGS) database.pragma(`${name} = ${value}`);
  database.pragma(`max_page_count = ${quotaPages(database, maxBytes)}`);
}

/**
 * Read every setting back. Only an answer after the first write counts: before it, SQLite repeats the
 * wish instead of the truth.
 * @throws StoreError `store/pragma`
 */
export function assertPragmas(database: Database, maxBytes: number): void {
  for (const [name, , answer] of [...SETTINGS, ...CREATION]) demand(database, name, answer);
  demand(database, 'max_page_count', quotaPages(database, maxBytes));
}
