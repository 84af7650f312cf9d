import {spawn} from 'node:child_process';
import {closeSync, constants, openSync, readFileSync} from 'node:fs';
import {fileURLToPath} from 'node:url';
import {InternalError} from '../../protocols/base/errors.js';
import {openTerminalMaster} from '../wire/posix-terminal.js';
import {makeBenchSite} from './bench-site.js';
import {Child} from './child.js';
import {median, rounded} from './median.js';
import type {SlaveReport} from './paced-slave.js';

const DAEMON = fileURLToPath(new URL('../../bin/latchkey.js', import.meta.url));
const RUNS = 3;
const BAYS = 8;
const IDLE_AFTER_MS = 10_000;
const FIRST_POLL_LIMIT_MS = 15_000;

function nowMs(): number {
  return Number(process.hrtime.bigint()) / 1_000_000;
}

const pause = (ms: number) => new Promise(resolve => setTimeout(resolve, ms));

/** Start to end of a node that does nothing. */
async function timeBareNode(): Promise<number> {
  const startMs = nowMs();
  const child = spawn(process.execPath, ['-e', '0']);
  await new Promise(resolve => child.once('close', resolve));
  return nowMs() - startMs;
}

interface Footprint {
  readonly startToFirstPollMs: number;
  readonly idleRssMiB: number;
}

/** What the first line of the built daemon asks for: `env`, its environment, node and its options. */
function launcher(): readonly [string, string] {
  const [firstLine = ''] = readFileSync(DAEMON, 'utf8').split('\n');
  const [, program, argument] = /^#!(\S+) (.+)$/.exec(firstLine) ?? [];
  if (!program || !argument)
    throw new InternalError('bench/footprint', `no launcher: ${firstLine}`);
  return [program, argument];
}

/** The built daemon on a site of eight locks, started as its first line says. */
async function startDaemon(cloud: boolean): Promise<Footprint> {
  const slave = new Child('paced-slave', 9600, 'lenient', 248, 16);
  const {path: linePath} = await slave.next<{readonly path: string}>();
  const reader = openTerminalMaster();
  const holdFd = openSync(reader.slavePath, constants.O_RDWR | constants.O_NOCTTY);
  const site = makeBenchSite({bays: BAYS, linePath, readerPath: reader.slavePath, cloud});
  const [program, argument] = launcher();
  const startMs = nowMs();
  const daemon = spawn(program, [argument, DAEMON, 'run', '--config', site.configPath], {
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  const ended = new Promise(resolve => daemon.once('close', resolve));
  const firstRequestMs = await firstRequest(slave, startMs);
  await pause(IDLE_AFTER_MS);
  const status = readFileSync(`/proc/${daemon.pid}/status`, 'utf8');
  const kib = Number(/^VmRSS:\s+(\d+) kB$/m.exec(status)?.[1]);
  daemon.kill('SIGTERM');
  await ended;
  await slave.end();
  closeSync(holdFd);
  closeSync(reader.fd);
  site.remove();
  return {startToFirstPollMs: firstRequestMs - startMs, idleRssMiB: kib / 1024};
}

async function firstRequest(slave: Child, startMs: number): Promise<number> {
  while (nowMs() < startMs + FIRST_POLL_LIMIT_MS) {
    slave.say('report');
    const {firstRequestMs} = await slave.next<Partial<SlaveReport>>();
    if (firstRequestMs !== undefined) return firstRequestMs;
    await pause(20);
  }
  throw new InternalError('bench/footprint', 'the daemon never polled');
}

/** Memory and start of the built daemon beside a bare node. */
export async function run(): Promise<object> {
  const bare: number[] = [];
  const daemons: Footprint[] = [];
  const withCloud: Footprint[] = [];
  for (let count = 0; count < RUNS; count += 1) {
    bare.push(await timeBareNode());
    daemons.push(await startDaemon(false));
    withCloud.push(await startDaemon(true));
  }
  const startToFirstPollMs = median(daemons.map(daemon => daemon.startToFirstPollMs));
  const bareNodeMs = median(bare);
  return {
    bench: 'footprint',
    idleRssMiB: rounded(median(daemons.map(daemon => daemon.idleRssMiB)), 1),
    idleRssWithCloudMiB: rounded(median(withCloud.map(daemon => daemon.idleRssMiB)), 1),
    startToFirstPollMs: rounded(startToFirstPollMs, 1),
    bareNodeMs: rounded(bareNodeMs, 1),
    startRatio: rounded(startToFirstPollMs / bareNodeMs, 2),
  };
}
