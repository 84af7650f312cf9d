import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {fileURLToPath} from 'node:url';
import test, {type ExecutionContext} from 'ava';
import {UsageError} from '../../protocols/base/errors.js';
import {ONE_ENTRY} from '../scenarios/crash/crash-lines.js';
import {crashOptions} from './crash-options.js';
import {SPARE_BAY} from './crash-park.js';
import type {Cut} from './crash-states.js';
import {GatewayProcess} from './gateway-process.js';
import type {GoodOnce} from './good-once.js';
import {chooseCuts, type JudgedState, judgeStates, writeState} from './judge-states.js';
import type {Note} from './notes.js';
import {RebootSite} from './reboot.js';
import {keep, type Recording, readKept, record} from './recording.js';
import {judgeSiteFile} from './site-file-oracle.js';
import {recordSiteFiles, type SiteFileRecording} from './site-file-recording.js';
import {frames, SITUATIONS, shows, siteFiles} from './situations.js';
import {clearWorkFolder, makeWorkFolder, sweepAbandoned} from './work-folder.js';

const {states: STATES, seed: SEED, replay: REPLAY} = crashOptions();
const WEAK_SYNC = fileURLToPath(new URL('./weak-sync.js', import.meta.url));
const REPLAY_ORDERS = fileURLToPath(new URL('./replay-orders.js', import.meta.url));
/** Disks are cut until the mutant is found, so many times at most. */
const MUTANT_BATCHES = 10;
/** What the oracle says of a frame that nobody ordered. */
const REPLAYED = /: frame (lower|raise) at|lowered by itself/;
/** A recording in which nothing happened would prove nothing. */
const LIVELY: readonly (readonly [what: string, least: number, counts: (note: Note) => boolean])[] =
  [
    ['frames', 20, ({kind}) => kind === 'frame'],
    ['answers', 10, ({kind}) => kind === 'told'],
    ['confirmed events', 1200, ({kind}) => kind === 'event'],
    ['uses of tokens', 2, note => isUseOf(note, 'use-token')],
    ['uses of codes', 2, note => isUseOf(note, 'use-code')],
  ];
const LIVES = [
  {
    forMs: 14_000,
    lacking: (notes: readonly Note[]) =>
      LIVELY.flatMap(([what, least, counts]) => {
        const count = notes.filter(counts).length;
        return count < least ? [`${count} of ${least} ${what}`] : [];
      }),
    end: 'kill',
  },
  {forMs: 9000, end: 'signal'},
  {forMs: 6000, end: 'kill'},
  {forMs: 2000, end: 'kill'},
] as const;
/** A gateway that boots and people at its readers wait most of the time. */
const REBOOT_LANES = 3;
const CONTROL_LIVES = [{forMs: 6000, end: 'kill'}] as const;

/** Made once, judged by every test. */
interface Material {
  readonly folder: string;
  readonly recording: Recording;
  readonly control: Recording;
  readonly sites: readonly RebootSite[];
  /** Takes its own time, beside the first tests. */
  readonly siteFiles: Promise<SiteFileRecording>;
}

let made: Material | undefined;

test.before(async t => {
  t.timeout(300_000);
  await sweepAbandoned();
  t.log(`seed ${SEED}`);
  const folder = makeWorkFolder();
  const siteFilesMade = recordSiteFiles(join(folder, 'site-files'));
  // Whoever waits for it is told.
  siteFilesMade.catch(() => {});
  const [recording, control, ...sites] = await Promise.all([
    REPLAY ? readKept(REPLAY) : record({folder: join(folder, 'full'), seed: SEED, lives: LIVES}),
    record({
      ...{folder: join(folder, 'weak'), seed: SEED, lives: CONTROL_LIVES},
      preload: WEAK_SYNC,
    }),
    ...Array.from({length: REBOOT_LANES}, () => RebootSite.build(folder)),
  ]);
  made = {folder, recording, control, sites, siteFiles: siteFilesMade};
});

test.after.always(async () => {
  await made?.siteFiles.catch(() => {});
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
  recording = material().recording,
): void {
  const bad = states.filter(({findings}) => findings.problems.length > 0);
  if (bad.length > 0) {
    const folder = join(tmpdir(), `latchkey-crashed-${SEED}`);
    keep(recording, folder);
    t.log(`kept: npm run test:crash -- --seed ${SEED} --replay ${folder}`);
  }
  t.deepEqual(
    bad.slice(0, 3).map(({cut, findings}) => [cut, findings.problems.slice(0, 5)]),
    [],
  );
  t.is(states.length, wanted);
}

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

test.serial(
  'a mutant whose recovery sends an interrupted command again is found, or these tests prove nothing',
  async t => {
    t.timeout(240_000);
    const {recording, folder, sites} = material();
    const [site] = sites;
    const told: string[] = [];
    let boots = 0;
    const afterwards = async (mounted: string, {notes, findings}: JudgedState) => {
      if (told.length > 0 || findings.underway === 0) return;
      boots += 1;
      const options = {mounted, notes, before: findings, taps: [], used: [], fresh: undefined};
      const result = await site?.boot({...options, preload: REPLAY_ORDERS});
      told.push(...(result?.problems.filter(text => REPLAYED.test(text)) ?? []));
    };
    for (let batch = 0; told.length === 0 && batch < MUTANT_BATCHES; batch += 1) {
      const between = frames(recording);
      const cuts = chooseCuts({recording, seed: SEED + 100 + batch, states: 5, between});
      const parts = {recording, folder: join(folder, 'mutant'), seed: SEED, cuts};
      await judgeStates({...parts, lanes: 1, afterwards});
    }
    t.log(`found in boot ${boots}: ${told[0]}`);
    t.true(told.length > 0);
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
    const cuts = chooseCuts({recording, seed: SEED + 4, states: 6});
    await reboot(t, cuts, join(folder, 'reboot'), sites);
  },
);

test.serial(
  'G12 a one-entry card, a one-use token and a one-use code open once, also when the power fails between commit and relay',
  async t => {
    t.timeout(240_000);
    const {recording, folder, sites} = material();
    // Just before, at and just behind the frame that lowers an arm, once there is something to show again.
    const from = usesOnRecord(recording);
    const spans = [...frames(recording), ...shows(recording)];
    const between = spans.flatMap(([low, high]) =>
      high > from ? [[Math.max(low, from), high] as const] : [],
    );
    const cuts = chooseCuts({recording, seed: SEED + 5, states: 9, between});
    const shown = await reboot(t, cuts, join(folder, 'once'), sites);
    t.log(
      `shown again: ${shown.cards} cards, ${shown.tokens} tokens, ${shown.codes} codes; ` +
        `${shown.fresh} unused tokens opened`,
    );
    t.true(shown.cards > 0 && shown.tokens > 0 && shown.codes > 0 && shown.fresh > 0);
  },
);

function isUseOf(note: Note, grant: string): boolean {
  if (note.kind !== 'event' || note.event !== 'decision') return false;
  const {body} = note;
  return body.includes('"result":"ALLOW"') && body.includes(`"grant":"${grant}`);
}

/** A car drove in on a one-entry card, and left. */
function isEndedStay(note: Note): boolean {
  if (note.kind !== 'event' || note.event !== 'session') return false;
  const {body} = note;
  return body.includes('"phase":"closed"') && body.includes(`"grant":"${ONE_ENTRY}`);
}

/** From where on each disk holds a used token, a used code and an ended stay on a one-entry card. */
function usesOnRecord({notes}: Recording): number {
  const first = (counts: (note: Note) => boolean) => notes.find(counts)?.at ?? 0;
  return Math.max(
    first(note => isUseOf(note, 'use-token')),
    first(note => isUseOf(note, 'use-code')),
    first(isEndedStay),
  );
}

/** What was shown after a reboot. */
interface Shown {
  cards: number;
  tokens: number;
  codes: number;
  fresh: number;
}

/** Boot on each state and show what is used up, and at last a token that is not. */
async function reboot(
  t: ExecutionContext,
  cuts: readonly Cut[],
  folder: string,
  sites: readonly RebootSite[],
): Promise<Shown> {
  const {recording} = material();
  const shown: Shown = {cards: 0, tokens: 0, codes: 0, fresh: 0};
  const states = await judgeStates({
    ...{recording, folder, seed: SEED, cuts, lanes: REBOOT_LANES},
    afterwards: async (mounted, state, lane) => {
      const {cut, notes, findings} = state;
      if (findings.problems.length > 0) return;
      const spent = findings.spent.filter(grant => grant.startsWith(ONE_ENTRY)).slice(-2);
      const taps = spent.flatMap(grant => {
        const uid = recording.cards[grant];
        return uid ? [{uid, bay: grant.slice(-'A-001'.length)}] : [];
      });
      const {used, fresh} = onceOf(recording.once, state);
      const options = {mounted, notes, before: findings, taps, used, fresh};
      const result = await sites[lane]?.boot(options);
      const told = JSON.stringify({cut, taps, used, fresh});
      t.deepEqual(result, {problems: [], lowered: []}, told);
      shown.cards += taps.length;
      for (const {kind} of used) shown[`${kind}s`] += 1;
      if (fresh) shown.fresh += 1;
    },
  });
  judged(t, states, cuts.length);
  return shown;
}

/** The token and the code that were used last, and a token that nobody showed. */
function onceOf(
  once: readonly GoodOnce[],
  {notes, findings}: JudgedState,
): {readonly used: readonly GoodOnce[]; readonly fresh: GoodOnce | undefined} {
  const shown = notes.flatMap(note => (note.kind === 'shown' ? [note.grant] : []));
  const byTime = once.toSorted((a, b) => shown.lastIndexOf(a.grant) - shown.lastIndexOf(b.grant));
  const wasUsed = byTime.filter(({grant}) => findings.usedOnce.includes(grant));
  const last = (kind: GoodOnce['kind']) => wasUsed.findLast(each => each.kind === kind);
  const used = [last('token'), last('code')].filter(each => each !== undefined);
  // Before that nobody on the spot knows the time.
  const isHeld = notes.some(({kind}) => kind === 'grants');
  const fresh = once.find(({kind, bay}) => kind === 'token' && bay === SPARE_BAY);
  return {used, fresh: isHeld ? fresh : undefined};
}

test.serial('~G1 a second cut during the recovery from the first', async t => {
  t.timeout(120_000);
  const {recording, folder, sites} = material();
  const [site] = sites;
  const [cut] = chooseCuts({recording, seed: SEED + 6, states: 1, between: frames(recording)});
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

test.serial(
  '~E15 booted again after a power cut while a site file is taken over: one of the whole files runs',
  async t => {
    t.timeout(300_000);
    const {folder} = material();
    const {recording, known} = await material().siteFiles;
    const between = siteFiles(recording);
    const cuts = chooseCuts({recording, seed: SEED + 8, states: 6, between});
    const states = await judgeStates({
      ...{recording, folder: join(folder, 'site-file-boots'), seed: SEED, cuts},
      alsoJudge: (mounted, notes) => judgeSiteFile(mounted, notes, known),
      afterwards: async mounted => {
        const gateway = new GatewayProcess({folder: mounted, workFolder: folder});
        try {
          await gateway.running();
          t.deepEqual(judgeSiteFile(mounted, [], known), []);
        } finally {
          await gateway.end();
        }
      },
    });
    judged(t, states, cuts.length, recording);
  },
);

test.serial(
  `G1 an acked decision survives a power cut: ${STATES} states over taps, one-use tokens and codes, grants and site files that are taken over, boot and prune; none lost, none corrupt`,
  async t => {
    t.timeout(300_000 + STATES * 2000);
    const {recording, folder} = material();
    const {recording: other, known} = await material().siteFiles;
    let total = 0;
    for (const [index, {name, share, spans}] of SITUATIONS.entries()) {
      const from = name === 'siteFile' ? other : recording;
      const wanted = Math.ceil(STATES * share);
      const between = spans(from);
      t.true(between.length > 0, name);
      const cuts = chooseCuts({recording: from, seed: SEED + 10 + index, states: wanted, between});
      const states = await judgeStates({
        ...{recording: from, folder: join(folder, `g1-${name}`), seed: SEED + index, cuts},
        ...(name === 'siteFile' && {
          alsoJudge: (mounted, notes) => judgeSiteFile(mounted, notes, known),
        }),
      });
      judged(t, states, wanted, from);
      assertLively(t, name, states);
      total += states.length;
    }
    t.true(total >= STATES);
    const count = (kind: string) => recording.notes.filter(note => note.kind === kind).length;
    t.log(
      `seed ${SEED}: ${total} states, ${count('event')} events confirmed by the cloud, ` +
        `${count('frame')} frames, ${count('told')} answers, ${count('shown')} tokens and codes shown`,
    );
    for (const [what, least, counts] of LIVELY) {
      t.true(recording.notes.filter(counts).length >= least, what);
    }
  },
);

/** States of a situation in which it does not show would prove nothing. */
function assertLively(t: ExecutionContext, name: string, states: readonly JudgedState[]): void {
  const underway = states.filter(({findings}) => findings.underway > 0).length;
  const pruned = new Set(states.map(({findings}) => findings.pruned));
  const used = new Set(states.map(({findings}) => findings.usedOnce.length));
  t.log(`${name}: ${states.length} states, ${underway} with an order under way`);
  if (name === 'taps') t.true(underway >= states.length / 10);
  if (name === 'once') t.true(used.size >= 3, 'cut between uses');
  if (name === 'prune') t.true(pruned.size >= 5, `cut between deletions: ${pruned.size}`);
}
