import test, {type ExecutionContext} from 'ava';
import {VirtualClock} from '../../../sim/clock/virtual-clock.js';
import {DeskRig, NEW, NEW_SHA, OLD, OLD_SHA} from './desk-rig.js';

const yieldTurn = () => new Promise<void>(resolve => setImmediate(resolve));

interface Story {
  readonly name: string;
  /** What of the devices the new file takes away. */
  readonly gone: number;
  readonly problem?: string;
  readonly ends: typeof NEW | typeof OLD;
}

const STORIES: readonly Story[] = [
  {name: 'a file that proves itself', gone: 0, ends: NEW},
  {name: 'a file that loses devices', gone: 7, ends: OLD},
  {name: 'a file that does not start', gone: 0, problem: 'no port', ends: OLD},
];

/** The power goes before the disk's step `cutBefore`, and comes back. */
async function play(t: ExecutionContext, story: Story, cutBefore: number) {
  const clock = new VirtualClock({yieldTurn});
  const rig = new DeskRig(clock);
  t.teardown(() => rig.close());
  rig.health = new Map(rig.devices(30));
  rig.trialHealth = rig.devices(30, story.gone);
  rig.trialProblem = story.problem;
  rig.boot();
  await clock.advance(31_000);
  rig.disk.cutBefore = rig.disk.steps.length + cutBefore;
  const stepsBefore = rig.disk.steps.length;
  rig.desk.take(rig.push(1));
  for (let second = 0; second < 100 && !rig.disk.isOff; second += 1) await clock.advance(1000);
  const steps = rig.disk.steps.slice(stepsBefore);
  const isCut = rig.disk.isOff;
  rig.kill();
  return {clock, rig, steps, isCut};
}

async function comesBack(t: ExecutionContext, {rig, clock}: Awaited<ReturnType<typeof play>>) {
  rig.texts.length = 0;
  rig.boot();
  t.true([OLD, NEW].includes(rig.texts.at(-1) ?? ''), 'one of the two whole files runs');
  t.true([OLD, NEW].includes(rig.files.text('site') ?? ''), 'and one of them is in force');
  await clock.advance(31_000);
  // State, not act: what was not taken before the cut comes again.
  rig.desk.take(rig.push(1));
  await clock.advance(200_000);
}

for (const story of STORIES) {
  test(`a power cut before each step of the disk leaves one of two whole files: ${story.name}`, async t => {
    const {steps: all} = await play(t, story, Number.POSITIVE_INFINITY);
    t.true(all.length >= 5, all.join(', '));
    for (let cutBefore = 0; cutBefore < all.length; cutBefore += 1) {
      const cut = await play(t, story, cutBefore);
      t.true(cut.isCut, all[cutBefore]);
      await comesBack(t, cut);
      const {rig} = cut;
      const where = `cut before ${all[cutBefore]}: ${JSON.stringify(rig.desk.report())}`;
      t.is(rig.files.text('site'), story.ends, where);
      t.is(rig.files.text('trial'), undefined, where);
      const state = story.ends === NEW ? 'applied' : 'rolled_back';
      t.like(rig.desk.report(), {ver: 1, sha: NEW_SHA, state}, where);
      t.is(rig.desk.report().held, story.ends === NEW ? NEW_SHA : OLD_SHA, where);
      t.deepEqual(rig.desk.record.untold, [], where);
      const kinds = new Set(rig.told.map(({kind}) => kind));
      t.true(kinds.has(story.ends === NEW ? 'config.applied' : 'config.rolled_back'), where);
      t.is(kinds.size, 1, where);
    }
  });
}
