import type {Millis} from '../../protocols/base/clock.js';
import type {MeterMark, MeterQuality} from './contract.js';

export interface TotalRules {
  /** One more than the greatest raw value; undefined: it never runs over in the life of the meter. */
  readonly modulus: number | undefined;
  /** More steps than this in a millisecond no pipe can give. */
  readonly mostPerMs: number;
  /** Steps allowed beyond that, for pulses of before the last reading. */
  readonly slack: number;
}

export interface TotalState extends MeterMark {
  /** Undefined: taken over from before a restart, nobody knows how long ago. */
  readonly atMs: Millis | undefined;
}

export interface TotalStep {
  readonly state: TotalState;
  readonly delta: number;
  readonly quality: MeterQuality;
}

/**
 * Add one raw reading to a total that never falls. Whether a smaller value is a rollover or a reset is
 * judged by what can have flowed: the wrong choice would bill a whole counter. Source: requirements B10.
 */
export function stepTotal(
  before: TotalState | undefined,
  raw: number,
  atMs: Millis,
  rules: TotalRules,
): TotalStep {
  if (!before) return {state: {units: raw, raw, atMs}, delta: 0, quality: 'good'};
  const {delta, quality} = judge(before, raw, atMs, rules);
  return {state: {units: before.units + delta, raw, atMs}, delta, quality};
}

function judge(
  before: TotalState,
  raw: number,
  atMs: Millis,
  {modulus, mostPerMs, slack}: TotalRules,
): {readonly delta: number; readonly quality: MeterQuality} {
  const most =
    before.atMs === undefined ? Number.POSITIVE_INFINITY : (atMs - before.atMs) * mostPerMs + slack;
  const forward = raw - before.raw;
  if (forward === 0) return {delta: 0, quality: 'good'};
  // After so long a gap the counter may have gone all the way round.
  const isBlind = modulus !== undefined && most >= modulus;
  if (forward > 0) {
    if (forward > most) return {delta: 0, quality: 'estimated'};
    return {delta: forward, quality: isBlind ? 'estimated' : 'good'};
  }
  // Reset: what stands there now came since, what came between the last reading and the reset is lost.
  const since = raw <= most ? raw : 0;
  const around = modulus === undefined ? undefined : forward + modulus;
  if (around === undefined || around > most) return {delta: since, quality: 'estimated'};
  // Nobody can tell any more which it was: the smaller bill.
  if (isBlind) return {delta: Math.min(around, since), quality: 'estimated'};
  return {delta: around, quality: 'rollover'};
}

/** The worse of two: a bill is no better than its worst step. */
export function worseQuality(left: MeterQuality, right: MeterQuality): MeterQuality {
  const order: readonly MeterQuality[] = ['good', 'rollover', 'estimated'];
  return order.indexOf(left) >= order.indexOf(right) ? left : right;
}
