import {wireTimeMs} from '../../protocols/base/units.js';
import {interFrameSilenceMs} from '../../protocols/modbus/timing.js';
import {Child} from './child.js';
import {median} from './median.js';
import {type SlaveReport, TURNAROUND_MS} from './paced-slave.js';
import type {PollWindow} from './poll-window.js';

/** FC03 of one register. */
const REQUEST_BYTES = 8;
const REPLY_BYTES = 7;
const NONE_DEAD_FROM = 248;
const WINDOWS = 3;
export const UNITS = 32;

export type Mode = 'lenient' | 'strict';

export interface Measured {
  readonly pollsPerS: number;
  readonly cpuUsPerPoll: number;
  readonly failed: number;
  readonly slave: SlaveReport;
}

export interface Task {
  readonly baud: number;
  readonly role: string;
  readonly mode: Mode;
  readonly dead: number;
  readonly windowMs: number;
  /** Of a USB adapter; left out: bytes reach the host as they come. */
  readonly latencyMs?: number;
}

/** One client against one fresh slave: median of three windows, the slave's counts over all of them. */
export async function measure({
  baud,
  role,
  mode,
  dead,
  windowMs,
  latencyMs = 0,
}: Task): Promise<Measured> {
  const deadFrom = dead > 0 ? UNITS - dead + 1 : NONE_DEAD_FROM;
  const slave = new Child('paced-slave', baud, mode, deadFrom, 1, latencyMs);
  const {path} = await slave.next<{readonly path: string}>();
  const own = role === 'bus-client' ? [dead] : [];
  const client = new Child(role, path, baud, UNITS, ...own, WINDOWS, windowMs);
  await client.next();
  slave.say('report');
  await slave.next<SlaveReport>();
  const windows: PollWindow[] = [];
  for (let count = 0; count < WINDOWS; count += 1) windows.push(await client.next<PollWindow>());
  slave.say('report');
  const report = await slave.next<SlaveReport>();
  await client.end();
  await slave.end();
  return {
    pollsPerS: median(windows.map(({polls, ms}) => (polls * 1000) / ms)),
    cpuUsPerPoll: median(windows.map(({polls, cpuUs}) => cpuUs / Math.max(1, polls))),
    failed: windows.reduce((sum, {failed}) => sum + failed, 0),
    slave: report,
  };
}

/** What the wire allows at most: both frames, both silences and the turnaround of the slave. */
export function wireLimitPollsPerS(baud: number): number {
  return 1000 / exchangeMs(baud, REQUEST_BYTES + REPLY_BYTES);
}

/** One exchange of so many bytes at best. */
export function exchangeMs(baud: number, bytes: number): number {
  return wireTimeMs(bytes, baud) + 2 * interFrameSilenceMs(baud) + TURNAROUND_MS;
}
