import test from 'ava';
import {DAY_MS, HOUR_MS, MINUTE_MS, SECOND_MS} from '../../../protocols/base/units.js';
import {RULES} from '../lot/rig-config.js';
import {
  type Lockout,
  lockLeftMs,
  NO_LOCKOUT,
  remainsOf,
  resumeLockout,
  stepLockout,
} from './lockout-machine.js';

const RULE = RULES.codes;
const MONTH_MS = 31 * DAY_MS;
/** Odds of one try at 20 live codes of 8 digits. */
const ODDS = 20 / 1e8;

function wrongTimes(count: number, from: Lockout = NO_LOCKOUT, startMs = 0) {
  let state = from;
  let nowMs = startMs;
  const locks: number[] = [];
  for (let times = 0; times < count; times += 1) {
    nowMs += lockLeftMs(state, nowMs);
    const step = stepLockout(state, 'wrong', nowMs, RULE);
    state = step.state;
    locks.push(step.lockMs / SECOND_MS);
  }
  return {state, nowMs, locks};
}

test('five wrong codes cost 90 s, each further one twice as much, up to an hour', t => {
  const {locks} = wrongTimes(13);
  t.deepEqual(locks, [0, 0, 0, 0, 90, 180, 360, 720, 1440, 2880, 3600, 3600, 3600]);
});

test('~B13 the rule of a bath: the third wrong code locks 60 s, and a right one at 61 s is looked at', t => {
  const bath = {...RULE, wrongTries: 3, lockMs: 60_000};
  let state = NO_LOCKOUT;
  for (let times = 0; times < 3; times += 1) state = stepLockout(state, 'wrong', 0, bath).state;
  t.is(lockLeftMs(state, 0), 60_000);
  t.is(lockLeftMs(state, 61_000), 0);
  t.is(stepLockout(state, 'right', 61_000, bath).state.fails, 0);
});

test('a right code forgives the wrong ones in a row, not those of the day', t => {
  const {state, nowMs} = wrongTimes(6);
  const right = stepLockout(state, 'right', nowMs, RULE);
  t.is(right.state.fails, 0);
  t.is(right.state.dayTries, 6);
});

test('when the tries of the day are spent it is never faster than one each 10 min, and never a full stop', t => {
  let state: Lockout = NO_LOCKOUT;
  for (let times = 0; times < 30; times += 1) {
    state = stepLockout(state, 'right', 0, RULE).state;
    state = stepLockout({...state, lockedUntilMs: 0}, 'wrong', 0, RULE).state;
  }
  t.is(state.dayTries, 30);
  t.is(lockLeftMs(state, 0), 10 * MINUTE_MS);
  const later = stepLockout(state, 'right', 10 * MINUTE_MS, RULE);
  t.is(lockLeftMs(later.state, 10 * MINUTE_MS), 0, 'a right code is served');
  t.is(later.state.fails, state.fails, 'and buys nobody a further try');
  const longest = wrongTimes(60, state).state;
  t.true(lockLeftMs(longest, longest.lockedUntilMs - HOUR_MS) <= HOUR_MS);
});

test('a day lasts 24 h from its first wrong code', t => {
  const first = stepLockout(NO_LOCKOUT, 'wrong', 1000, RULE).state;
  t.is(remainsOf(first, 1000 + DAY_MS - 1).dayTries, 1);
  t.is(remainsOf(first, 1000 + DAY_MS).dayTries, 0);
  t.is(stepLockout(first, 'wrong', 1000 + DAY_MS, RULE).state.dayTries, 1);
});

test('what outlives a run has no instants: a start shortens nothing, whatever its clock reads', t => {
  const {state, nowMs} = wrongTimes(8);
  const left = remainsOf(state, nowMs + 20_000);
  t.deepEqual(left, {
    fails: 8,
    lockLeftMs: 720_000 - 20_000,
    dayTries: 8,
    dayLeftMs: DAY_MS - nowMs - 20_000,
  });
  for (const startMs of [0, 5, 1e9]) {
    const resumed = resumeLockout(left, startMs);
    t.is(lockLeftMs(resumed, startMs), 700_000);
    t.deepEqual(remainsOf(resumed, startMs), left);
  }
});

/** Tries of a month when somebody tries whenever he may, and people come in between as `peopleAt` says. */
function monthOfTries(people: (tries: number) => boolean): number {
  let state: Lockout = NO_LOCKOUT;
  let tries = 0;
  for (let nowMs = 0; nowMs < MONTH_MS; ) {
    nowMs += lockLeftMs(state, nowMs);
    if (people(tries)) state = stepLockout(state, 'right', nowMs, RULE).state;
    state = stepLockout(state, 'wrong', nowMs, RULE).state;
    tries += 1;
    nowMs += SECOND_MS;
  }
  return tries;
}

test('~G11 a month of guessing at 20 live 8-digit codes succeeds with less than 0.1 %, whoever else comes and goes', t => {
  const alone = monthOfTries(() => false);
  const crowded = monthOfTries(() => true);
  const timed = monthOfTries(tries => tries % 4 === 0);
  for (const tries of [alone, crowded, timed]) t.true(tries * ODDS < 0.001, `${tries} tries`);
  t.true(alone <= 31 * 30, `${alone} tries alone`);
});
