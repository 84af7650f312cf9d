import type {CardVerdict} from '../../../drivers/collector/contract.js';
import type {Millis} from '../../../protocols/base/clock.js';
import type {AttemptId, CardUid} from '../../../protocols/site/ids.js';
import type {Reason} from '../../../protocols/site/reasons.js';
import type {LotRules} from '../lot/lot-rules.js';
import type {Shown} from '../lot/shown.js';
import {maxTries, nextTryMs} from './retry-rules.js';

/** What stands at one collector: nobody, or somebody whose verification is not settled. */
export type SwipeSeries =
  | {readonly kind: 'idle'}
  | {
      readonly kind: 'verifying';
      readonly attempt: AttemptId;
      readonly shown: Shown;
      readonly tryNo: number;
      readonly dueMs: Millis;
      readonly reason: Reason;
      /** The card is being read again; without an answer the old reading is judged. */
      readonly rereading: boolean;
    };

/** Failed swipes of one card (or of unreadable ones) at one collector. */
export interface SwipeCount {
  readonly failures: number;
  readonly lastMs: Millis;
}
export type SwipeCounts = ReadonlyMap<CardUid, SwipeCount>;

/** The card seen last, and what it was told: the same card within 3 s is the same swipe. */
export interface LastSwipe {
  readonly uid: CardUid;
  readonly seenMs: Millis;
  readonly verdict: CardVerdict | undefined;
  readonly reason: Reason | undefined;
}

export function isSameSwipe(
  last: LastSwipe | undefined,
  uid: CardUid,
  nowMs: Millis,
  debounceMs: Millis,
): boolean {
  return last !== undefined && last.uid === uid && nowMs - last.seenMs < debounceMs;
}

export type AfterFailure =
  | {readonly kind: 'retry'; readonly atMs: Millis}
  | {readonly kind: 'giveUp'};

/** Verification `tryNo` failed: is another due, and when? */
export function afterFailedTry(
  rules: LotRules,
  tryNo: number,
  dueMs: Millis,
  startedMs: Millis,
  retried: boolean,
): AfterFailure {
  if (!retried || tryNo >= maxTries(rules.verify)) return {kind: 'giveUp'};
  return {kind: 'retry', atMs: nextTryMs(rules.verify, dueMs, startedMs)};
}

/** Failures of `uid` that are still remembered. */
export function failuresOf(
  counts: SwipeCounts,
  uid: CardUid,
  nowMs: Millis,
  rules: LotRules,
): number {
  const count = counts.get(uid);
  return count && nowMs - count.lastMs < rules.swipe.memoryMs ? count.failures : 0;
}

/** Count one more failed swipe; the count never passes the maximum. */
export function countFailure(
  counts: SwipeCounts,
  uid: CardUid,
  nowMs: Millis,
  rules: LotRules,
): SwipeCounts {
  const failures = Math.min(rules.swipe.maxFailures, failuresOf(counts, uid, nowMs, rules) + 1);
  return new Map(counts).set(uid, {failures, lastMs: nowMs});
}

export function forgetFailures(counts: SwipeCounts, ...uids: readonly CardUid[]): SwipeCounts {
  if (!uids.some(uid => counts.has(uid))) return counts;
  const rest = new Map(counts);
  for (const uid of uids) rest.delete(uid);
  return rest;
}
