import {existsSync} from 'node:fs';
import type {Database} from 'better-sqlite3';
import type {StoreDatabase} from './database.js';
import type {Disk} from './disk.js';
import {highestRow, type Row, readableRows} from './readable-rows.js';

/** Made anew with every file, carried over by the journal itself, or sent again by the cloud. */
const NOT_COPIED: ReadonlySet<string> = new Set([
  ...['ev', 'meta', 'lost', 'telemetry', 'carried', 'former_epoch'],
  ...['staged_part', 'staged_row'],
]);
const OWN_META: ReadonlySet<string> = new Set([
  ...['id', 'site', 'epoch', 'acked', 'base_seq', 'base_hash', 'epoch_from', 'kept_epoch'],
  ...['starts', 'running', 'short_runs', 'checked_wall', 'grants_lost', 'mark_seq', 'salvaged'],
]);
/** Of a table at a time, in memory and in one commit. */
const PAGE_ROWS = 500;

/** What a file that was given up says of its events. */
export interface EventsLeft {
  /** Highest number that the cloud had confirmed. */
  readonly acked: number;
  /** Highest number that it is known to have had. */
  readonly known: number;
}

export interface Salvaged {
  /** Undefined when it cannot be read at all. */
  readonly left: EventsLeft | undefined;
  /** Tables that are whole now. */
  readonly whole: ReadonlySet<string>;
}

/**
 * Fill the tables of `database`, but for its events, with whatever can be read of the file at `path`,
 * which stays as it is; those that `have` holds whole already are left out. Page by page: done again after
 * a power cut, it ends the same.
 */
export function salvageTables(
  database: StoreDatabase,
  disk: Disk,
  path: string,
  have: ReadonlySet<string>,
): Salvaged {
  let source: Database | undefined;
  try {
    if (!existsSync(path)) return {left: undefined, whole: have};
    source = disk.connect(path, {readonly: true});
  } catch {
    return {left: undefined, whole: have};
  }
  try {
    const names = namesIn(source);
    if (!names.includes('meta')) return {left: undefined, whole: have};
    const whole = new Set(have);
    for (const name of names) {
      if (NOT_COPIED.has(name) || have.has(name) || !existsIn(database, name)) continue;
      if (putTable(database, name, readableRows(source, name, 0, PAGE_ROWS))) whole.add(name);
    }
    const meta = onlyRow(source, 'meta');
    if (meta && !have.has('meta')) {
      putMeta(database, meta);
      whole.add('meta');
    }
    const acked = Number(meta?.['acked'] ?? 0);
    const known = Math.max(Number(meta?.['mark_seq'] ?? 0), highestRow(source, 'ev') ?? 0);
    return {left: {acked, known}, whole};
  } finally {
    source.close();
  }
}

function namesIn(source: Database): readonly string[] {
  try {
    return source
      .prepare("SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite%'")
      .pluck()
      .all() as string[];
  } catch {
    return [];
  }
}

function onlyRow(source: Database, table: string): Row | undefined {
  const page = readableRows(source, table, 0, 1).next();
  return page.done ? undefined : page.value[0];
}

/** True when every row of it was there to read. */
function putTable(
  database: StoreDatabase,
  table: string,
  pages: Generator<readonly Row[], boolean>,
): boolean {
  for (;;) {
    const page = pages.next();
    if (page.done) return page.value;
    database.transact('put back', () => {
      for (const row of page.value) putRow(database, table, row);
    });
  }
}

function putRow(database: StoreDatabase, table: string, row: Row): void {
  const columns = Object.keys(row).filter(name => name !== 'salvage_rowid');
  const names = columns.map(name => `"${name}"`).join(', ');
  const marks = columns.map(() => '?').join(', ');
  try {
    database
      .statement(`INSERT OR IGNORE INTO "${table}" (${names}) VALUES (${marks})`)
      .run(...columns.map(name => row[name]));
  } catch (thrown) {
    // A row that the table's own rules refuse was damaged.
    if (!isRefusal(thrown)) throw thrown;
  }
}

function isRefusal(thrown: unknown): boolean {
  return String((thrown as {code?: unknown}).code).startsWith('SQLITE_CONSTRAINT');
}

function putMeta(database: StoreDatabase, meta: Row): void {
  const known = new Set(
    database.statement("SELECT name FROM pragma_table_info('meta')").pluck().all() as string[],
  );
  database.transact('put back', () => {
    for (const [name, value] of Object.entries(meta)) {
      if (name === 'salvage_rowid' || OWN_META.has(name) || !known.has(name)) continue;
      database.statement(`UPDATE meta SET "${name}" = ?`).run(value);
    }
  });
}

function existsIn(database: StoreDatabase, table: string): boolean {
  const found = database
    .statement("SELECT 1 FROM sqlite_schema WHERE type = 'table' AND name = ?")
    .get(table);
  return found !== undefined;
}
