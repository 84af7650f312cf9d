import {mkdirSync, readFileSync} from 'node:fs';
import {join} from 'node:path';
import process from 'node:process';
import {fileURLToPath} from 'node:url';
import test, {type ExecutionContext} from 'ava';
import {crashOptions} from './crash-options.js';
import {Meddler} from './meddler.js';
import {StrainedSite} from './strained-site.js';
import {tool} from './tool.js';
import {clearWorkFolder, makeWorkFolder} from './work-folder.js';

const COMMIT_CHILD = fileURLToPath(new URL('./commit-child.js', import.meta.url));
const LEAP_CLOCK = fileURLToPath(new URL('./leap-clock.js', import.meta.url));
const TOLD_LIMIT_MS = 90_000;
const LEAP_EVERY_MS = 4000;
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

interface Trouble {
  readonly calls: string;
  readonly inject: string;
  /** Stands while the trouble lasts, and no longer. */
  readonly alarm: string;
}

/**
 * A site with people at it whose disk is in trouble for a while: somebody is told, cards and people are
 * answered meanwhile, and when it is over the alarm ends by itself and nothing that was acked is lost.
 */
async function livesThrough(t: ExecutionContext, {calls, inject, alarm}: Trouble): Promise<void> {
  const {site, folder} = await strainedSite(t);
  await site.until('arms move', () => site.frames() >= 3);
  t.false(site.alarms.has(alarm), 'nobody was told before there was anything to tell');
  const meddler = await Meddler.attach({pid: site.pid, calls, inject, folder});
  t.teardown(() => meddler.end());
  await site.until('somebody is told', () => site.standing().includes(alarm), TOLD_LIMIT_MS);
  t.true(meddler.injected() > 0);
  const [frames, answers] = [site.frames(), site.answers()];
  await site.until('arms move', () => site.frames() >= frames + 3, TOLD_LIMIT_MS);
  await site.until('people are answered', () => site.answers() >= answers + 2, TOLD_LIMIT_MS);
  t.true(site.standing().includes(alarm), 'for as long as it lasts');
  await meddler.end();
  const leaps = alarm === 'STORAGE_SLOW' ? leapAgainAndAgain(site) : undefined;
  await site.until('the alarm ends', () => !site.standing().includes(alarm), TOLD_LIMIT_MS);
  clearInterval(leaps);
  t.log(`${meddler.injected()} calls, alarms ${[...site.alarms].join(' ')}`);
  await recovers(t, site);
}

/** A slow disk is watched for ten minutes more, and a busy machine may be slow by itself meanwhile. */
function leapAgainAndAgain({pid}: StrainedSite): NodeJS.Timeout {
  const leap = () => void process.kill(pid, 'SIGUSR2');
  leap();
  return setInterval(leap, LEAP_EVERY_MS);
}

async function strainedSite(t: ExecutionContext): Promise<{site: StrainedSite; folder: string}> {
  const work = workFolder(t);
  const [disk, folder] = [join(work, 'disk'), join(work, 'outside')];
  for (const each of [disk, folder]) mkdirSync(each);
  const site = await StrainedSite.start({
    ...{folder: disk, outside: folder, seed: SEED, preload: LEAP_CLOCK},
  });
  t.teardown(() => site.close());
  return {site, folder};
}

/** Without help: arms move, the cloud hears, and the disk holds whatever anybody was told. */
async function recovers(t: ExecutionContext, site: StrainedSite): Promise<void> {
  const [moved, confirmed] = [site.frames(), site.confirmed()];
  await site.until('arms move again', () => site.frames() >= moved + 3, TOLD_LIMIT_MS);
  await site.until(
    'the cloud hears of it',
    () => site.confirmed() >= confirmed + 10,
    TOLD_LIMIT_MS,
  );
  t.true(site.isAlive, site.output.slice(-2000));
  const {problems} = await site.finish();
  t.deepEqual(problems, []);
}

test.serial(
  '~G7 a disk that fails every sync for a while: STORAGE_FAULT stands so long, decisions go on, nothing that was acked is lost',
  async t => {
    t.timeout(300_000);
    await livesThrough(t, {calls: SYNCS, inject: 'error=EIO', alarm: 'STORAGE_FAULT'});
  },
);

test.serial(
  '~G7 a disk that fails every write for a while: STORAGE_FAULT stands so long, decisions go on, nothing that was acked is lost',
  async t => {
    t.timeout(300_000);
    await livesThrough(t, {calls: 'pwrite64', inject: 'error=EIO', alarm: 'STORAGE_FAULT'});
  },
);

test.serial(
  '~G7 a disk that has room and takes no write for want of it for a while: STORAGE_FAULT stands so long, decisions go on, nothing that was acked is lost',
  async t => {
    t.timeout(300_000);
    await livesThrough(t, {calls: 'pwrite64', inject: 'error=ENOSPC', alarm: 'STORAGE_FAULT'});
  },
);

test.serial(
  '~G1 syncs that take 200 ms: STORAGE_SLOW stands, decisions go on, no arm overtakes its commit, and the alarm ends ten minutes after the last',
  async t => {
    t.timeout(300_000);
    await livesThrough(t, {calls: SYNCS, inject: 'delay_enter=200000', alarm: 'STORAGE_SLOW'});
  },
);
