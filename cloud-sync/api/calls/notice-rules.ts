import type {Millis} from '../../../protocols/base/clock.js';
import {MINUTE_MS, SECOND_MS} from '../../../protocols/base/units.js';
import type {NoticeOutcome} from './notice-port.js';

/** Rests between tries: a call does not wait for a provider that is down, its next contact comes first. */
const RESTS_MS: readonly Millis[] = [5 * SECOND_MS, 15 * SECOND_MS, 30 * SECOND_MS, MINUTE_MS];

export type NoticeVerdict =
  | {readonly kind: 'sent'; readonly ref: string | null}
  | {readonly kind: 'again'; readonly afterMs: Millis}
  | {readonly kind: 'failed'};

/** What follows from the try `no`, counted from 1. */
export function judgeNotice(outcome: NoticeOutcome, no: number): NoticeVerdict {
  if (outcome.kind === 'sent') return {kind: 'sent', ref: outcome.ref};
  const afterMs = RESTS_MS[no - 1];
  return outcome.isFinal || afterMs === undefined ? {kind: 'failed'} : {kind: 'again', afterMs};
}
