import {closeSync, constants, openSync, writeSync} from 'node:fs';
import {UsageError} from '../../protocols/base/errors.js';
import {wireTimeMs} from '../../protocols/base/units.js';
import {encodeRdm6300} from '../../protocols/card/rdm6300.js';
import {interFrameSilenceMs} from '../../protocols/modbus/timing.js';
import {asId} from '../../protocols/site/ids.js';
import {openTerminalMaster} from '../wire/posix-terminal.js';
import {makeBenchSite} from './bench-site.js';
import {Child} from './child.js';
import {median, percentile, rounded} from './median.js';
import {type SeenCommand, TURNAROUND_MS} from './paced-slave.js';

const BAUD = 9600;
const BAYS = 30;
const RUNS = 3;
/** Shorter than a sweep of the line, so that it never idles. */
const POLL_MS = 50;
/** FC03 of the six registers of a lock. */
const POLL_BYTES = 8 + 17;
const SILENCE_MS = interFrameSilenceMs(BAUD);
const CYCLE_MS = wireTimeMs(POLL_BYTES, BAUD) + 2 * SILENCE_MS + TURNAROUND_MS;
/** A reader needs 300 ms without a card before the next one counts. */
const BETWEEN_TAPS_MS = 900;
const JITTER_MS = 200;
const LOWER = 2;

interface Tap {
  /** From the last byte of the card to the first byte of the lock's frame. */
  readonly latencyMs: number;
  /** The same without what was left of the transaction in flight and its silence. */
  readonly overheadMs: number;
}

/** The daemon, polling without rest, and one tap after the other: each card opens a lock of its own. */
async function tapAll(): Promise<readonly Tap[]> {
  const slave = new Child('paced-slave', BAUD, 'lenient', 248, 1);
  const {path: linePath} = await slave.next<{readonly path: string}>();
  const reader = openTerminalMaster();
  const holdFd = openSync(reader.slavePath, constants.O_RDWR | constants.O_NOCTTY);
  const readerPath = reader.slavePath;
  const site = makeBenchSite({bays: BAYS, linePath, readerPath, pollMs: POLL_MS});
  const daemon = new Child('tap-daemon', site.folder);
  const {uids} = await daemon.next<{readonly uids: readonly string[]}>();
  const taps: Tap[] = [];
  for (const [index, uid] of uids.entries()) {
    await new Promise(resolve => setTimeout(resolve, BETWEEN_TAPS_MS + Math.random() * JITTER_MS));
    const tapMs = Number(process.hrtime.bigint()) / 1_000_000;
    writeSync(reader.fd, encodeRdm6300(asId(uid)));
    const {command} = await slave.next<SeenCommand>();
    if (command.unit !== index + 1 || command.value !== LOWER) {
      throw new UsageError('bench/tap', `unit ${command.unit} got ${command.value}`);
    }
    taps.push(judge(tapMs, command));
  }
  await daemon.end();
  await slave.end();
  closeSync(holdFd);
  closeSync(reader.fd);
  site.remove();
  return taps;
}

function judge(tapMs: number, {startMs, before}: SeenCommand['command']): Tap {
  const inFlight = before.filter(span => span.startMs <= tapMs).at(-1);
  const freeMs = Math.max(tapMs, inFlight ? inFlight.endMs + SILENCE_MS : tapMs);
  return {latencyMs: startMs - tapMs, overheadMs: startMs - freeMs};
}

/** Tap to frame at 9600 baud while the line never rests. */
export async function run(): Promise<object> {
  const runs: {readonly p50: number; readonly p99: number; readonly overheadP99: number}[] = [];
  for (let count = 0; count < RUNS; count += 1) {
    process.stderr.write(`tap: run ${count + 1} of ${RUNS}\n`);
    const taps = await tapAll();
    const latencies = taps.map(tap => tap.latencyMs);
    const overheads = taps.map(tap => tap.overheadMs);
    runs.push({
      p50: percentile(latencies, 0.5),
      p99: percentile(latencies, 0.99),
      overheadP99: percentile(overheads, 0.99),
    });
  }
  const p50Ms = median(runs.map(({p50}) => p50));
  const p99Ms = median(runs.map(({p99}) => p99));
  return {
    bench: 'tap',
    taps: RUNS * BAYS,
    cycleMs: rounded(CYCLE_MS),
    p50Ms: rounded(p50Ms),
    p99Ms: rounded(p99Ms),
    p50Cycles: rounded(p50Ms / CYCLE_MS),
    p99Cycles: rounded(p99Ms / CYCLE_MS),
    overheadP99Ms: rounded(median(runs.map(({overheadP99}) => overheadP99))),
  };
}
