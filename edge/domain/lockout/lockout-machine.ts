import type {Millis} from '../../../protocols/base/clock.js';
import {DAY_MS} from '../../../protocols/base/units.js';
import type {CollectorId} from '../../../protocols/site/ids.js';

/** How many wrong codes a door takes. Source: requirements B13; sync.md 5.2. */
export interface LockoutRule {
  /** The wrong code at which the door refuses for the first time. */
  readonly wrongTries: number;
  readonly lockMs: Millis;
  /** Each further wrong code doubles the refusal, up to this. */
  readonly longestMs: Millis;
  readonly triesPerDay: number;
  /** Distance of two tries once those of the day are spent: never a full stop, that would be the vandal's gift. */
  readonly slowMs: Millis;
}

/**
 * Wrong codes at one door. Times are on the monotonic clock of this run; the wall clock has no part in
 * it, so that setting it gains nobody a try.
 */
export interface Lockout {
  /** Wrong codes since the last right one. */
  readonly fails: number;
  /** Until then no code is looked at. */
  readonly lockedUntilMs: Millis;
  /** Wrong codes of the present day, which begins with the first of them. */
  readonly dayTries: number;
  readonly dayEndsMs: Millis;
}

/** What of it outlives a run: no instants, for the next one has another clock. */
export interface LockoutRemains {
  readonly fails: number;
  readonly lockLeftMs: Millis;
  readonly dayTries: number;
  readonly dayLeftMs: Millis;
}

/** Wrong codes at a door, as they outlive a run. */
export interface LockoutRecord extends LockoutRemains {
  readonly door: CollectorId;
}

export const NO_LOCKOUT: Lockout = {fails: 0, lockedUntilMs: 0, dayTries: 0, dayEndsMs: 0};

export interface LockoutStep {
  readonly state: Lockout;
  /** How long the door now refuses; 0 = it does not. */
  readonly lockMs: Millis;
  /** The tries of the day have just been spent, or were before. */
  readonly isSpent: boolean;
}

/** How long until the next code is looked at; 0 = now. */
export function lockLeftMs(state: Lockout, nowMs: Millis): Millis {
  return Math.max(0, state.lockedUntilMs - nowMs);
}

export function stepLockout(
  before: Lockout,
  code: 'wrong' | 'right',
  nowMs: Millis,
  rule: LockoutRule,
): LockoutStep {
  const state = atTime(before, nowMs);
  const wasSpent = state.dayTries >= rule.triesPerDay;
  if (code === 'right') {
    // On a day like that somebody guesses between the people: their codes do not buy him tries.
    return {state: wasSpent ? state : {...state, fails: 0}, lockMs: 0, isSpent: wasSpent};
  }
  const fails = state.fails + 1;
  const dayTries = state.dayTries + 1;
  const dayEndsMs = state.dayTries === 0 ? nowMs + DAY_MS : state.dayEndsMs;
  const isSpent = dayTries >= rule.triesPerDay;
  const lockMs = Math.max(doubled(fails, rule), isSpent ? rule.slowMs : 0);
  const lockedUntilMs = nowMs + lockMs;
  return {state: {fails, dayTries, dayEndsMs, lockedUntilMs}, lockMs, isSpent};
}

export function remainsOf(state: Lockout, nowMs: Millis): LockoutRemains {
  const {fails, dayTries, dayEndsMs} = atTime(state, nowMs);
  return {
    fails,
    lockLeftMs: lockLeftMs(state, nowMs),
    dayTries,
    dayLeftMs: dayTries === 0 ? 0 : dayEndsMs - nowMs,
  };
}

/** As it was when it was last stored: time without power counts for nothing, since nobody can prove it. */
export function resumeLockout(left: LockoutRemains, nowMs: Millis): Lockout {
  return {
    fails: left.fails,
    lockedUntilMs: nowMs + left.lockLeftMs,
    dayTries: left.dayTries,
    dayEndsMs: nowMs + left.dayLeftMs,
  };
}

/** A day that is over takes its tries with it; the wrong codes in a row stay. */
function atTime(state: Lockout, nowMs: Millis): Lockout {
  return nowMs >= state.dayEndsMs ? {...state, dayTries: 0} : state;
}

function doubled(fails: number, {wrongTries, lockMs, longestMs}: LockoutRule): Millis {
  if (fails < wrongTries) return 0;
  return Math.min(longestMs, lockMs * 2 ** (fails - wrongTries));
}
