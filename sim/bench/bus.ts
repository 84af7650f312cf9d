import {spawnSync} from 'node:child_process';
import koffi from 'koffi';
import {errorText, UsageError} from '../../protocols/base/errors.js';
import {LIBRARY} from './libmodbus-peer.js';
import {measure, UNITS, wireLimitPollsPerS} from './measure-line.js';
import {
  measureCommands,
  measureLatencyTimer,
  measureManyLines,
  measureMixedLine,
} from './measure-site.js';
import {rounded} from './median.js';

const BAUD_RATES = [9600, 19_200, 115_200];
const DEAD_UNITS = 8;
const WINDOW_MS = 2000;
const PEER_WINDOW_MS = 1200;
/** The first two hold all probes of a minute, which jitter spreads over 24 s. */
const LIVING_WINDOW_MS = 12_000;
/** Lines of one process by speed. */
const MANY_LINES = [
  {lines: 8, baud: 9600},
  {lines: 4, baud: 115_200},
];
const COMMAND_BAUD_RATE = 9600;

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
      jsmodbus: await measurePeer(baud, 'jsmodbus-peer', limit),
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

function tell(what: string): void {
  process.stderr.write(`bus: ${what}\n`);
}

/** `[BAUD]`: the lines of one rate, or all there is to measure. */
export async function run([only]: readonly string[]): Promise<object> {
  const rates = BAUD_RATES.filter(baud => only === undefined || baud === Number(only));
  if (rates.length === 0) {
    throw new UsageError('bench/only', `--only is one of ${BAUD_RATES.join(', ')}`);
  }
  const absent = missingLibmodbus();
  const lines: object[] = [];
  const mixedLines: object[] = [];
  for (const baud of rates) {
    tell(`${UNITS} units at ${baud} baud`);
    lines.push(await measureLine(baud, absent));
    tell(`three protocols at ${baud} baud`);
    mixedLines.push(await measureMixedLine(baud));
  }
  const measured = {bench: 'bus', units: UNITS, lines, mixedLines};
  if (only !== undefined) return measured;
  const manyLines: object[] = [];
  for (const {lines: count, baud} of MANY_LINES) {
    tell(`${count} lines at ${baud} baud in one process`);
    manyLines.push(await measureManyLines(count, baud));
  }
  tell('commands beside a dead slave and in a storm');
  const commands = await measureCommands(COMMAND_BAUD_RATE);
  tell('the latency timer of a USB adapter');
  const latencyTimer16: object[] = [];
  for (const baud of BAUD_RATES) latencyTimer16.push(await measureLatencyTimer(baud));
  return {...measured, manyLines, ...commands, latencyTimer16};
}
