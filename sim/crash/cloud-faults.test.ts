import {mkdirSync} from 'node:fs';
import {join} from 'node:path';
import test, {type ExecutionContext} from 'ava';
import {SeededEntropy} from '../clock/seeded-entropy.js';
import {rest, until} from '../real/peer-process.js';
import {crashOptions} from './crash-options.js';
import {EmbeddedCloud} from './embedded-cloud.js';
import {fill, free} from './filler.js';
import {Meddler} from './meddler.js';
import {makeImage, withMounted} from './sim-disk.js';
import {clearWorkFolder, makeWorkFolder} from './work-folder.js';

const {kills: KILLS, seed: SEED} = crashOptions();
/** A life of the cloud takes longer than one of a gateway: its gateways have to come back first. */
const ROUNDS = Math.ceil(KILLS / 40);
/** Every so many lives end while the cloud starts, all others under load. */
const EARLY_EVERY = 4;
const LONGEST_MS = 700;
const DISK_MIB = 32;
const TROUBLE_LIMIT_MS = 60_000;
/** Two tries of the cloud at its database, and time for anything wrong to get through. */
const LASTS_MS = 8000;

function workFolders(t: ExecutionContext): readonly [folder: string, outside: string] {
  const folder = makeWorkFolder();
  t.teardown(() => clearWorkFolder(folder));
  const outside = join(folder, 'outside');
  mkdirSync(outside);
  return [folder, outside];
}

test.serial(
  `~G2 the embedded cloud killed ${ROUNDS} times under load: whatever it acknowledged is in its file, and at the end all is there once`,
  async t => {
    t.timeout(120_000 + ROUNDS * 6000);
    t.log(`seed ${SEED}`);
    const [folder, outside] = workFolders(t);
    const site = await EmbeddedCloud.start(t, folder, outside);
    const chance = new SeededEntropy(SEED);
    let grew = 0;
    try {
      for (let round = 0; round < ROUNDS; round += 1) {
        const before = site.acked();
        const isEarly = round % EARLY_EVERY === EARLY_EVERY - 1;
        if (!isEarly) await until('something is acknowledged', () => site.acked() > before, 30_000);
        await rest(LONGEST_MS * chance.fraction());
        if (site.acked() > before) grew += 1;
        t.deepEqual(await site.killAndRestart(), [], `life ${round}`);
      }
      t.deepEqual(await site.drain(), []);
      t.log(`${site.acked()} events acknowledged, in ${grew} of ${ROUNDS} lives`);
      // A cloud that is killed before anybody reaches it would prove nothing.
      t.true(grew >= ROUNDS / 2);
    } finally {
      await site.close();
    }
  },
);

/** While the disk is in trouble nothing is acknowledged that is not in the file, and `/readyz` says why. */
async function comesThrough(
  t: ExecutionContext,
  site: EmbeddedCloud,
  why: RegExp,
  trouble: {readonly begin: () => Promise<void>; readonly end: () => Promise<void>},
): Promise<void> {
  await until('something is acknowledged', () => site.acked() > 500);
  await trouble.begin();
  await until(
    'the cloud is not ready',
    async () => why.test(await site.cloud.readiness()),
    TROUBLE_LIMIT_MS,
  );
  // What it said just before is on its way.
  await rest(200);
  const acked = site.acked();
  await rest(LASTS_MS);
  t.is(site.acked(), acked, 'nothing is acknowledged meanwhile');
  t.deepEqual(site.problems(), []);
  t.regex(await site.cloud.readiness(), why);
  t.false(site.cloud.isOver, site.cloud.output.slice(-2000));
  await trouble.end();
  await until('the cloud is ready by itself', () => site.cloud.isReady(), 20_000);
  await until('it acknowledges again', () => site.acked() > acked);
  t.deepEqual(await site.drain(), []);
  t.log(`${site.acked()} events acknowledged, ${acked} of them before the trouble ended`);
}

test.serial(
  '~G7 the disk of the embedded cloud filled to the last byte: nothing is acknowledged that is not stored, /readyz says why, and it recovers alone',
  async t => {
    t.timeout(240_000);
    const [folder, outside] = workFolders(t);
    const image = join(folder, 'small.img');
    await makeImage(image, DISK_MIB);
    await withMounted(image, folder, async disk => {
      const site = await EmbeddedCloud.start(t, disk, outside);
      try {
        await comesThrough(t, site, /database takes nothing \(store\/full\)/, {
          begin: async () => fill(disk, 0),
          end: async () => free(disk),
        });
      } finally {
        await site.close();
      }
    });
  },
);

test.serial(
  '~G7 the disk of the embedded cloud fails every sync: nothing is acknowledged, /readyz says why, and it recovers alone',
  async t => {
    t.timeout(180_000);
    const [folder, outside] = workFolders(t);
    const site = await EmbeddedCloud.start(t, folder, outside);
    let meddler: Meddler | undefined;
    const calls = 'fsync,fdatasync';
    try {
      await comesThrough(t, site, /database takes nothing \(store\/io\)/, {
        begin: async () => {
          const {pid} = site.cloud;
          meddler = await Meddler.attach({pid, calls, inject: 'error=EIO', folder: outside});
        },
        end: async () => meddler?.end(),
      });
    } finally {
      await meddler?.end();
      await site.close();
    }
  },
);
