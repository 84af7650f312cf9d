import SqliteDatabase, {type Database} from 'better-sqlite3';
import type {Partition} from '../platform/partition.js';
import type {Disk} from './disk.js';

/** A disk that fails as told, for tests. */
export class FaultyDisk implements Disk {
  /** SQLite's code that the next commits fail with, and how many of them. */
  fault: {readonly code: string; times: number} | undefined;
  /** The next commit is in the log when it says that its sync failed. */
  landsAllTheSame = false;
  /** Nothing can be opened any more. */
  isGone = false;
  /** So often there is no room to open anything. */
  fullOpens = 0;
  partition: Partition | undefined;
  connects = 0;

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
          if (!this.landsAllTheSame) return result;
          this.landsAllTheSame = false;
          throw new SqliteDatabase.SqliteError('told to fail late', 'SQLITE_IOERR_FSYNC');
        },
      };
    };
    database.transaction = failing as unknown as typeof database.transaction;
    return database;
  }

  partitionOf(): Partition | undefined {
    return this.partition;
  }

  /** At the very end, where the sync would be: everything before it is rolled back. */
  #fail(): void {
    if (!this.fault || this.fault.times <= 0) return;
    this.fault.times -= 1;
    throw new SqliteDatabase.SqliteError('told to fail', this.fault.code);
  }
}
