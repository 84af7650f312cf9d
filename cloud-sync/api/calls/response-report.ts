import type {Millis} from '../../../protocols/base/clock.js';
import {alarmRuleOf} from '../../../protocols/site/alarm-rules.js';
import type {CallType} from '../../../protocols/site/calls.js';
import type {CallRow} from './call-table.js';

export interface ResponseTimes {
  readonly type: Exclude<CallType, 'test'> | 'all';
  readonly calls: number;
  /** Nobody took them within the time that the plan gives. */
  readonly unanswered: number;
  /** Open at this moment. */
  readonly open: number;
  /** From the call to whoever took it, of those that were taken; null: of none. */
  readonly medianMs: Millis | null;
  readonly p95Ms: Millis | null;
  readonly longestMs: Millis | null;
}

/** How soon calls were taken, all and by type; tests are none. @see ecosystem.md 2.2, EC-19 */
export function responseTimes(all: readonly CallRow[]): readonly ResponseTimes[] {
  const calls = all.filter(({kind}) => alarmRuleOf(kind).type !== 'test');
  const found = calls.map(({kind}) => alarmRuleOf(kind).type).filter(type => type !== 'test');
  const types = [...new Set(found)].sort();
  return [
    timesOf('all', calls),
    ...types.map(type =>
      timesOf(
        type,
        calls.filter(({kind}) => alarmRuleOf(kind).type === type),
      ),
    ),
  ];
}

function timesOf(type: ResponseTimes['type'], calls: readonly CallRow[]): ResponseTimes {
  const tookMs = calls
    .flatMap(({stand}) => (stand.ackedWall === null ? [] : [stand.ackedWall - stand.atWall]))
    .sort((a, b) => a - b);
  return {
    ...{type, calls: calls.length},
    unanswered: calls.filter(({stand}) => stand.isUnanswered).length,
    open: calls.filter(({stand}) => stand.state === 'open').length,
    ...{medianMs: rank(tookMs, 0.5), p95Ms: rank(tookMs, 0.95), longestMs: tookMs.at(-1) ?? null},
  };
}

/** Nearest rank. */
function rank(sorted: readonly Millis[], share: number): Millis | null {
  return sorted[Math.max(0, Math.ceil(sorted.length * share) - 1)] ?? null;
}
