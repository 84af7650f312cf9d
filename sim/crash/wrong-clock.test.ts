import {statSync} from 'node:fs';
import test, {type ExecutionContext} from 'ava';
import type {UnixMillis} from '../../protocols/base/clock.js';
import {DAY_MS, HOUR_MS, MINUTE_MS} from '../../protocols/base/units.js';
import {ForgedClock} from './forged-clock.js';
import {clearWorkFolder, makeWorkFolder} from './work-folder.js';
import {ENDS, type End, KINDS, type Kind} from './wrong-clock-book.js';
import {collectorFor, WrongClockSite} from './wrong-clock-site.js';

/** What the daemon itself takes for the earliest possible time: when it was built. */
const BUILT_MS = Math.floor(
  statSync(new URL('../../edge/platform/host.js', import.meta.url)).mtimeMs,
) as UnixMillis;
const MONTH_MS = 30 * DAY_MS;
const AGES_MS = 20 * 365 * DAY_MS;
const ENDS_OF_A_RIGHT = Object.keys(ENDS) as End[];

const COLLECTORS = [1, 2, 3];

type Told = Readonly<Record<End, Readonly<Record<Kind, string>>>>;

/** Everything is shown once, at three collectors at a time. `truthMs`: by the watch of whoever stands there. */
async function showAll(site: WrongClockSite, truthMs: () => UnixMillis): Promise<Told> {
  const told: Record<End, Record<string, string>> = {live: {}, soon: {}, dead: {}};
  const shown = KINDS.flatMap(kind => ENDS_OF_A_RIGHT.map(end => [kind, end] as const));
  await Promise.all(
    COLLECTORS.map(async no => {
      for (const [kind, end] of shown) {
        if (collectorFor(kind, end) !== no) continue;
        told[end][kind] = await site.show(kind, end, truthMs());
      }
    }),
  );
  return told as Told;
}

/** What no clock may change: nothing that has expired opens, and a standing card always does. */
async function showsAsPromised(
  t: ExecutionContext,
  site: WrongClockSite,
  truthMs: () => UnixMillis,
  what: string,
): Promise<Told> {
  const told = await showAll(site, truthMs);
  for (const kind of KINDS) t.is(told.dead[kind], 'EXPIRED', `${what}: ${kind} that has expired`);
  t.deepEqual(site.open('dead'), [], what);
  t.is(told.live['standing card'], 'ALLOW', what);
  await site.untilOpen('standing card', 'live');
  await site.close('standing card', 'live');
  for (const kind of KINDS) t.not(told.live[kind], 'EXPIRED', `${what}: ${kind} that is good`);
  t.log(`${Math.round(performance.now() / 1000)} s: ${what}`);
  return told;
}

/** Of all kinds this one answer. */
const all = (word: string, except: Partial<Record<Kind, string>> = {}) => ({
  ...Object.fromEntries(KINDS.map(kind => [kind, word])),
  ...except,
});
const USED = {'QR good once': 'ALREADY_USED', 'code good once': 'ALREADY_USED'};
/** Nobody can tell: a standing card opens, a person decides on the rest. */
const UNSURE = all('NEEDS_GUARD', {'standing card': 'ALLOW'});

test.serial(
  `G10 the real daemon under a forged clock that stands in 1970, jumps 3 h and 20 years ahead, 30 days behind and past the end of a right, at the start and while it runs, with a time server and without: of ${KINDS.length} kinds of credential none opens that has expired, a standing card always does, and what is good once opens once`,
  async t => {
    t.timeout(240_000);
    t.true(ForgedClock.isAlone, 'the time server of this machine would have its say');
    const folder = makeWorkFolder();
    t.teardown(() => clearWorkFolder(folder));
    const site = await WrongClockSite.build(folder, BUILT_MS);
    t.teardown(() => site.end());
    const {forged} = site;
    try {
      await neverKnewTheTime(t, site);
      await knowsTheTime(t, site);
      await startsUnderLies(t, site);
      await startsBehindTheFloor(t, site);
    } catch (thrown) {
      t.log(`clock ${new Date(forged.nowMs()).toISOString()}`, site.output.slice(-3000));
      throw thrown;
    }
  },
);

/** The first start of all, without a time server. */
async function neverKnewTheTime(t: ExecutionContext, site: WrongClockSite): Promise<void> {
  const {forged} = site;
  forged.follow(false);
  forged.showAs(0);
  await site.start();
  const truth = () => (BUILT_MS + MINUTE_MS) as UnixMillis;
  const first = await showsAsPromised(t, site, truth, '1970, no time server, no floor');
  t.deepEqual(first.live, UNSURE as typeof first.live);
  t.deepEqual(first.soon, UNSURE as typeof first.live);
  forged.showAs(BUILT_MS + AGES_MS);
  await site.isSeen();
  const later = await showsAsPromised(t, site, truth, 'then 20 years ahead');
  t.deepEqual(later, first, 'a clock that nobody vouches for changes nothing');
}

/** A time server sets the clock; then it runs away while the gateway runs. */
async function knowsTheTime(t: ExecutionContext, site: WrongClockSite): Promise<void> {
  await site.cutPower();
  const {forged} = site;
  const aheadMs = BUILT_MS + DAY_MS - Date.now();
  const truth = () => (Date.now() + aheadMs) as UnixMillis;
  forged.follow(true);
  forged.set(aheadMs);
  await site.start();
  const set = await showsAsPromised(t, site, truth, 'set by a time server');
  t.deepEqual(set.live, all('ALLOW') as typeof set.live);
  t.deepEqual(set.soon, all('ALLOW') as typeof set.live);
  const jumps = {
    '3 h ahead': 3 * HOUR_MS,
    'past the end of a right': 2 * DAY_MS,
    '30 days behind': -MONTH_MS,
  };
  for (const [what, jumpMs] of Object.entries(jumps)) {
    forged.set(aheadMs + jumpMs);
    await site.isSeen();
    const told = await showsAsPromised(t, site, truth, `${what} while it runs`);
    t.deepEqual(told.live, all('ALLOW', USED) as typeof told.live, what);
    t.deepEqual(told.soon, all('ALLOW', USED) as typeof told.live, what);
  }
}

/** After a power cut of some minutes a time server lies by 20 years, and then tells the truth. */
async function startsUnderLies(t: ExecutionContext, site: WrongClockSite): Promise<void> {
  await site.cutPower();
  const {forged} = site;
  const aheadMs = BUILT_MS + DAY_MS + 20 * MINUTE_MS - Date.now();
  const truth = () => (Date.now() + aheadMs) as UnixMillis;
  forged.set(aheadMs + AGES_MS);
  await site.start();
  const lied = await showsAsPromised(t, site, truth, 'a time server that is 20 years ahead');
  t.deepEqual(lied.live, UNSURE as typeof lied.live);
  t.deepEqual(lied.soon, UNSURE as typeof lied.live);
  forged.set(aheadMs);
  await site.isSeen();
  await site.isAsked();
  const told = await showsAsPromised(t, site, truth, 'then it tells the truth');
  t.deepEqual(told.live, all('ALLOW', USED) as typeof told.live);
  t.deepEqual(told.soon, all('ALLOW', USED) as typeof told.live);
}

/** Off for two days, in which rights ended; the clock comes back a month behind. */
async function startsBehindTheFloor(t: ExecutionContext, site: WrongClockSite): Promise<void> {
  await site.cutPower();
  const {forged} = site;
  const aheadMs = BUILT_MS + 3 * DAY_MS - Date.now();
  const truth = () => (Date.now() + aheadMs) as UnixMillis;
  forged.set(aheadMs - MONTH_MS);
  await site.start();
  const behind = await showsAsPromised(t, site, truth, 'a time server that is behind the floor');
  t.deepEqual(behind.live, UNSURE as typeof behind.live);
  t.deepEqual(behind.soon, UNSURE as typeof behind.live);
  forged.set(aheadMs);
  await site.isSeen();
  await site.isAsked();
  const told = await showsAsPromised(t, site, truth, 'then it tells the truth, a leap of two days');
  const comesIn = all('ALLOW', {...USED, 'rotating QR': 'REPLAY'});
  t.deepEqual(told.live, comesIn as typeof told.live, 'what it lets in comes in');
  t.deepEqual(told.soon, UNSURE as typeof told.live, 'its word alone ends nothing');
}
