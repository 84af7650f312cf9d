import type {CloudReader, CloudSchema} from '../../cloud-sync/api/store/cloud-schema.js';
import {CloudStore} from '../../cloud-sync/api/store/cloud-store.js';
import {InternalError} from '../../protocols/base/errors.js';

type Row = Readonly<Record<string, string | number | null>>;
type Table = keyof CloudSchema;

/** A row that a booking left: new, or one that was there before and is found by `by`. */
export interface BareRow {
  readonly table: string;
  readonly row: Row;
  readonly by?: readonly string[];
}

/** What stood in each table; with `bookingRows` after the bookings it tells that nothing was left out. */
export type RowCounts = Readonly<Record<string, number>>;

/** What one booking adds: rows of each table, told apart by order or by right. */
const OF_ORDER: readonly (readonly [Table, (row: Row) => unknown])[] = [
  ['bay_slot', row => row.order_id],
  ['order_deadline', row => row.order_id],
  ['order_grant', row => row.order_id],
  ['ledger_entry', row => row.order_id],
  ['ledger_hold', row => String(row.key).split('/')[0]],
  ['access_grant', row => row.order_id],
  ['answer', row => JSON.parse(String(row.body)).id],
];
const OF_RIGHT: readonly (readonly [Table, string])[] = [
  ['right_place', 'id'],
  ['grant_row', 'id'],
];

/** What a cloud writes at its first start. */
const OF_START: RowCounts = {api_key: 1, vault_key: 1};

export function countRows(database: string): Promise<RowCounts> {
  return reading(database, async db => {
    const counts: Record<string, number> = {};
    for (const table of await tablesOf(db)) {
      const {n} = await db
        .selectFrom(table)
        .select(({fn}) => fn.countAll<number>().as('n'))
        .executeTakeFirstOrThrow();
      counts[table] = Number(n);
    }
    return counts;
  });
}

/**
 * All that each booking wrote, one list for each: its new rows, and the two that it changed, the member's
 * balance and the state of the gateway.
 * @throws InternalError `bench/rows` when a table has grown by others than these
 */
export async function bookingRows(
  database: string,
  before: RowCounts,
): Promise<readonly (readonly BareRow[])[]> {
  const groups = await reading(database, readGroups);
  const found: Record<string, number> = {};
  for (const {table, by} of groups.flat()) {
    if (!by) found[table] = (found[table] ?? 0) + 1;
  }
  const after = await countRows(database);
  for (const [table, count] of Object.entries(after)) {
    const added = count - (before[table] ?? 0) - (OF_START[table] ?? 0);
    if (added === (found[table] ?? 0)) continue;
    const text = `${table} has ${added} new rows, of which bookings are known to write ${found[table]}`;
    throw new InternalError('bench/rows', text);
  }
  return groups;
}

async function readGroups(db: CloudReader): Promise<readonly (readonly BareRow[])[]> {
  const all = async (table: Table) =>
    (await db.selectFrom(table).selectAll().execute()) as unknown as readonly Row[];
  const byOrder = new Map<unknown, BareRow[]>();
  const add = (order: unknown, table: Table, row: Row) => byOrder.get(order)?.push({table, row});
  for (const row of await all('order_row')) byOrder.set(row.id, [{table: 'order_row', row}]);
  for (const [table, orderOf] of OF_ORDER) {
    for (const row of await all(table)) add(orderOf(row), table, row);
  }
  const orderOfRight = new Map(
    (await all('access_grant')).map(({id, order_id}) => [id, order_id] as const),
  );
  const rightOfVersion = new Map<string, unknown>();
  for (const [table, column] of OF_RIGHT) {
    for (const row of await all(table)) {
      const order = orderOfRight.get(String(row[column]));
      add(order, table, row);
      if (table === 'right_place') rightOfVersion.set(`${row.gw} ${row.cfg_ver}`, order);
    }
  }
  for (const row of await all('change')) {
    add(orderOfRight.get(row.subject_id ?? '') ?? row.subject_id, 'change', row);
  }
  for (const row of await all('grant_change')) {
    const order = rightOfVersion.get(`${row.gw} ${row.ver}`);
    add(order, 'grant_change', row);
    const state = {gw: row.gw ?? null, cfg_ver: row.ver ?? null, cfg_hash: row.hash ?? null};
    byOrder.get(order)?.push({table: 'gateway', row: state, by: ['gw']});
  }
  addBalances(await all('ledger_hold'), await all('ledger_balance'), byOrder);
  return [...byOrder.values()];
}

function addBalances(
  holds: readonly Row[],
  balances: readonly Row[],
  byOrder: ReadonlyMap<unknown, BareRow[]>,
): void {
  const byAccount = new Map(balances.map(row => [row.account, row]));
  for (const {key, account} of holds) {
    const row = byAccount.get(account ?? null);
    if (!row) continue;
    const by = ['tenant', 'account'];
    byOrder.get(String(key).split('/')[0])?.push({table: 'ledger_balance', row, by});
  }
}

async function tablesOf(db: CloudReader): Promise<readonly Table[]> {
  const tables = await db.introspection.getTables();
  return tables.map(({name}) => name as Table);
}

async function reading<Result>(
  database: string,
  read: (db: CloudReader) => Promise<Result>,
): Promise<Result> {
  const store = await CloudStore.open(database);
  try {
    return await store.read(read);
  } finally {
    await store.close();
  }
}
