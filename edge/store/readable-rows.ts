import type {Database} from 'better-sqlite3';

/** A damaged page hides all its rows: the search for its bounds ends after so many reads that failed. */
const MOST_PROBES = 20_000;
const LAST_ROWID = 2 ** 40;

export type Row = Readonly<Record<string, unknown>>;

/**
 * All rows of `table` that can be read and whose number is above `from`, at most `limit` at a time; each
 * has its number as `salvage_rowid`. Where a page cannot be read, its readable neighbours are looked for.
 * The result says whether every row was there to read.
 */
export function* readableRows(
  database: Database,
  table: string,
  from: number,
  limit: number,
): Generator<readonly Row[], boolean> {
  if (!hasNumbers(database, table)) return yield* rowsWithoutNumber(database, table, limit);
  // Prepared with each page: a damaged schema fails here, and that too is a page that cannot be read.
  const read = (first: number, last: number) =>
    database
      .prepare(
        `SELECT rowid AS salvage_rowid, * FROM "${table}"
         WHERE rowid BETWEEN ? AND ? ORDER BY rowid LIMIT ?`,
      )
      .all(first, last, limit) as Row[];
  const end = () => highestRow(database, table) ?? LAST_ROWID;
  const search: Search = {read, end, limit, failuresLeft: MOST_PROBES};
  yield* between(search, from + 1, LAST_ROWID);
  return search.failuresLeft === MOST_PROBES;
}

function hasNumbers(database: Database, table: string): boolean {
  try {
    const sql = database.prepare('SELECT sql FROM sqlite_schema WHERE name = ?').pluck().get(table);
    return !/WITHOUT ROWID/.test(String(sql));
  } catch {
    return true;
  }
}

/** Number of the last row, 0 for none; undefined when the end of the table cannot be read. */
export function highestRow(database: Database, table: string): number | undefined {
  try {
    return Number(database.prepare(`SELECT max(rowid) FROM "${table}"`).pluck().get() ?? 0);
  } catch {
    return undefined;
  }
}

function* rowsWithoutNumber(
  database: Database,
  table: string,
  limit: number,
): Generator<readonly Row[], boolean> {
  let page: Row[] = [];
  try {
    for (const row of database.prepare(`SELECT * FROM "${table}"`).iterate()) {
      page.push(row as Row);
      if (page.length < limit) continue;
      yield page;
      page = [];
    }
  } catch {
    yield page;
    return false;
  }
  yield page;
  return true;
}

interface Search {
  readonly read: (first: number, last: number) => readonly Row[];
  /** Number of the last row, as far as it is known. */
  readonly end: () => number;
  readonly limit: number;
  failuresLeft: number;
}

/** Of a range all rows that can be read, by halving whatever cannot. */
function* between(search: Search, first: number, last: number): Generator<readonly Row[], void> {
  const {read, end, limit} = search;
  for (let start = first; start <= last && search.failuresLeft > 0; ) {
    const rows = readOrNot(read, start, last);
    if (rows === undefined) {
      search.failuresLeft -= 1;
      const to = last === LAST_ROWID ? Math.min(last, end()) : last;
      if (start >= to) return;
      const middle = Math.floor((start + to) / 2);
      yield* between(search, start, middle);
      yield* between(search, middle + 1, to);
      return;
    }
    if (rows.length > 0) yield rows;
    if (rows.length < limit) return;
    start = Number(rows.at(-1)?.['salvage_rowid']) + 1;
  }
}

function readOrNot(read: Search['read'], first: number, last: number): readonly Row[] | undefined {
  try {
    return read(first, last);
  } catch {
    return undefined;
  }
}
