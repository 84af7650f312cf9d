import Database from 'better-sqlite3';
import {errorText} from '../../protocols/base/errors.js';

/** A larger file takes longer than somebody waits; the daemon checks all of it in its idle time. */
const LARGEST_PAGES = 50_000;

/**
 * What SQLite finds wrong with a database, or undefined. Reads only, also beside a running daemon. Of a large
 * file only the head is read.
 */
export function lookOver(path: string): string | undefined {
  let database: Database.Database | undefined;
  try {
    database = new Database(path, {readonly: true, fileMustExist: true});
    const pages = Number(database.pragma('page_count', {simple: true}));
    if (pages > LARGEST_PAGES) {
      database.prepare('SELECT count(*) FROM sqlite_schema').get();
      return undefined;
    }
    const answer = database.pragma('quick_check(1)', {simple: true});
    return answer === 'ok' ? undefined : String(answer);
  } catch (thrown) {
    return errorText(thrown);
  } finally {
    database?.close();
  }
}
