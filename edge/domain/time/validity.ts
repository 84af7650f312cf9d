import type {Millis, UnixMillis} from '../../../protocols/base/clock.js';
import type {Grant} from '../../../protocols/site/grant.js';
import type {TimeReading} from './time-machine.js';

/** Where a moment lies to the hours of a right. */
export type WindowPlace = 'inside' | 'before' | 'outside' | 'after';

/** `unsure`: nobody can tell with the clock as it is, and the rules do not open on a doubt. */
export type TimeVerdict = WindowPlace | 'unsure';

/** A right as far as time goes: a grant, or what a signed token says. */
export interface TimedRight {
  readonly validFrom: UnixMillis;
  readonly validUntil: UnixMillis;
  /** Goes on until somebody ends it: a tenant's or staff's card, without hours and not paid by time. */
  readonly isStanding: boolean;
  /** At this instant, were it sure. */
  placeAt(at: UnixMillis): WindowPlace;
}

/**
 * Judge a right by what is known of the time. `floorGraceMs`: with a lost clock, rights with hours and
 * paid ones open only if they end so long after the floor; undefined = never.
 *
 * - `ok`: by the time; `holdover`: the holder gets the benefit of the clock's error at either end.
 * - `floor`: what ended before the floor is over, what began before it has begun. Whether it still
 *   lasts is unknown: a standing right opens, any other by the grace.
 * - `floor`, one source vouches: what that source lets in comes in, but its word ends nothing.
 *
 * @see sync.md 5.4
 */
export function judgeTime(
  right: TimedRight,
  time: TimeReading,
  floorGraceMs: Millis | undefined,
): TimeVerdict {
  if (right.validUntil <= time.floorMs) return 'after';
  if (time.clk === 'ok') return right.placeAt(time.utcMs);
  if (time.clk === 'holdover') return tolerant(right, time);
  const vouched = time.isVouched ? right.placeAt(time.utcMs) : undefined;
  if (vouched !== undefined && vouched !== 'after') return vouched;
  if (vouched === undefined && right.validFrom > time.floorMs) return 'before';
  if (right.isStanding) return 'inside';
  const lastsLong = floorGraceMs !== undefined && right.validUntil - time.floorMs >= floorGraceMs;
  return lastsLong ? 'inside' : 'unsure';
}

/** The latest instant that has surely come: what ends by it has ended, whatever the clock's error. */
export function surelyReachedMs(time: TimeReading): UnixMillis {
  return time.clk === 'ok' ? time.utcMs : time.floorMs;
}

export function isStanding({kind, weekly, entries}: Grant): boolean {
  return (kind === 'lease' || kind === 'staff') && weekly.length === 0 && entries === 'multi';
}

function tolerant(right: TimedRight, {utcMs, errorMs}: TimeReading): WindowPlace {
  const early = (utcMs - errorMs) as UnixMillis;
  const late = (utcMs + errorMs) as UnixMillis;
  const places = [utcMs, early, late].map(at => right.placeAt(at));
  return places.includes('inside') ? 'inside' : right.placeAt(utcMs);
}
