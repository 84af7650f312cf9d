import {mkdirSync, readFileSync} from 'node:fs';
import {join} from 'node:path';
import {fileURLToPath} from 'node:url';
import test, {type ExecutionContext} from 'ava';
import {crashOptions} from './crash-options.js';
import {StrainedSite} from './strained-site.js';
import {tool} from './tool.js';
import {clearWorkFolder, makeWorkFolder} from './work-folder.js';

const COMMIT_CHILD = fileURLToPath(new URL('./commit-child.js', import.meta.url));
/** Fewer than fill the write-ahead log: a checkpoint has syncs of its own. */
const COMMITS = 40;
const {seed: SEED} = crashOptions();
const SYNCS = 'fsync,fdatasync';

function workFolder(t: ExecutionContext): string {
  const folder = makeWorkFolder();
  t.teardown(() => clearWorkFolder(folder));
  return folder;
}

/** Syncs of a process that opens a store, commits so often and ends. */
async function syncsOf(folder: string, store: string, commits: number): Promise<number> {
  const log = join(folder, `${store}-${commits}.strace`);
  const child = [process.execPath, COMMIT_CHILD, store, join(folder, `${store}-${commits}.db`)];
  const trace = ['-f', '-qq', '-e', `trace=${SYNCS}`, '-o', log];
  await tool('strace', ...trace, ...child, String(commits));
  return readFileSync(log, 'utf8')
    .split('\n')
    .filter(line => /sync\(/.test(line)).length;
}

for (const store of ['edge', 'cloud']) {
  test.serial(`~G1 each commit of the ${store} is synced exactly once`, async t => {
    t.timeout(60_000);
    const folder = workFolder(t);
    const idle = await syncsOf(folder, store, 0);
    t.true(idle > 0);
    t.is((await syncsOf(folder, store, COMMITS)) - idle, COMMITS);
  });
}

/** Start a site under strace that meddles with one system call of the gateway. */
async function meddled(t: ExecutionContext, call: string, inject: string) {
  const folder = workFolder(t);
  const [disk, outside] = [join(folder, 'disk'), join(folder, 'outside')];
  for (const each of [disk, outside]) mkdirSync(each);
  const log = join(outside, 'strace.log');
  const site = await StrainedSite.start({
    ...{folder: disk, outside, seed: SEED},
    // -D: the gateway stays our child, and the tracer goes with it.
    under: ['strace', '-D', '-f', '-qq', '--seccomp-bpf', '-o', log].concat([
      '-e',
      `trace=${call}`,
      '-e',
      `inject=${call}:${inject}`,
    ]),
  });
  t.teardown(() => site.close());
  /** Calls that were meddled with so far. */
  const injected = () => readFileSync(log, 'utf8').split(/INJECTED|DELAYED/).length - 1;
  return {site, injected};
}

test.serial(
  '~G7 a disk that fails a few syncs loses nothing that was acked, and decisions go on',
  async t => {
    t.timeout(180_000);
    const {site, injected} = await meddled(t, SYNCS, 'error=EIO:when=90..92');
    await site.until('a sync fails', () => injected() >= 1);
    const before = site.frames();
    await site.until('arms move again', () => site.frames() >= before + 3);
    t.true(site.isAlive, site.output.slice(-2000));
    const {problems} = await site.finish();
    t.deepEqual(problems, []);
    t.true(site.confirmed() > 0);
  },
);

test.serial(
  '~G7 a disk that has no room for a few writes loses nothing that was acked, and decisions go on',
  async t => {
    t.timeout(180_000);
    const {site, injected} = await meddled(t, 'pwrite64', 'error=ENOSPC:when=500..504');
    await site.until('a write fails', () => injected() >= 1);
    const before = site.frames();
    await site.until('arms move again', () => site.frames() >= before + 3);
    t.true(site.isAlive, site.output.slice(-2000));
    const {problems} = await site.finish();
    t.deepEqual(problems, []);
  },
);

test.serial(
  '~G1 syncs that take 200 ms delay the arm, and never let it overtake the commit',
  async t => {
    t.timeout(180_000);
    const {site, injected} = await meddled(t, SYNCS, 'delay_enter=200000:when=60..100');
    await site.until('a sync is late', () => injected() >= 1);
    const before = site.frames();
    await site.until('arms move', () => site.frames() >= before + 6);
    t.true(site.isAlive, site.output.slice(-2000));
    const {problems} = await site.finish();
    t.deepEqual(problems, []);
  },
);
