import {existsSync, mkdtempSync, readdirSync, readFileSync, rmSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {tool} from './tool.js';

const PREFIX = 'latchkey-cut-';
const PID_FILE = /\.pid$/;
/** Programs that a run starts and that would outlive it when it is killed. */
const OURS = ['qemu-storage-daemon', 'latchkey.js', 'latchkey-cloud.js', 'strace'];
const END_LIMIT_MS = 5000;

/** A folder that names its owner, so that the next run finds what an aborted one left mounted. */
export function makeWorkFolder(): string {
  return mkdtempSync(join(tmpdir(), `${PREFIX}${process.pid}-`));
}

/** Undo the work of runs that were killed: mounts, loop devices, processes, files. */
export async function sweepAbandoned(): Promise<readonly string[]> {
  const swept = readdirSync(tmpdir()).filter(name => {
    const owner = Number(name.startsWith(PREFIX) ? name.slice(PREFIX.length).split('-')[0] : 0);
    return owner > 0 && !isAlive(owner);
  });
  for (const name of swept) await clearWorkFolder(join(tmpdir(), name));
  return swept;
}

/** Unmount all that is mounted below `folder`, let go of its loop devices, end its processes, delete it. */
export async function clearWorkFolder(folder: string): Promise<void> {
  // Asked first: once the export is unmounted, a device no longer tells whose it is.
  const loops = await tool('losetup', '--list', '--noheadings', '--output', 'NAME,BACK-FILE');
  await unmountBelow(folder);
  for (const line of loops.split('\n')) {
    const [device = '', file = ''] = line.trim().split(/\s+/);
    if (file.startsWith(`${folder}/`)) await tool('losetup', '--detach', device).catch(() => '');
  }
  if (existsSync(folder)) await endProcesses(folder);
  await unmountBelow(folder);
  rmSync(folder, {recursive: true, force: true, maxRetries: 5});
}

async function unmountBelow(folder: string): Promise<void> {
  const points = readFileSync('/proc/mounts', 'utf8')
    .split('\n')
    .map(line => line.split(' ')[1] ?? '')
    .filter(point => point.startsWith(`${folder}/`));
  for (const point of points.reverse()) {
    await tool('umount', point).catch(() => tool('umount', '--lazy', point).catch(() => ''));
  }
}

async function endProcesses(folder: string): Promise<void> {
  for (const path of readdirSync(folder, {recursive: true, encoding: 'utf8'})) {
    if (!PID_FILE.test(path)) continue;
    const pid = Number(readFileSync(join(folder, path), 'utf8'));
    if (isAlive(pid) && isOurs(pid)) await endProcess(pid);
  }
}

/** The number may belong to somebody else by now. */
function isOurs(pid: number): boolean {
  const line = readFileSync(`/proc/${pid}/cmdline`, 'latin1');
  return OURS.some(name => line.includes(name));
}

export async function endProcess(pid: number): Promise<void> {
  process.kill(pid, 'SIGTERM');
  const untilMs = performance.now() + END_LIMIT_MS;
  while (isAlive(pid)) {
    if (performance.now() > untilMs) process.kill(pid, 'SIGKILL');
    await new Promise(resolve => setTimeout(resolve, 20));
  }
}

function isAlive(pid: number): boolean {
  if (!(pid > 0)) return false;
  try {
    process.kill(pid, 0);
    // A dead child that nobody has waited for yet is no longer at work.
    return !/^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, 'latin1'));
  } catch {
    return false;
  }
}
