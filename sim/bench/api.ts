import {generateKeyPairSync} from 'node:crypto';
import {mkdtempSync, rmSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {PostgresServer} from '../real/postgres.js';
import type {BareTask} from './api-bare.js';
import {fillLot} from './api-lot.js';
import {type BareRow, bookingRows, countRows} from './api-rows.js';
import type {WorkerReport, WorkerTask} from './api-worker.js';
import {Child} from './child.js';
import {rounded} from './median.js';

const BOOKINGS = 400;
/** Requests under way at once, of all workers together. */
const AT_ONCE = 8;
interface Figures {
  readonly perS: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  /** Of the processes that ask the database, for each transaction. */
  readonly cpuMs: number;
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
  const before = await countRows(database);
  const booked = await book(database, workers);
  const rows = await bookingRows(database, before);
  await fillLot(bareDatabase);
  const bare = await insert(bareDatabase, rows, workers);
  return {
    bookingsPerS: rounded(booked.perS, 1),
    bareTxPerS: rounded(bare.perS, 1),
    ratio: rounded(booked.perS / bare.perS, 3),
    p50Ms: rounded(booked.p50Ms, 2),
    p99Ms: rounded(booked.p99Ms, 2),
    rowsPerTx: rounded(rows.flat().length / rows.length, 1),
    cpuMs: rounded(booked.cpuMs, 2),
    bareCpuMs: rounded(bare.cpuMs, 2),
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
  const reports = await reportsOf(children);
  const latencies = reports.flatMap(({latenciesMs}) => latenciesMs);
  const sorted = latencies.toSorted((left, right) => left - right);
  const at = (share: number) => sorted[Math.floor((sorted.length - 1) * share)] ?? Number.NaN;
  const longestMs = Math.max(...reports.map(({ms}) => ms));
  const cpuMs = reports.reduce((sum, report) => sum + report.cpuMs, 0) / sorted.length;
  return {perS: (sorted.length * 1000) / longestMs, p50Ms: at(0.5), p99Ms: at(0.99), cpuMs};
}

async function reportsOf(children: readonly Child[]): Promise<readonly WorkerReport[]> {
  try {
    for (const child of children) await child.next();
    for (const child of children) child.say('go');
    return await Promise.all(children.map(child => child.next<WorkerReport>()));
  } finally {
    for (const child of children) await child.end();
  }
}
