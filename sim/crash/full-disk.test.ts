import {mkdirSync, statSync} from 'node:fs';
import {join} from 'node:path';
import test, {type ExecutionContext} from 'ava';
import {crashOptions} from './crash-options.js';
import {DATABASE} from './crash-park.js';
import {FILLERS, fill, free} from './filler.js';
import {makeImage, withMounted} from './sim-disk.js';
import {StrainedSite} from './strained-site.js';
import {clearWorkFolder, makeWorkFolder} from './work-folder.js';

const {seed: SEED} = crashOptions();
const DISK_MIB = 32;
const BALLAST_BYTES = 4 * 2 ** 20;
/** Less than the write-ahead log may need, and not nothing. */
const SCARCE_BYTES = 5 * 2 ** 20;

/** A small disk with a running site, people at its arms; judged at the end. */
async function onSmallDisk(
  t: ExecutionContext,
  story: (site: StrainedSite, disk: string) => Promise<void>,
): Promise<void> {
  const folder = makeWorkFolder();
  t.teardown(() => clearWorkFolder(folder));
  const outside = join(folder, 'outside');
  mkdirSync(outside);
  const image = join(folder, 'small.img');
  await makeImage(image, DISK_MIB);
  await withMounted(image, folder, async disk => {
    const site = await StrainedSite.start({folder: disk, outside, seed: SEED});
    try {
      await site.until('arms move', () => site.frames() >= 3);
      await story(site, disk);
      const [frames, confirmed] = [site.frames(), site.confirmed()];
      free(disk);
      site.releaseUplink();
      await site.until('arms move again', () => site.frames() >= frames + 4);
      await site.until('the cloud hears of it', () => site.confirmed() >= confirmed + 10);
      t.true(site.isAlive, site.output.slice(-3000));
      const {problems} = await site.finish();
      t.deepEqual(problems, []);
      t.true(site.turnedAwayStored() >= site.turnedAway(), 'access events are kept');
      t.log(`turned away ${site.turnedAway()}, stored ${site.turnedAwayStored()}`);
    } finally {
      await site.close();
    }
  });
}

test.serial(
  '~G7 a 32 MB disk with less room than the log may need: somebody is told, people are answered, nothing is lost, and it recovers alone',
  async t => {
    t.timeout(240_000);
    await onSmallDisk(t, async (site, disk) => {
      fill(disk, SCARCE_BYTES);
      await site.until('somebody is told', () => site.alarms.has('STORAGE_FULL'));
      const told = site.answers();
      await site.until('people are answered', () => site.answers() >= told + 2);
    });
  },
);

test.serial(
  'G7 a 32 MB disk that another program fills to the last byte, twice, while the cloud is silent: people are answered from the ballast, then from memory, somebody is told, every access event is kept, and it recovers alone',
  async t => {
    t.timeout(280_000);
    await onSmallDisk(t, async (site, disk) => {
      const ballast = join(disk, `${DATABASE}.ballast`);
      await site.until('the ballast is whole', () => sizeOf(ballast) === BALLAST_BYTES);
      // What the cloud confirms is deleted, and its room would do for ever.
      site.holdUplink();
      fill(disk, 0);
      await site.until('the ballast is given up', () => sizeOf(ballast) === 0);
      await site.until('somebody is told', () => site.standing().includes('STORAGE_FULL'));
      await goesOn(site);
      t.false(site.alarms.has('STORAGE_FAULT'), 'all of it is on the disk');

      fill(disk, 0, FILLERS[1]);
      await site.until('it runs from memory', () => site.standing().includes('STORAGE_FAULT'));
      await goesOn(site);
      t.true(site.isAlive, site.output.slice(-3000));
    });
  },
);

/** Cards are decided on, and what people order is done. */
async function goesOn(site: StrainedSite): Promise<void> {
  const [answers, shown] = [site.answers(), site.turnedAway()];
  await site.until('people are answered', () => site.answers() >= answers + 2);
  await site.until('cards are decided on', () => site.turnedAway() >= shown + 2);
}

function sizeOf(path: string): number {
  return statSync(path, {throwIfNoEntry: false})?.size ?? 0;
}
