import {createPrivateKey} from 'node:crypto';
import {createInterface} from 'node:readline';
import {type Cloud, startCloud} from '../../cloud-sync/api/server.js';
import {SystemEntropy} from '../../edge/platform/entropy.js';
import {yieldTurn} from '../../edge/platform/event-loop.js';
import {SystemClock} from '../../edge/platform/system-clock.js';
import {UsageError} from '../../protocols/base/errors.js';
import {HOUR_MS} from '../../protocols/base/units.js';
import {BAYS, bayOf, firstHour, memberOf, SITE} from './api-lot.js';
import {answer} from './child.js';

export interface WorkerTask {
  readonly database: string;
  /** PKCS8 in PEM: all workers of one cloud have the same. */
  readonly signingKey: string;
  /** This worker's bookings have the numbers `first`, `first + step`, ... */
  readonly first: number;
  readonly step: number;
  readonly count: number;
  /** Requests under way at once. */
  readonly atOnce: number;
}

export interface WorkerReport {
  readonly ms: number;
  /** Processor time of the process meanwhile. */
  readonly cpuMs: number;
  readonly latenciesMs: readonly number[];
}

const KEY = 'bench-key';
/** So many of a process do not count. */
export const WARM_UP = 100;
const SILENT = {debug() {}, info() {}, warn() {}, error() {}};

/** One API worker: bookings through its whole HTTP interface, without a socket. */
export async function run([text = '{}']: readonly string[]): Promise<undefined> {
  const task = JSON.parse(text) as WorkerTask;
  const clock = new SystemClock();
  const cloud = await startCloud({
    ...{clock, entropy: new SystemEntropy(clock), log: SILENT, database: task.database},
    ...{signingKey: createPrivateKey(task.signingKey), apiKey: KEY},
    yieldTurn,
  });
  const lines = createInterface(process.stdin)[Symbol.asyncIterator]();
  try {
    // Statements are prepared and code is compiled by bookings that do not count.
    await bookAll(cloud, {...task, first: task.first + task.count * task.step, count: WARM_UP});
    answer({ready: true});
    await lines.next();
    answer(await bookAll(cloud, task));
    await lines.next();
  } finally {
    // Timers of a cloud that stays open would keep the process, and with it the bench, for ever.
    await cloud.close();
  }
  return undefined;
}

async function bookAll(cloud: Cloud, task: WorkerTask): Promise<WorkerReport> {
  const clock = new SystemClock();
  const startHour = firstHour(clock.wallMs());
  const latenciesMs: number[] = [];
  let next = 0;
  const startMs = clock.nowMs();
  const usedBefore = process.cpuUsage();
  const oneAfterAnother = async () => {
    while (next < task.count) {
      const n = task.first + task.step * next;
      next += 1;
      const beganMs = clock.nowMs();
      await bookOne(cloud, n, startHour + Math.floor(n / BAYS) * HOUR_MS);
      latenciesMs.push(clock.nowMs() - beganMs);
    }
  };
  await Promise.all(Array.from({length: task.atOnce}, oneAfterAnother));
  return {ms: clock.nowMs() - startMs, cpuMs: cpuMsSince(usedBefore), latenciesMs};
}

export function cpuMsSince(before: NodeJS.CpuUsage): number {
  const {user, system} = process.cpuUsage(before);
  return (user + system) / 1000;
}

async function bookOne(cloud: Cloud, n: number, fromMs: number): Promise<void> {
  const hours = {fromMs, untilMs: fromMs + HOUR_MS};
  const body = {site: SITE, point: bayOf(n), holder: memberOf(n), plate: '粤B12345', ...hours};
  for (let tries = 1; ; tries += 1) {
    const request = new Request('http://cloud/v1/bookings', {
      method: 'POST',
      headers: {
        ...{authorization: `Bearer ${KEY}`, 'content-type': 'application/json'},
        'idempotency-key': `b-${n}`,
      },
      body: JSON.stringify(body),
    });
    const response = await cloud.fetch(request);
    if (response.status === 201) return;
    // Another process had the file of SQLite for too long.
    if (response.status === 503 && tries < 50) continue;
    throw new UsageError('bench/booking', `${response.status}: ${await response.text()}`);
  }
}
