import type {Millis} from '../../../protocols/base/clock.js';
import {HOUR_MS, MINUTE_MS} from '../../../protocols/base/units.js';
import type {CollectorId} from '../../../protocols/site/ids.js';
import {raiseAlarm} from '../alarms/alarm-flow.js';
import type {Turn} from '../lot/turn.js';
import {
  type Lockout,
  type LockoutRecord,
  lockLeftMs,
  NO_LOCKOUT,
  remainsOf,
  resumeLockout,
  stepLockout,
} from './lockout-machine.js';

/** How long the running time of a day is at most lost to a start. */
const STORE_EVERY_MS: Millis = HOUR_MS;

/** How long until codes are looked at here again; 0 = now. */
export function codesLockedMs(turn: Turn, id: CollectorId): Millis {
  return lockLeftMs(lockoutOf(turn, id), turn.nowMs);
}

/**
 * A code was looked at: count it, in the transaction of the decision, so that neither a restart nor a cut
 * between the two gives a try back. Returns how long the door now refuses.
 */
export function countCode(turn: Turn, id: CollectorId, code: 'wrong' | 'right'): Millis {
  const before = lockoutOf(turn, id);
  const {bath, rules} = turn.config;
  const isStall = turn.stall(id) !== undefined;
  const rule = bath && isStall ? bath.rules.codes : rules.codes;
  if (code === 'wrong') noteGuess(turn, id);
  const {state, lockMs, isSpent} = stepLockout(before, code, turn.nowMs, rule);
  if (code === 'right' && before.fails === 0) return 0;
  keep(turn, id, state);
  if (lockMs === 0) return 0;
  const {fails, dayTries} = state;
  turn.fact('lockout', {collector: id, fails, dayTries, forMs: lockMs});
  // Bathers mistype every day, and nobody is there to be called for that.
  if (isStall && !isSpent) return lockMs;
  const spent = isSpent ? `; the ${rule.triesPerDay} tries of the day are spent` : '';
  const detail = `${id}: ${fails} wrong codes in a row, refused for ${lockMs / 1000} s${spent}`;
  raiseAlarm(turn, {kind: 'CODE_GUESSING', collector: id, detail});
  return lockMs;
}

/**
 * Whoever goes from stall to stall is refused nowhere for long: all stalls have one count more, of codes that
 * were looked at and of those that were not.
 */
export function noteGuess(turn: Turn, id: CollectorId): void {
  const {bath} = turn.config;
  if (!bath || !turn.stall(id)) return;
  const {count, withinMs} = bath.rules.guesses;
  const recent = turn.state.guesses.filter(atMs => turn.nowMs - atMs < withinMs);
  const guesses = [...recent, turn.nowMs];
  const isMany = guesses.length >= count;
  const counting = isMany ? [] : guesses;
  turn.patch({guesses: counting});
  turn.record({table: 'guesses', agesMs: counting.map(atMs => turn.nowMs - atMs)});
  if (!isMany) return;
  const detail = `${count} wrong codes at the stalls within ${withinMs / MINUTE_MS} min`;
  raiseAlarm(turn, {kind: 'CODE_GUESSING', detail});
}

/** A power cut makes nobody's wrong codes older than they were. */
export function restoreGuesses(turn: Turn, agesMs: readonly Millis[]): void {
  turn.patch({guesses: agesMs.map(ageMs => turn.nowMs - ageMs)});
}

/** The day goes on running while nobody tries; a start must not begin it anew. */
export function onLockoutTimer(turn: Turn, id: CollectorId): void {
  keep(turn, id, lockoutOf(turn, id));
}

export function restoreLockouts(turn: Turn, rows: readonly LockoutRecord[]): void {
  for (const {door, ...left} of rows) {
    // A collector that the site file has no more.
    if (!turn.collector(door)) continue;
    const lockout = resumeLockout(left, turn.nowMs);
    turn.patchCollector(door, {lockout});
    waitForDay(turn, door, lockout);
  }
}

function keep(turn: Turn, id: CollectorId, lockout: Lockout): void {
  const left = remainsOf(lockout, turn.nowMs);
  turn.patchCollector(id, {lockout: resumeLockout(left, turn.nowMs)});
  turn.record({table: 'lockout', row: {door: id, ...left}});
  waitForDay(turn, id, lockout);
}

function waitForDay(turn: Turn, id: CollectorId, lockout: Lockout): void {
  const {dayLeftMs, dayTries} = remainsOf(lockout, turn.nowMs);
  if (dayTries === 0) return;
  turn.startTimer({kind: 'lockout', collector: id}, Math.min(STORE_EVERY_MS, dayLeftMs));
}

function lockoutOf(turn: Turn, id: CollectorId): Lockout {
  return turn.collector(id)?.lockout ?? NO_LOCKOUT;
}
