import type {Millis} from '../../../protocols/base/clock.js';
import type {Reason} from '../../../protocols/site/reasons.js';
import type {RetryRule} from '../lot/lot-rules.js';

/**
 * A slot that comes at most this share of the interval late still counts as on time, so that lateness never adds up
 * and costs nobody a try: a busy machine, or one that waits for its disk, comes late to its timers. assumed.
 */
const ON_TIME_SHARE = 0.5;

/** Repeats come after the first try: 5 repeats are 6 tries. */
export function maxTries(rule: RetryRule): number {
  return 1 + rule.repeats;
}

/** When the next try may start, start to start; `dueMs` is when the present one should have started. */
export function nextTryMs(rule: RetryRule, dueMs: Millis, startedMs: Millis): Millis {
  return (startedMs - dueMs <= latestMs(rule) ? dueMs : startedMs) + rule.intervalMs;
}

/** Start of the last permitted try of a series that began at `firstMs`. */
export function lastTryMs(rule: RetryRule, firstMs: Millis): Millis {
  return firstMs + rule.repeats * rule.intervalMs + latestMs(rule);
}

/** The time that all tries of a verification take: what begins within it is worth waiting for. */
export function seriesMs(rule: RetryRule): Millis {
  return maxTries(rule) * rule.intervalMs;
}

/** Reasons that the next seconds may cure: noise, a lost frame, a grant still on its way. */
const CURABLE: ReadonlySet<Reason> = new Set<Reason>([
  'NO_ANSWER',
  'TIMEOUT',
  'BAD_MAC',
  'CLONE_SUSPECT',
  'READ_ERROR',
  'NOT_FOUND',
]);

/** Reasons after which a new try is due. Signed finals never change, unless `retryFinal` asks for the literal text. */
export function isRetried(reason: Reason, startsSoon: boolean, retryFinal: boolean): boolean {
  return retryFinal || CURABLE.has(reason) || (reason === 'NOT_YET_VALID' && startsSoon);
}

function latestMs(rule: RetryRule): Millis {
  return ON_TIME_SHARE * rule.intervalMs;
}
