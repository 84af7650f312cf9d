import {Child} from './child.js';
import type {CommandReport} from './command-client.js';
import {BOARDS, OSDP_ACK_BYTES, OSDP_POLL_BYTES, READERS} from './foreign-slaves.js';
import type {LinesWindow} from './lines-client.js';
import {exchangeMs, measure, UNITS, wireLimitPollsPerS} from './measure-line.js';
import {median, rounded} from './median.js';
import type {MixedWindow} from './mixed-client.js';
import type {SlaveReport} from './paced-slave.js';

const WINDOWS = 3;
const WINDOW_MS = 3000;
/** Receive trigger of a UART with its FIFO full: whole short replies, as most adapters hand them over. */
const FIFO_BYTES = 16;
const NONE_DEAD_FROM = 248;
const DEAD_UNIT = 40;
const COMMANDS = 100;
const STORM_MS = 10_000;
const BOARD_REQUEST_BYTES = 5;
const BOARD_REPLY_BYTES = 8;
const MODBUS_BYTES = 15;

async function startSlaves(baud: number, count: number) {
  const slaves = Array.from(
    {length: count},
    () => new Child('paced-slave', baud, 'lenient', NONE_DEAD_FROM, FIFO_BYTES),
  );
  const paths: string[] = [];
  for (const slave of slaves) paths.push((await slave.next<{readonly path: string}>()).path);
  return {slaves, paths};
}

/** Gap violations since the report before; closes the slave. */
async function violationsOf(slave: Child): Promise<number> {
  slave.say('report');
  const {gapViolations} = await slave.next<SlaveReport>();
  await slave.end();
  return gapViolations;
}

/** Several lines in one process: the efficiency is that of the worst line. */
export async function measureManyLines(lines: number, baud: number): Promise<object> {
  const {slaves, paths} = await startSlaves(baud, lines);
  const client = new Child('lines-client', baud, UNITS, WINDOWS, WINDOW_MS, ...paths);
  await client.next();
  const windows: LinesWindow[] = [];
  for (let count = 0; count < WINDOWS; count += 1) windows.push(await client.next<LinesWindow>());
  await client.end();
  let gapViolations = 0;
  for (const slave of slaves) gapViolations += await violationsOf(slave);
  const limit = wireLimitPollsPerS(baud);
  const efficiencyOf = (place: number) =>
    median(windows.map(({polls, ms}) => ((polls[place] ?? 0) * 1000) / ms)) / limit;
  const each = paths.map((_, place) => efficiencyOf(place));
  return {
    lines,
    baud,
    efficiency: rounded(Math.min(...each)),
    coreShare: rounded(median(windows.map(({cpuUs, ms}) => cpuUs / (ms * 1000)))),
    rssMiB: rounded(median(windows.map(({rssMiB}) => rssMiB)), 1),
    unanswered: windows.reduce((sum, {failed}) => sum + failed, 0),
    gapViolations,
  };
}

/** Modbus units, OSDP readers and lock boards on one line: time that the wire needed over time that passed. */
export async function measureMixedLine(baud: number): Promise<object> {
  const slave = new Child('paced-slave', baud, 'strict', NONE_DEAD_FROM, 1);
  const {path} = await slave.next<{readonly path: string}>();
  const client = new Child('mixed-client', path, baud, WINDOWS, WINDOW_MS);
  await client.next();
  const windows: MixedWindow[] = [];
  for (let count = 0; count < WINDOWS; count += 1) windows.push(await client.next<MixedWindow>());
  await client.end();
  const wireMs = ({modbus, osdp, board}: MixedWindow) =>
    modbus * exchangeMs(baud, MODBUS_BYTES) +
    osdp * exchangeMs(baud, OSDP_POLL_BYTES + OSDP_ACK_BYTES) +
    board * exchangeMs(baud, BOARD_REQUEST_BYTES + BOARD_REPLY_BYTES);
  return {
    baud,
    units: {modbus: 12, osdp: READERS.length, boards: BOARDS.length},
    efficiencyStrict: rounded(median(windows.map(window => wireMs(window) / window.ms))),
    gapViolations: await violationsOf(slave),
    unanswered: windows.reduce((sum, {failed}) => sum + failed, 0),
  };
}

/** Commands that meet the poll of a dead slave, and polls that meet a storm of commands. */
export async function measureCommands(baud: number): Promise<object> {
  const slave = new Child('paced-slave', baud, 'lenient', DEAD_UNIT, 1);
  const {path} = await slave.next<{readonly path: string}>();
  const client = new Child('command-client', path, baud, COMMANDS, DEAD_UNIT, STORM_MS);
  const reading = client.next<CommandReport>();
  // The slave tells every command it sees; nobody here needs that, and a full pipe would stop it.
  const {waitsMs, ...report} = await reading;
  await client.end();
  await slave.end();
  const sorted = waitsMs.toSorted((left, right) => left - right);
  const at = (share: number) => sorted[Math.ceil(share * sorted.length) - 1] ?? Number.NaN;
  return {
    baud,
    commands: sorted.length,
    commandWaitP50Ms: rounded(at(0.5), 1),
    commandWaitP99Ms: rounded(at(0.99), 1),
    ...report,
  };
}

/** What a USB adapter costs at its default latency timer, and that 1 ms, as advised, cures it. */
export async function measureLatencyTimer(baud: number): Promise<object> {
  const task = {baud, role: 'bus-client', mode: 'lenient', dead: 0, windowMs: WINDOW_MS} as const;
  const limit = wireLimitPollsPerS(baud);
  const slow = await measure({...task, latencyMs: 16});
  const cured = await measure({...task, latencyMs: 1});
  return {
    baud,
    efficiency16Ms: rounded(slow.pollsPerS / limit),
    efficiency1Ms: rounded(cured.pollsPerS / limit),
    unanswered: slow.failed + cured.failed,
  };
}
