import {mkdirSync} from 'node:fs';
import {join} from 'node:path';
import test from 'ava';
import {SeededEntropy} from '../clock/seeded-entropy.js';
import {rest, until} from '../real/peer-process.js';
import {crashOptions} from './crash-options.js';
import {CrashPark} from './crash-park.js';
import {CrashPeople} from './crash-people.js';
import {judgeDisk} from './disk-oracle.js';
import {GatewayProcess} from './gateway-process.js';
import type {Note} from './notes.js';
import {Watch} from './watch.js';
import {clearWorkFolder, makeWorkFolder} from './work-folder.js';

const {kills: KILLS, seed: SEED} = crashOptions();
const LANES = 3;
const CARDS_PER_BAY = 30;
/** A life ends while it boots, or some time after. */
const SHORTEST_MS = 150;
const LONGEST_MS = 1500;
/** Every so many lives last until arms have moved and the cloud was reached, however busy the machine. */
const LONG_EVERY = 10;
const LONG_LIMIT_MS = 120_000;
const LONG_FRAMES = 2;
const JUDGE_EVERY = 5;

/** One gateway, killed again and again; what it leaves is judged against all that anybody was told. */
async function killAgainAndAgain(folder: string, seed: number, rounds: number) {
  const [disk, outside] = [join(folder, 'disk'), join(folder, 'outside')];
  for (const each of [folder, disk, outside]) mkdirSync(each);
  const notes: Note[] = [];
  const park = await CrashPark.build({
    ...{folder: outside, withCloud: true, codesEach: 1},
    onFrame: frame => void notes.push({at: 0, kind: 'frame', ...frame}),
  });
  park.install(disk);
  notes.push(...park.issuedNotes());
  const chance = new SeededEntropy(seed);
  const people = new CrashPeople(park, new SeededEntropy(seed), marker => {
    notes.push({at: 0, kind: 'told', marker});
  });
  await people.fillBook(CARDS_PER_BAY);
  const watch = new Watch(park, () => 0, notes, []);
  people.start();
  const problems: string[] = [];
  let killed = 0;
  try {
    for (; killed < rounds && problems.length === 0; killed += 1) {
      const gateway = new GatewayProcess({folder: disk, workFolder: outside});
      people.gateway = gateway;
      const count = (kind: string) => notes.filter(note => note.kind === kind).length;
      const [frames, events] = [count('frame'), count('event')];
      const isLively = () =>
        gateway.isOver || (count('frame') >= frames + LONG_FRAMES && count('event') > events);
      if (killed % LONG_EVERY === 0) await until('arms move', isLively, LONG_LIMIT_MS);
      await rest(SHORTEST_MS + LONGEST_MS * chance.fraction());
      if (gateway.isOver) problems.push(`life ${killed} ended by itself: ${gateway.output}`);
      await gateway.kill();
      // Later notes belong to the next life: nobody hears a dead gateway.
      if ((killed + 1) % JUDGE_EVERY > 0 && killed < rounds - 1) continue;
      problems.push(...judgeDisk(disk, notes).problems.map(text => `life ${killed}: ${text}`));
    }
  } finally {
    people.gateway = undefined;
    await people.stop();
    await watch.stop();
    await park.close();
  }
  return {killed, problems, notes};
}

test.serial(
  `~X1 the real daemon killed ${KILLS} times at random: whatever anybody was told is there, and nothing twice`,
  async t => {
    t.timeout(120_000 + KILLS * 3000);
    t.log(`seed ${SEED}`);
    const folder = makeWorkFolder();
    t.teardown(() => clearWorkFolder(folder));
    const rounds = Math.ceil(KILLS / LANES);
    const results = await Promise.all(
      Array.from({length: LANES}, (_, lane) =>
        killAgainAndAgain(join(folder, `lane-${lane}`), SEED + lane, rounds),
      ),
    );
    const count = (kind: string) =>
      results.flatMap(({notes}) => notes).filter(note => note.kind === kind).length;
    t.log(`${count('event')} events confirmed, ${count('frame')} frames, ${count('told')} answers`);
    for (const {killed, problems} of results) {
      t.deepEqual(problems.slice(0, 10), []);
      t.is(killed, rounds);
    }
    // Gateways that never came to anything would prove nothing.
    t.true(count('frame') >= KILLS / 20 && count('event') >= KILLS);
  },
);
