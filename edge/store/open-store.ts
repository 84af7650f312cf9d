import {existsSync} from 'node:fs';
import {basename} from 'node:path';
import {StoreError} from '../../protocols/base/errors.js';
import {type DatabaseOptions, StoreDatabase} from './database.js';
import {type Disk, SYSTEM_DISK} from './disk.js';
import {lastGoodPath} from './last-good.js';
import {type EventsLeft, salvageTables} from './salvage.js';
import {begunSetAside, endSetAside, setAside} from './set-aside.js';
import {isDamage} from './sqlite-fault.js';

/** A disk that says so at the start takes nothing, but the site decides from what can be read of it. */
const UNWRITABLE: ReadonlySet<string> = new Set([
  'store/io',
  'store/readonly',
  'store/full',
  'store/cannot-open',
]);

/** What was found in place of a sound database. */
export interface Refilled {
  readonly why: 'database_damaged' | 'database_new' | 'disk_unwritable';
  /** Where the damaged file lies now. */
  readonly aside: string | undefined;
  /** What it says of its events; undefined when it could not be read. */
  readonly left: EventsLeft | undefined;
  /** Tables that are as complete as they were, or as they were when the last good copy was made. */
  readonly whole: ReadonlySet<string>;
  /** Of these, the tables that the damaged file itself still had. */
  readonly fresh: ReadonlySet<string>;
}

export interface OpenedStore {
  readonly database: StoreDatabase;
  /** Undefined: the database is sound, or the first of its site. */
  readonly refilled: Refilled | undefined;
}

/**
 * The site's database. A damaged file is set aside and a new one filled with what can be read of it,
 * else of the last good copy; on a disk that takes nothing all that happens in memory.
 * @throws StoreError when the file is not ours, newer, locked, or its folder is missing
 */
export function openStore(options: DatabaseOptions): OpenedStore {
  const {path, disk = SYSTEM_DISK} = options;
  const aside = begunSetAside(path);
  try {
    const database = new StoreDatabase(options);
    if (aside !== undefined && !isFilledFrom(database, aside)) {
      return {database, refilled: refill(database, disk, 'database_damaged', aside)};
    }
    endSetAside(path);
    const isLost = database.formerRun.fresh && existsSync(`${path}.epoch`);
    return {database, refilled: isLost ? refill(database, disk, 'database_new') : undefined};
  } catch (thrown) {
    if (!(thrown instanceof StoreError) || !existsSync(`${path}.epoch`)) throw thrown;
    if (isDamage(thrown)) return replaceDamaged(options, disk);
    if (!UNWRITABLE.has(thrown.code)) throw thrown;
    return inMemory(options, disk, aside);
  }
}

function isFilledFrom(database: StoreDatabase, aside: string): boolean {
  return database.statement('SELECT salvaged FROM meta').pluck().get() === basename(aside);
}

/** Fill an empty database from the file that lies aside, and from the last good copy. */
export function refill(
  database: StoreDatabase,
  disk: Disk,
  why: Refilled['why'],
  aside?: string,
): Refilled {
  const none: ReadonlySet<string> = new Set<string>();
  const {left, whole: fresh} =
    aside === undefined
      ? {left: undefined, whole: none}
      : salvageTables(database, disk, aside, none);
  // It knows nothing of events: those of another time are no business of this file.
  const {whole} = salvageTables(database, disk, lastGoodPath(database.path), fresh);
  return {why, aside, left, whole, fresh};
}

function replaceDamaged(options: DatabaseOptions, disk: Disk): OpenedStore {
  let aside: string;
  let database: StoreDatabase;
  try {
    aside = setAside(options.path);
    database = new StoreDatabase(options);
  } catch (thrown) {
    if (!(thrown instanceof StoreError) || !UNWRITABLE.has(thrown.code)) throw thrown;
    return inMemory(options, disk);
  }
  return {database, refilled: refill(database, disk, 'database_damaged', aside)};
}

function inMemory(options: DatabaseOptions, disk: Disk, aside = options.path): OpenedStore {
  const database = new StoreDatabase(options, true);
  return {database, refilled: refill(database, disk, 'disk_unwritable', aside)};
}
