import {generateKeyPairSync} from 'node:crypto';
import {mkdtempSync, rmSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import type {CloudReader, CloudSchema} from '../../cloud-sync/api/store/cloud-schema.js';
import {CloudStore} from '../../cloud-sync/api/store/cloud-store.js';
import {PostgresServer} from '../real/postgres.js';
import type {BareRow, BareTask} from './api-bare.js';
import {fillLot} from './api-lot.js';
import type {WorkerReport, WorkerTask} from './api-worker.js';
import {Child} from './child.js';
import {rounded} from './median.js';

const BOOKINGS = 400;
/** Requests under way at once, of all workers together. */
const AT_ONCE = 8;
/** What a booking writes; a row of each, told apart by the order that it belongs to. */
const OF_ORDER: readonly (readonly [keyof CloudSchema, string])[] = [
  ['order_row', 'id'],
  ['bay_slot', 'order_id'],
  ['order_deadline', 'order_id'],
  ['order_grant', 'order_id'],
  ['ledger_entry', 'order_id'],
  ['change', 'subject_id'],
];

interface Figures {
  readonly perS: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
}

const {privateKey} = generateKeyPairSync('ed25519');
const signingKey = privateKey.export({format: 'pem', type: 'pkcs8'}).toString();

/** Bookings of 1 and 2 API workers on both databases, beside their bare rows. */
export async function run([only]: readonly string[]): Promise<object> {
  const folder = mkdtempSync(join(tmpdir(), 'latchkey-api-'));
  const server = only === 'sqlite' ? undefined : await PostgresServer.start();
  const runs: object[] = [];
  try {
    for (const db of only ? [only] : ['sqlite', 'postgres']) {
      for (const workers of [1, 2]) {
        const place = async (name: string) =>
          db === 'sqlite'
            ? join(folder, `${name}-${workers}.db`)
            : ((await server?.database(`${name}_${workers}`)) ?? '');
        process.stderr.write(`api: ${db}, ${workers} workers\n`);
        runs.push({
          db,
          workers,
          ...(await compare(await place('api'), await place('bare'), workers)),
        });
      }
    }
  } finally {
    await server?.stop();
    rmSync(folder, {recursive: true, force: true});
  }
  return {bench: 'api', runs};
}

async function compare(database: string, bareDatabase: string, workers: number): Promise<object> {
  await fillLot(database);
  const booked = await book(database, workers);
  const rows = await rowsOf(database);
  await fillLot(bareDatabase);
  const bare = await insert(bareDatabase, rows, workers);
  return {
    bookingsPerS: rounded(booked.perS, 1),
    bareTxPerS: rounded(bare.perS, 1),
    ratio: rounded(booked.perS / bare.perS, 3),
    p50Ms: rounded(booked.p50Ms, 2),
    p99Ms: rounded(booked.p99Ms, 2),
    rowsPerTx: rounded(rows.flat().length / rows.length, 1),
  };
}

function book(database: string, workers: number): Promise<Figures> {
  const children = Array.from({length: workers}, (_, first) => {
    const share = {first, step: workers, count: BOOKINGS / workers, atOnce: AT_ONCE / workers};
    const task: WorkerTask = {database, signingKey, ...share};
    return new Child('api-worker', JSON.stringify(task));
  });
  return measure(children);
}

function insert(
  database: string,
  rows: readonly (readonly BareRow[])[],
  workers: number,
): Promise<Figures> {
  const children = Array.from({length: workers}, (_, at) => {
    const child = new Child('api-bare');
    const own = rows.filter((__, index) => index % workers === at);
    const task: BareTask = {database, rows: own, atOnce: AT_ONCE / workers};
    child.say(JSON.stringify(task));
    return child;
  });
  return measure(children);
}

async function measure(children: readonly Child[]): Promise<Figures> {
  for (const child of children) await child.next();
  for (const child of children) child.say('go');
  const reports = await Promise.all(children.map(child => child.next<WorkerReport>()));
  for (const child of children) await child.end();
  const latencies = reports.flatMap(({latenciesMs}) => latenciesMs);
  const sorted = latencies.toSorted((left, right) => left - right);
  const at = (share: number) => sorted[Math.floor((sorted.length - 1) * share)] ?? Number.NaN;
  const longestMs = Math.max(...reports.map(({ms}) => ms));
  return {perS: (sorted.length * 1000) / longestMs, p50Ms: at(0.5), p99Ms: at(0.99)};
}

/** All that each booking wrote, one list for each. */
async function rowsOf(database: string): Promise<readonly (readonly BareRow[])[]> {
  const store = await CloudStore.open(database);
  const rows = await store.read(readRows);
  await store.close();
  return rows;
}

async function readRows(db: CloudReader): Promise<readonly (readonly BareRow[])[]> {
  const all = async (table: keyof CloudSchema) =>
    (await db.selectFrom(table).selectAll().execute()) as unknown as BareRow['row'][];
  const byOrder = new Map<string, BareRow[]>();
  for (const [table, column] of OF_ORDER) {
    for (const row of await all(table)) {
      const order = String(row[column]);
      if (table === 'order_row') byOrder.set(order, []);
      byOrder.get(order)?.push({table, row});
    }
  }
  const groups = [...byOrder.values()];
  for (const table of ['ledger_hold', 'grant_row', 'grant_change', 'answer'] as const) {
    for (const [index, row] of (await all(table)).entries()) groups[index]?.push({table, row});
  }
  return groups;
}
