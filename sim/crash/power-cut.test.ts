import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {fileURLToPath} from 'node:url';
import test, {type ExecutionContext} from 'ava';
import {UsageError} from '../../protocols/base/errors.js';
import {ONE_ENTRY} from '../scenarios/crash/crash-lines.js';
import {crashOptions} from './crash-options.js';
import type {Cut} from './crash-states.js';
import {GatewayProcess} from './gateway-process.js';
import {chooseCuts, type JudgedState, judgeStates, LANES, writeState} from './judge-states.js';
import {RebootSite} from './reboot.js';
import {keep, type Recording, readKept, record} from './recording.js';
import {judgeSiteFile} from './site-file-oracle.js';
import {recordSiteFiles} from './site-file-recording.js';
import {clearWorkFolder, makeWorkFolder, sweepAbandoned} from './work-folder.js';

const {states: STATES, seed: SEED, replay: REPLAY} = crashOptions();
const WEAK_SYNC = fileURLToPath(new URL('./weak-sync.js', import.meta.url));
const LIVES = [
  {forMs: 14_000, end: 'kill'},
  {forMs: 9000, end: 'signal'},
  {forMs: 6000, end: 'kill'},
  {forMs: 2000, end: 'kill'},
] as const;
const CONTROL_LIVES = [{forMs: 6000, end: 'kill'}] as const;

/** Made once, judged by every test. */
interface Material {
  readonly folder: string;
  readonly recording: Recording;
  readonly control: Recording;
  readonly sites: readonly RebootSite[];
}

let made: Material | undefined;

test.before(async t => {
  t.timeout(300_000);
  await sweepAbandoned();
  t.log(`seed ${SEED}`);
  const folder = makeWorkFolder();
  const [recording, control, ...sites] = await Promise.all([
    REPLAY ? readKept(REPLAY) : record({folder: join(folder, 'full'), seed: SEED, lives: LIVES}),
    record({
      ...{folder: join(folder, 'weak'), seed: SEED, lives: CONTROL_LIVES},
      preload: WEAK_SYNC,
    }),
    ...Array.from({length: LANES}, () => RebootSite.build(folder)),
  ]);
  made = {folder, recording, control, sites};
});

test.after.always(async () => {
  for (const site of made?.sites ?? []) await site.close();
  if (made) await clearWorkFolder(made.folder);
});

function material(): Material {
  if (made) return made;
  throw new UsageError('crash/recording', 'nothing was recorded');
}

/** Fail with what was found, and keep the recording for another look. */
function judged(
  t: ExecutionContext,
  states: readonly JudgedState[],
  wanted: number,
  recording: () => Recording = () => material().recording,
): void {
  const bad = states.filter(({findings}) => findings.problems.length > 0);
  if (bad.length > 0) {
    const folder = join(tmpdir(), `latchkey-crashed-${SEED}`);
    keep(recording(), folder);
    t.log(`kept: npm run test:crash -- --seed ${SEED} --replay ${folder}`);
  }
  t.deepEqual(
    bad.slice(0, 3).map(({cut, findings}) => [cut, findings.problems.slice(0, 5)]),
    [],
  );
  t.is(states.length, wanted);
}

/** Parts of the log in which the gateway was booting. */
function boots({notes}: Recording): readonly (readonly [number, number])[] {
  const phases = notes.filter(note => note.kind === 'phase');
  return phases.flatMap(({phase, at}, index) => {
    const next = phases[index + 1];
    return phase === 'boot' && next ? [[at, next.at] as const] : [];
  });
}

/** From the first boot to the report that a whole state of grants is held. */
function snapshot({notes}: Recording): readonly (readonly [number, number])[] {
  const booted = notes.find(note => note.kind === 'phase' && note.phase === 'run');
  const held = notes.find(note => note.kind === 'grants');
  return booted && held ? [[booted.at, held.at]] : [];
}

test.serial(
  `G1 an acked decision survives a power cut: ${STATES} states, none lost, none corrupt`,
  async t => {
    t.timeout(60_000 + STATES * 2000);
    const {recording, folder} = material();
    const cuts = chooseCuts({recording, seed: SEED, states: STATES});
    const states = await judgeStates({recording, folder: join(folder, 'g1'), seed: SEED, cuts});
    judged(t, states, STATES);
    const {notes} = recording;
    const count = (kind: string) => notes.filter(note => note.kind === kind).length;
    t.log(
      `seed ${SEED}: ${states.length} states, ${count('event')} events confirmed by the cloud, ` +
        `${count('frame')} frames, ${count('told')} answers`,
    );
    // A recording in which nothing happened would prove nothing.
    t.true(count('frame') >= 20 && count('told') >= 10 && count('event') >= 1200);
    t.true(states.filter(({findings}) => findings.underway > 0).length >= STATES / 20);
    t.true(new Set(states.map(({findings}) => findings.pruned)).size >= 5);
  },
);

test.serial(
  'the control run without full sync loses what was acked, or these tests prove nothing',
  async t => {
    t.timeout(120_000);
    const {control, folder} = material();
    const cuts = chooseCuts({recording: control, seed: SEED, states: 30});
    const states = await judgeStates({
      ...{recording: control, folder: join(folder, 'control'), seed: SEED, cuts},
    });
    const losing = states.filter(({findings}) => findings.problems.some(text => /lost/.test(text)));
    t.log(`${losing.length} of ${states.length} states lost something`);
    t.true(losing.length > 0);
  },
);

test.serial('~G1 cut while it boots, also after a kill in the middle of its work', async t => {
  t.timeout(120_000);
  const {recording, folder} = material();
  const cuts = chooseCuts({recording, seed: SEED + 1, states: 30, between: boots(recording)});
  const states = await judgeStates({recording, folder: join(folder, 'boot'), seed: SEED, cuts});
  judged(t, states, 30);
});

test.serial(
  '~G1 cut while a whole state of grants is taken over: the old or the new one, never parts',
  async t => {
    t.timeout(120_000);
    const {recording, folder} = material();
    const between = snapshot(recording);
    t.is(between.length, 1);
    const cuts = chooseCuts({recording, seed: SEED + 2, states: 30, between});
    const states = await judgeStates({recording, folder: join(folder, 'apply'), seed: SEED, cuts});
    judged(t, states, 30);
  },
);

test.serial(
  '~G1 after a card that lied about its last second nothing is lost or changed without a sign',
  async t => {
    t.timeout(120_000);
    const {recording, folder} = material();
    const cuts = chooseCuts({recording, seed: SEED + 3, states: 30, lyingMs: 1000});
    const states = await judgeStates({recording, folder: join(folder, 'lying'), seed: SEED, cuts});
    const harmed = states.filter(({findings}) => findings.problems.length > 0);
    t.log(`${harmed.length} of ${states.length} states were harmed`);
    // SQLite finds it broken, the head lies behind what the cloud holds, the chain breaks, or the two
    // copies of the epoch differ: each of them starts a new epoch, and none goes by unseen.
    const unseen = harmed.filter(({findings: {isBroken, missing, problems}}) => {
      const isSeen = problems.some(text => /^(the chain|second copy)|lost$/.test(text));
      return !isBroken && !isSeen && problems.length > missing.length;
    });
    judged(t, unseen, 0);
  },
);

test.serial(
  '~X1 booted again on the disk of a crash the gateway moves nothing by itself, says what was interrupted and numbers on',
  async t => {
    t.timeout(240_000);
    const {recording, folder, sites} = material();
    const cuts = chooseCuts({recording, seed: SEED + 4, states: 8});
    await reboot(t, cuts, join(folder, 'reboot'), sites);
  },
);

test.serial(
  '~G12 a one-entry credential opens once, also when the power fails between commit and relay',
  async t => {
    t.timeout(240_000);
    const {recording, folder, sites} = material();
    // Just before, at and just behind the frame that lowers an arm.
    const lowers = recording.notes.filter(
      note => note.kind === 'frame' && note.command === 'lower',
    );
    // Late enough that there are used cards to show again.
    const late = lowers.slice(Math.floor(lowers.length / 2));
    const between = late.map(({at}) => [at - 40_000, at + 20_000] as const);
    const cuts = chooseCuts({recording, seed: SEED + 5, states: 12, between});
    const tapped = await reboot(t, cuts, join(folder, 'once'), sites);
    t.log(`${tapped} used cards shown again`);
    t.true(tapped > 0);
  },
);

/** Boot on each state and show every one-entry card whose grant is used up. Returns how many were shown. */
async function reboot(
  t: ExecutionContext,
  cuts: readonly Cut[],
  folder: string,
  sites: readonly RebootSite[],
): Promise<number> {
  const {recording} = material();
  let tapped = 0;
  const states = await judgeStates({
    ...{recording, folder, seed: SEED, cuts},
    afterwards: async (mounted, {cut, notes, findings}, lane) => {
      if (findings.problems.length > 0) return;
      const spent = findings.spent.filter(grant => grant.startsWith(ONE_ENTRY)).slice(-2);
      const taps = spent.flatMap(grant => {
        const uid = recording.cards[grant];
        return uid ? [{uid, bay: grant.slice(-'A-001'.length)}] : [];
      });
      const site = sites[lane];
      const result = await site?.boot({mounted, notes, before: findings, taps});
      t.deepEqual(result, {problems: [], lowered: []}, JSON.stringify({cut, taps}));
      tapped += taps.length;
    },
  });
  judged(t, states, cuts.length);
  return tapped;
}

test.serial('~G1 a second cut during the recovery from the first', async t => {
  t.timeout(120_000);
  const {recording, folder, sites} = material();
  const [site] = sites;
  const [cut] = chooseCuts({recording, seed: SEED + 6, states: 1, between: busiest(recording)});
  if (!site || !cut) throw new UsageError('crash/recording', 'nowhere to cut');
  const image = join(folder, 'first-crash.img');
  writeState(recording, cut, SEED, image);
  const [first] = await judgeStates({
    ...{recording, folder: join(folder, 'first'), seed: SEED, cuts: [cut]},
  });
  const again = await site.recordRecovery({
    ...{folder: join(folder, 'second'), image, notes: first?.notes ?? [], lives: [600, 300]},
  });
  const cuts = chooseCuts({recording: again, seed: SEED + 7, states: 30});
  const states = await judgeStates({
    ...{recording: again, folder: join(folder, 'second'), seed: SEED, cuts},
  });
  judged(t, states, 30);
});

/** Around frames: an order is under way there. */
function busiest({notes}: Recording): readonly (readonly [number, number])[] {
  return notes.flatMap(({kind, at}) => (kind === 'frame' ? [[at, at + 10_000] as const] : []));
}

/** Until what was said of a site file was on the disk. */
const BEFORE_ANSWER = 80_000;
const BEHIND_ANSWER = 20_000;

test.serial(
  '~G1 cut while a site file is taken over: one of the whole files, what was told of it on record, and the daemon runs on it',
  async t => {
    t.timeout(400_000);
    const {folder} = material();
    const {recording, known} = await recordSiteFiles(join(folder, 'site-files'));
    const between = recording.notes.flatMap(({kind, at}) =>
      kind === 'siteFile' ? [[at - BEFORE_ANSWER, at + BEHIND_ANSWER] as const] : [],
    );
    t.is(between.length, 9);
    const cuts = chooseCuts({recording, seed: SEED + 8, states: 30, between});
    let booted = 0;
    const states = await judgeStates({
      ...{recording, folder: join(folder, 'site-file'), seed: SEED, cuts},
      alsoJudge: (mounted, notes) => judgeSiteFile(mounted, notes, known),
      afterwards: async (mounted, _state, lane) => {
        booted += 1;
        if (booted > 4) return;
        const workFolder = join(folder, 'site-file', `lane-${lane}`);
        const gateway = new GatewayProcess({folder: mounted, workFolder});
        try {
          await gateway.running();
          t.deepEqual(judgeSiteFile(mounted, [], known), []);
        } finally {
          await gateway.end();
        }
      },
    });
    judged(t, states, 30, () => recording);
  },
);
