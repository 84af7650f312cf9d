import type {Database} from 'better-sqlite3';
import {equalBytes} from '../../protocols/base/bytes.js';
import {chainHash} from '../../protocols/cloud/chain.js';
import type {StoreDatabase} from './database.js';
import type {Disk} from './disk.js';
import type {CarriedEvent} from './journal.js';
import type {Origin} from './origins.js';

/** Made anew with every file, carried over by the journal itself, or sent again by the cloud. */
const NOT_COPIED: ReadonlySet<string> = new Set([
  ...['ev', 'meta', 'lost', 'telemetry', 'carried', 'former_epoch'],
  ...['staged_part', 'staged_row'],
]);
const OWN_META: ReadonlySet<string> = new Set([
  ...['id', 'site', 'epoch', 'acked', 'base_seq', 'base_hash', 'epoch_from', 'kept_epoch'],
  ...['starts', 'running', 'short_runs', 'checked_wall', 'grants_lost', 'mark_seq'],
]);
/** A damaged page hides all its rows: the search for its bounds ends here at the latest. */
const MOST_PROBES = 20_000;
const LAST_ROWID = 2 ** 40;
const PAGE_ROWS = 500;

type Row = Readonly<Record<string, unknown>>;

interface SalvagedEvent extends CarriedEvent {
  readonly seq: number;
  readonly h: Uint8Array;
}

interface FoundRows {
  readonly rows: readonly Row[];
  /** Every row of the table was there to read. */
  readonly isWhole: boolean;
}

/** What could be read of a database that is not to be trusted as a whole. */
export interface Salvage {
  /** Undefined when its one row is gone. */
  readonly meta: Row | undefined;
  readonly tables: ReadonlyMap<string, FoundRows>;
  /** Events that nobody has confirmed, with a chain that holds; oldest first. */
  readonly events: readonly SalvagedEvent[];
  /** Unconfirmed events that are known to have been there, and are not. */
  readonly lostEvents: number;
}

/** Read all that can be read of the database at `path`, which stays as it is. */
export function salvage(path: string, disk: Disk): Salvage | undefined {
  let database: Database | undefined;
  try {
    database = disk.connect(path, {readonly: true});
    const names = database
      .prepare("SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite%'")
      .pluck()
      .all() as string[];
    if (!names.includes('meta')) return undefined;
    const tables = new Map<string, FoundRows>();
    for (const name of names) {
      if (!NOT_COPIED.has(name)) tables.set(name, rowsOf(database, name, 0));
    }
    const [meta] = rowsOf(database, 'meta', 0).rows;
    const acked = Number(meta?.['acked'] ?? 0);
    const found = soundEvents(rowsOf(database, 'ev', acked).rows as unknown as SalvagedEvent[]);
    const events = found.map(
      withOrigin(meta, carriedIn(database, names), formerIn(database, names)),
    );
    const known = Math.max(Number(meta?.['mark_seq'] ?? 0), highest(database, 'ev') ?? 0);
    const lostEvents = Math.max(0, known - acked - events.length);
    return {meta, tables, events, lostEvents};
  } catch {
    return undefined;
  } finally {
    database?.close();
  }
}

function carriedIn(database: Database, tables: readonly string[]): ReadonlyMap<unknown, Origin> {
  if (!tables.includes('carried')) return new Map();
  return new Map(
    rowsOf(database, 'carried', 0).rows.map(row => {
      const {epoch, first_seq: seq, h} = row as {epoch: Buffer; first_seq: number; h: Buffer};
      return [row['seq'], {epoch, seq, h}];
    }),
  );
}

interface FormerEpoch {
  readonly last_seq: number;
  readonly epoch: Buffer;
}

function formerIn(database: Database, tables: readonly string[]): readonly FormerEpoch[] {
  if (!tables.includes('former_epoch')) return [];
  return rowsOf(database, 'former_epoch', 0).rows as unknown as readonly FormerEpoch[];
}

/** The cloud may hold an event that this file has not marked so. */
function withOrigin(
  meta: Row | undefined,
  carried: ReadonlyMap<unknown, Origin>,
  former: readonly FormerEpoch[],
) {
  const now = meta?.['epoch'];
  return (event: SalvagedEvent): SalvagedEvent => {
    const {seq, h} = event;
    const epoch = former.find(({last_seq: last}) => seq <= last)?.epoch ?? now;
    const here = epoch instanceof Uint8Array ? {epoch, seq, h} : undefined;
    return {...event, origin: carried.get(seq) ?? here};
  };
}

/** Put the tables of `source` into `database`; those that `have` holds whole already are left out. */
export function putTables(
  database: StoreDatabase,
  source: Salvage,
  have: ReadonlySet<string>,
): ReadonlySet<string> {
  const whole = new Set(have);
  database.transact('put back', () => {
    for (const [name, {rows, isWhole}] of source.tables) {
      if (have.has(name) || !existsIn(database, name)) continue;
      for (const row of rows) putRow(database, name, row);
      if (isWhole) whole.add(name);
    }
    if (source.meta && !have.has('meta')) {
      putMeta(database, source.meta);
      whole.add('meta');
    }
  });
  return whole;
}

function putRow(database: StoreDatabase, table: string, row: Row): void {
  const columns = Object.keys(row).filter(name => name !== 'salvage_rowid');
  const names = columns.map(name => `"${name}"`).join(', ');
  const marks = columns.map(() => '?').join(', ');
  try {
    database
      .statement(`INSERT OR IGNORE INTO "${table}" (${names}) VALUES (${marks})`)
      .run(...columns.map(name => row[name]));
  } catch {
    // A row that the table's own rules refuse was damaged.
  }
}

function putMeta(database: StoreDatabase, meta: Row): void {
  const known = new Set(
    database.statement("SELECT name FROM pragma_table_info('meta')").pluck().all() as string[],
  );
  for (const [name, value] of Object.entries(meta)) {
    if (OWN_META.has(name) || !known.has(name)) continue;
    database.statement(`UPDATE meta SET "${name}" = ?`).run(value);
  }
}

function existsIn(database: StoreDatabase, table: string): boolean {
  const found = database
    .statement("SELECT 1 FROM sqlite_schema WHERE type = 'table' AND name = ?")
    .get(table);
  return found !== undefined;
}

/** Rows above `from`, page by page; where a page cannot be read, its readable neighbours are looked for. */
function rowsOf(database: Database, table: string, from: number): FoundRows {
  const sql = database
    .prepare('SELECT sql FROM sqlite_schema WHERE name = ?')
    .pluck()
    .get(table) as string;
  if (/WITHOUT ROWID/.test(sql)) return rowsAtOnce(database, table);
  const page = database.prepare(
    `SELECT rowid AS salvage_rowid, * FROM "${table}" WHERE rowid > ? ORDER BY rowid LIMIT ?`,
  );
  const range = database.prepare(
    `SELECT rowid AS salvage_rowid, * FROM "${table}" WHERE rowid BETWEEN ? AND ? ORDER BY rowid`,
  );
  const rows: Row[] = [];
  let last = from;
  try {
    for (;;) {
      const found = page.all(last, PAGE_ROWS) as Row[];
      rows.push(...found);
      if (found.length < PAGE_ROWS) return {rows, isWhole: true};
      last = Number(found.at(-1)?.['salvage_rowid']);
    }
  } catch {
    const probe = {left: MOST_PROBES};
    const high = bound(database, table);
    return {rows: [...rows, ...between(range, last + 1, high, probe)], isWhole: false};
  }
}

/** Small tables, read whole or not at all. */
function rowsAtOnce(database: Database, table: string): FoundRows {
  try {
    return {rows: database.prepare(`SELECT * FROM "${table}"`).all() as Row[], isWhole: true};
  } catch {
    return {rows: [], isWhole: false};
  }
}

/** All rows of a range that can be read, by halving whatever cannot. */
function between(
  range: {all(from: number, to: number): unknown[]},
  from: number,
  to: number,
  probe: {left: number},
): readonly Row[] {
  if (from > to || probe.left <= 0) return [];
  probe.left -= 1;
  try {
    return range.all(from, to) as Row[];
  } catch {
    if (from === to) return [];
    const middle = Math.floor((from + to) / 2);
    return [...between(range, from, middle, probe), ...between(range, middle + 1, to, probe)];
  }
}

function bound(database: Database, table: string): number {
  return highest(database, table) ?? LAST_ROWID;
}

/** Undefined when the end of the table cannot be read. */
function highest(database: Database, table: string): number | undefined {
  try {
    return Number(database.prepare(`SELECT max(rowid) FROM "${table}"`).pluck().get() ?? 0);
  } catch {
    return undefined;
  }
}

/** Rows whose text is what was hashed into the chain, as far as the row before is there to tell. */
function soundEvents(rows: readonly SalvagedEvent[]): readonly SalvagedEvent[] {
  const sound: SalvagedEvent[] = [];
  let before: SalvagedEvent | undefined;
  for (const row of rows) {
    if (isSound(row, before)) sound.push(row);
    before = row;
  }
  return sound;
}

function isSound(row: SalvagedEvent, before: SalvagedEvent | undefined): boolean {
  try {
    JSON.parse(row.body);
  } catch {
    return false;
  }
  if (before === undefined || before.seq !== row.seq - 1) return true;
  return equalBytes(chainHash(before.h, row.seq, row.body), new Uint8Array(row.h));
}
