import type {CountQuality} from './contract.js';

export interface CountStep {
  readonly delta: number;
  readonly quality: CountQuality;
}

/** A counter this close to its end may have passed it; one further down was set back. `assumed:` */
const NEAR_SHARE = 1 / 16;

/**
 * What happened between two readings of a counter of `bits`; undefined: nothing, or no base yet.
 * Source: device notes 6.2 (deltas of totals, reset, wrap).
 */
export function stepCounter(
  before: number | undefined,
  total: number,
  bits: 16 | 32,
): CountStep | undefined {
  if (before === undefined || total === before) return undefined;
  if (total > before) return {delta: total - before, quality: 'ok'};
  const span = 2 ** bits;
  const near = span * NEAR_SHARE;
  if (before >= span - near && total < near) {
    return {delta: span - before + total, quality: 'rollover'};
  }
  return {delta: 0, quality: 'reset'};
}
