import SqliteDatabase, {type Database} from 'better-sqlite3';
import {type Partition, partitionOf} from '../platform/partition.js';

/** What the store needs of the disk; the simulator puts a failing or a small one in its place. */
export interface Disk {
  /** A bare connection, without any of our settings. @throws SqliteError */
  connect(path: string, options?: {readonly readonly: boolean}): Database;
  /** Undefined: nobody can tell, and the quota alone counts. */
  partitionOf(folder: string): Partition | undefined;
}

export const SYSTEM_DISK: Disk = {
  connect: (path, options) => new SqliteDatabase(path, options),
  partitionOf,
};
