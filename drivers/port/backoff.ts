import type {Millis} from '../../protocols/base/clock.js';

/** How long to wait before trying again: doubling from `firstMs` to `limitMs`. */
export interface BackoffPlan {
  readonly firstMs: Millis;
  readonly limitMs: Millis;
  /** Share by which a delay may be off either way, so that many waiters do not march in step. */
  readonly jitter: number;
}

/** Reopening of a port: devices.md 1.4 rule 8. */
export const REOPEN_BACKOFF: BackoffPlan = {firstMs: 1000, limitMs: 30_000, jitter: 0.2};

/**
 * Delay before attempt number `attempt` (0 = the first repetition), in ms. `fraction` is uniform in
 * [0, 1); 0.5 gives the plan without jitter. The limit holds with jitter applied.
 */
export function backoffDelayMs(plan: BackoffPlan, attempt: number, fraction: number): Millis {
  // 2^30 exceeds every plan; without the cap a line dead for weeks would overflow to infinity.
  const plainMs = Math.min(plan.firstMs * 2 ** Math.min(attempt, 30), plan.limitMs);
  const spread = 1 + plan.jitter * (2 * fraction - 1);
  return Math.min(plainMs * spread, plan.limitMs);
}
