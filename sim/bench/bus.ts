import {spawnSync} from 'node:child_process';
import koffi from 'koffi';
import {errorText, UsageError} from '../../protocols/base/errors.js';
import {wireTimeMs} from '../../protocols/base/units.js';
import {interFrameSilenceMs} from '../../protocols/modbus/timing.js';
import {Child} from './child.js';
import {LIBRARY} from './libmodbus-peer.js';
import {median, rounded} from './median.js';
import {type SlaveReport, TURNAROUND_MS} from './paced-slave.js';
import type {PollWindow} from './poll-window.js';

const BAUD_RATES = [9600, 19_200, 115_200];
const UNITS = 32;
const DEAD_UNITS = 8;
const NONE_DEAD_FROM = 248;
/** FC03 of one register. */
const REQUEST_BYTES = 8;
const REPLY_BYTES = 7;
const WINDOWS = 3;
const WINDOW_MS = 2000;
const PEER_WINDOW_MS = 1200;
/** The first two hold all probes of a minute, which jitter spreads over 24 s. */
const LIVING_WINDOW_MS = 12_000;

type Mode = 'lenient' | 'strict';

interface Measured {
  readonly pollsPerS: number;
  readonly cpuUsPerPoll: number;
  readonly failed: number;
  readonly slave: SlaveReport;
}

interface Task {
  readonly baud: number;
  readonly role: string;
  readonly mode: Mode;
  readonly dead: number;
  readonly windowMs: number;
}

/** One client against one fresh slave: median of three windows, the slave's counts over all of them. */
async function measure({baud, role, mode, dead, windowMs}: Task): Promise<Measured> {
  const deadFrom = dead > 0 ? UNITS - dead + 1 : NONE_DEAD_FROM;
  const slave = new Child('paced-slave', baud, mode, deadFrom, 1);
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
function wireLimitPollsPerS(baud: number): number {
  const bytesMs = wireTimeMs(REQUEST_BYTES + REPLY_BYTES, baud);
  return 1000 / (bytesMs + 2 * interFrameSilenceMs(baud) + TURNAROUND_MS);
}

async function measurePeer(baud: number, role: string, limit: number): Promise<object> {
  const task = {baud, role, dead: 0, windowMs: PEER_WINDOW_MS};
  const lenient = await measure({...task, mode: 'lenient'});
  const strict = await measure({...task, mode: 'strict'});
  return {
    efficiency: rounded(lenient.pollsPerS / limit),
    gapViolations: lenient.slave.gapViolations,
    requests: lenient.slave.requests,
    efficiencyStrict: rounded(strict.pollsPerS / limit),
    cpuUsPerPoll: Math.round(lenient.cpuUsPerPoll),
  };
}

async function measureLine(baud: number, libmodbus: string | undefined): Promise<object> {
  const limit = wireLimitPollsPerS(baud);
  const ours = {baud, role: 'bus-client', dead: 0, windowMs: WINDOW_MS};
  const lenient = await measure({...ours, mode: 'lenient'});
  const strict = await measure({...ours, mode: 'strict'});
  const living = await measure({
    ...ours,
    mode: 'lenient',
    dead: DEAD_UNITS,
    windowMs: LIVING_WINDOW_MS,
  });
  return {
    baud,
    wireLimitPollsPerS: rounded(limit, 2),
    efficiency: rounded(lenient.pollsPerS / limit),
    gapViolations: [lenient, strict, living].reduce((sum, run) => sum + run.slave.gapViolations, 0),
    efficiencyStrict: rounded(strict.pollsPerS / limit),
    efficiencyLiving: rounded(living.pollsPerS / limit),
    cpuUsPerPoll: Math.round(lenient.cpuUsPerPoll),
    unanswered: {lenient: lenient.failed, strict: strict.failed, livingProbes: living.failed},
    peers: {
      modbusSerial: await measurePeer(baud, 'modbus-serial-peer', limit),
      libmodbus: libmodbus ? {absent: libmodbus} : await measurePeer(baud, 'libmodbus-peer', limit),
    },
  };
}

/** Undefined when libmodbus can be loaded, by now, or the reason why not. */
function missingLibmodbus(): string | undefined {
  const load = () => {
    try {
      koffi.load(LIBRARY).unload();
      return undefined;
    } catch (error) {
      return errorText(error);
    }
  };
  if (!load()) return undefined;
  if (process.getuid?.() !== 0) return 'libmodbus5 is not installed and this user may not do it';
  const apt = spawnSync('/usr/bin/apt-get', ['install', '-y', 'libmodbus5'], {encoding: 'utf8'});
  if (apt.status !== 0) return `apt-get install libmodbus5: ${apt.stderr || apt.error?.message}`;
  return load();
}

/** `[BAUD]`: one rate or all three. */
export async function run([only]: readonly string[]): Promise<object> {
  const rates = BAUD_RATES.filter(baud => only === undefined || baud === Number(only));
  if (rates.length === 0) {
    throw new UsageError('bench/only', `--only is one of ${BAUD_RATES.join(', ')}`);
  }
  const absent = missingLibmodbus();
  const lines: object[] = [];
  for (const baud of rates) {
    process.stderr.write(`bus: ${UNITS} units at ${baud} baud\n`);
    lines.push(await measureLine(baud, absent));
  }
  return {bench: 'bus', units: UNITS, lines};
}
