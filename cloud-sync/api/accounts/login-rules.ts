import type {Millis} from '../../../protocols/base/clock.js';
import {DAY_MS, HOUR_MS, MINUTE_MS} from '../../../protocols/base/units.js';

/** Wrong tries of one kind, as they are stored. */
export interface Guard {
  readonly wrong: number;
  /** 0: not locked. */
  readonly lockedUntilWall: number;
  readonly changedWall: number;
}

export interface GuardRule {
  /** So many wrong tries lock. */
  readonly maxWrong: number;
  /** The first lock; each further wrong try doubles it. */
  readonly lockMs: Millis;
  readonly maxLockMs: Millis;
  /** Without a wrong try for so long, all is forgotten. */
  readonly forgetMs: Millis;
}

/** Of one login. @see requirements B3 */
export const LOGIN_RULE: GuardRule = {
  maxWrong: 5,
  lockMs: MINUTE_MS,
  maxLockMs: HOUR_MS,
  forgetMs: DAY_MS,
};

/** Of one address, whatever logins it tries. */
export const ADDRESS_RULE: GuardRule = {
  maxWrong: 30,
  lockMs: MINUTE_MS,
  maxLockMs: 15 * MINUTE_MS,
  forgetMs: 15 * MINUTE_MS,
};

export const NO_GUARD: Guard = {wrong: 0, lockedUntilWall: 0, changedWall: 0};

/** How long it is still locked; 0: it is not. A clock that was set back locks nobody for longer than ever. */
export function lockedForMs(guard: Guard, rule: GuardRule, wallMs: number): Millis {
  return Math.min(Math.max(0, guard.lockedUntilWall - wallMs), rule.maxLockMs);
}

/** One more try. It counts as wrong until somebody knows better, so that many at once get no further. */
export function tried(guard: Guard, rule: GuardRule, wallMs: number): Guard {
  const isForgotten = Math.abs(wallMs - guard.changedWall) >= rule.forgetMs;
  const wrong = (isForgotten ? 0 : guard.wrong) + 1;
  const over = wrong - rule.maxWrong;
  const lockMs = over < 0 ? 0 : Math.min(rule.lockMs * 2 ** Math.min(over, 20), rule.maxLockMs);
  const lockedUntilWall = lockMs === 0 ? 0 : wallMs + lockMs;
  return {wrong, lockedUntilWall, changedWall: wallMs};
}

/** That try was none: the password was right. */
export function takenBack(guard: Guard, rule: GuardRule): Guard {
  const wrong = Math.max(0, guard.wrong - 1);
  return {...guard, wrong, lockedUntilWall: wrong < rule.maxWrong ? 0 : guard.lockedUntilWall};
}
