import Database from 'better-sqlite3';
import {errorText, StoreError} from '../../protocols/base/errors.js';

const CODES: readonly (readonly [prefix: string, code: string])[] = [
  ['SQLITE_FULL', 'store/full'],
  ['SQLITE_BUSY', 'store/locked'],
  ['SQLITE_LOCKED', 'store/locked'],
  ['SQLITE_CORRUPT', 'store/damaged'],
  ['SQLITE_NOTADB', 'store/not-ours'],
  ['SQLITE_READONLY', 'store/readonly'],
  ['SQLITE_CANTOPEN', 'store/cannot-open'],
  ['SQLITE_IOERR', 'store/io'],
];

/** Whatever SQLite threw, as an error of ours with a stable code; our own errors pass unchanged. */
function storeFault(thrown: unknown, doing: string): unknown {
  if (!(thrown instanceof Database.SqliteError)) return thrown;
  const code = CODES.find(([prefix]) => thrown.code.startsWith(prefix))?.[1] ?? 'store/failed';
  const text = `${doing}: ${errorText(thrown)}`;
  return new StoreError(code, text, {sqlite: thrown.code}, thrown);
}

/** True when `thrown` says that a row of that key is there already. */
export function isDuplicate(thrown: unknown): boolean {
  if (!(thrown instanceof Database.SqliteError)) return false;
  return (
    thrown.code === 'SQLITE_CONSTRAINT_PRIMARYKEY' || thrown.code === 'SQLITE_CONSTRAINT_UNIQUE'
  );
}

/** True when the file of the database is not what was written to it. */
export function isDamage(thrown: unknown): boolean {
  if (!(thrown instanceof StoreError)) return false;
  // A header that was overwritten makes it look like no database at all.
  return thrown.code === 'store/damaged' || thrown.context['sqlite'] === 'SQLITE_NOTADB';
}

/** True for what a failing disk or a damaged file says: the handle is not to be trusted any longer. */
export function isOfTheMedium(thrown: unknown): boolean {
  return isDamage(thrown) || (thrown instanceof StoreError && thrown.code === 'store/io');
}

/** True for what a partition without room says: to a commit, and to opening the log and its index. */
export function wantsRoom(thrown: unknown): boolean {
  if (!(thrown instanceof StoreError)) return false;
  const {code, context} = thrown;
  return (
    code === 'store/full' ||
    code === 'store/cannot-open' ||
    context['sqlite'] === 'SQLITE_IOERR_SHMSIZE'
  );
}

/** True when the disk takes nothing, whatever room it has. */
export function isGone(thrown: unknown): boolean {
  if (isOfTheMedium(thrown)) return true;
  return thrown instanceof StoreError && thrown.code === 'store/readonly';
}

/** Run `work`; what SQLite throws comes out as a `StoreError`. */
export function guarded<Result>(doing: string, work: () => Result): Result {
  try {
    return work();
  } catch (thrown) {
    throw storeFault(thrown, doing);
  }
}

/** The same for what settles later. */
export async function guardedAsync<Result>(
  doing: string,
  work: () => Promise<Result>,
): Promise<Result> {
  try {
    return await work();
  } catch (thrown) {
    throw storeFault(thrown, doing);
  }
}
