import {createHash} from 'node:crypto';
import {sql} from 'kysely';
import {toHex} from '../../../protocols/base/bytes.js';
import {StoreError} from '../../../protocols/base/errors.js';
import {CHAIN_START, chainHash} from '../../../protocols/cloud/chain.js';
import type {CloudReader, CloudTransaction} from './cloud-schema.js';
import {CloudStore} from './cloud-store.js';
import {CLOUD_TABLES, type CloudTable} from './cloud-tables.js';

export interface MovedTable {
  readonly table: string;
  readonly rows: number;
}

interface Digest {
  readonly rows: number;
  readonly hash: string;
}

type Row = Readonly<Record<string, unknown>>;

/** Rows in hand at once, and in one statement: far below what either database takes as parameters. */
const PAGE = 500;

/**
 * Copy all of one cloud into an empty other one: all or nothing, in one transaction of each. Before it
 * is committed every table is read back and compared row by row, and every chain is walked through.
 * @throws StoreError `store/not-empty`, `store/not-same`
 */
export function moveCloud(
  from: CloudStore,
  to: CloudStore,
  onTable: (moved: MovedTable) => void,
): Promise<readonly MovedTable[]> {
  return from.transaction(source =>
    to.transaction(async target => {
      for (const table of CLOUD_TABLES) await assertEmpty(target, table);
      const moved: MovedTable[] = [];
      for (const table of CLOUD_TABLES) {
        const sent = await copyTable(source, target, table);
        const held = await digestOf(target, table, () => Promise.resolve());
        if (sent.rows !== held.rows || sent.hash !== held.hash) {
          const text = `${table.name}: ${held.rows} rows read back of ${sent.rows}, or others`;
          throw new StoreError('store/not-same', text, {table: table.name});
        }
        moved.push({table: table.name, rows: sent.rows});
        onTable({table: table.name, rows: sent.rows});
      }
      await assertChains(target);
      return moved;
    }),
  );
}

/** The same between two places as `CloudStore.open` takes them. */
export async function moveCloudBetween(
  from: string,
  to: string,
  onTable: (moved: MovedTable) => void,
): Promise<void> {
  const source = await CloudStore.open(from, {mustExist: true});
  try {
    const target = await CloudStore.open(to);
    try {
      await moveCloud(source, target, onTable);
    } finally {
      await target.close();
    }
  } finally {
    await source.close();
  }
}

async function assertEmpty(db: CloudReader, {name}: CloudTable): Promise<void> {
  const {rows} = await sql`SELECT 1 FROM ${sql.table(name)} LIMIT 1`.execute(db);
  if (rows.length === 0) return;
  const text = `the database to fill has rows already, in ${name}`;
  throw new StoreError('store/not-empty', text, {table: name});
}

function copyTable(
  source: CloudTransaction,
  target: CloudTransaction,
  table: CloudTable,
): Promise<Digest> {
  return digestOf(source, table, async rows => {
    // The rows are the columns of their own table, which no type can say of a name in a list.
    await target
      .insertInto(table.name)
      .values(rows as never)
      .execute();
  });
}

/** Read a table by its key, page by page. */
async function digestOf(
  db: CloudReader,
  table: CloudTable,
  onPage: (rows: readonly Row[]) => Promise<void>,
): Promise<Digest> {
  const hash = createHash('sha256');
  let rows = 0;
  let last: Row | undefined;
  for (;;) {
    const page = await pageAfter(db, table, last);
    for (const row of page) hash.update(textOf(row));
    if (page.length > 0) await onPage(page);
    rows += page.length;
    last = page.at(-1);
    if (page.length < PAGE) return {rows, hash: hash.digest('hex')};
  }
}

async function pageAfter(
  db: CloudReader,
  {name, key}: CloudTable,
  last: Row | undefined,
): Promise<readonly Row[]> {
  const columns = sql.join(key.map(column => sql.ref(column)));
  const values = last && sql.join(key.map(column => last[column]));
  const after = values ? sql`WHERE (${columns}) > (${values})` : sql``;
  const {rows} = await sql<Row>`
    SELECT * FROM ${sql.table(name)} ${after} ORDER BY ${columns} LIMIT ${PAGE}`.execute(db);
  return rows;
}

/** The same text for the same row, whichever database gave it and in whatever order its columns. */
function textOf(row: Row): string {
  const members = Object.entries(row)
    .map(([column, value]) => [column, value instanceof Uint8Array ? toHex(value) : value])
    .sort(([left], [right]) => (String(left) < String(right) ? -1 : 1));
  return `${JSON.stringify(members)}\n`;
}

/** Every event that hangs on one before it does so by its hash. */
async function assertChains(db: CloudReader): Promise<void> {
  const epochs = await db.selectFrom('epoch').select(['gw', 'no', 'known', 'known_h']).execute();
  for (const {gw, no, known, known_h} of epochs) {
    let seq = 0;
    let hash: Uint8Array | null = CHAIN_START;
    for (;;) {
      const page = await db
        .selectFrom('ev')
        .select(['seq', 'body', 'h'])
        .where('gw', '=', gw)
        .where('epoch_no', '=', no)
        .where('seq', '>', seq)
        .where('seq', '<=', known)
        .orderBy('seq')
        .limit(PAGE)
        .execute();
      for (const row of page) {
        const expected: Uint8Array | null =
          hash && row.seq === seq + 1 ? chainHash(hash, row.seq, row.body) : row.h;
        if (!row.h || !expected || toHex(expected) !== toHex(row.h)) throw broken(gw, row.seq);
        seq = row.seq;
        hash = row.h;
      }
      if (page.length < PAGE) break;
    }
    if (known_h && seq === known && hash && toHex(hash) !== toHex(known_h)) throw broken(gw, known);
  }
}

function broken(gateway: string, seq: number): StoreError {
  const text = `the chain of ${gateway} breaks at ${seq}`;
  return new StoreError('store/not-same', text, {gateway, seq});
}
