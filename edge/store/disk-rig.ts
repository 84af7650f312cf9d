import SqliteDatabase, {type Database, type Statement} from 'better-sqlite3';
import type {Partition} from '../platform/partition.js';
import type {Disk} from './disk.js';

/** A disk that fails as told, for tests. */
export class FaultyDisk implements Disk {
  /** SQLite's code that the next commits fail with, and how many of them. */
  fault: {readonly code: string; times: number} | undefined;
  /** The next commit is in the log when it says that its sync failed. */
  landsAllTheSame = false;
  /** No sync succeeds, and whatever was written can be read all the same. */
  syncsFail = false;
  /** Nothing can be opened any more. */
  isGone = false;
  /** So often there is no room to open anything. */
  fullOpens = 0;
  partition: Partition | undefined;
  connects = 0;
  readonly pragmas: string[] = [];

  connect(path: string, options?: {readonly readonly: boolean}): Database {
    if (this.isGone) throw new SqliteDatabase.SqliteError('disk I/O error', 'SQLITE_IOERR');
    if (this.fullOpens > 0) {
      this.fullOpens -= 1;
      throw new SqliteDatabase.SqliteError('database or disk is full', 'SQLITE_FULL');
    }
    this.connects += 1;
    const database = new SqliteDatabase(path, options);
    const transaction = database.transaction.bind(database);
    const failing = (work: (...args: unknown[]) => unknown) => {
      const whole = transaction((...args: unknown[]) => {
        const result = work(...args);
        this.#fail();
        return result;
      });
      return {
        immediate: (...args: unknown[]) => {
          const result = whole.immediate(...args);
          this.#failLate();
          return result;
        },
      };
    };
    database.transaction = failing as unknown as typeof database.transaction;
    const prepare = database.prepare.bind(database);
    const changes = prepare('SELECT total_changes()').pluck();
    const watched = (sql: string) => {
      const statement = prepare(sql);
      return sql === 'COMMIT' ? this.#failing(statement, () => changes.get() as number) : statement;
    };
    database.prepare = watched as typeof database.prepare;
    const pragma = database.pragma.bind(database);
    database.pragma = (source, options) => {
      this.pragmas.push(source);
      if (source.startsWith('wal_checkpoint') && !source.includes('NOOP')) this.#failLate();
      return pragma(source, options);
    };
    return database;
  }

  partitionOf(): Partition | undefined {
    return this.partition;
  }

  #failing(commit: Statement, changes: () => number) {
    let before = changes();
    return {
      run: () => {
        this.#fail();
        const result = commit.run();
        const after = changes();
        // What changes nothing is not synced.
        if (after !== before) this.#failLate();
        before = after;
        return result;
      },
    };
  }

  #failLate(): void {
    if (!this.landsAllTheSame && !this.syncsFail) return;
    this.landsAllTheSame = false;
    throw new SqliteDatabase.SqliteError('told to fail late', 'SQLITE_IOERR_FSYNC');
  }

  /** At the very end, where the sync would be: everything before it is rolled back. */
  #fail(): void {
    if (!this.fault || this.fault.times <= 0) return;
    this.fault.times -= 1;
    throw new SqliteDatabase.SqliteError('told to fail', this.fault.code);
  }
}
