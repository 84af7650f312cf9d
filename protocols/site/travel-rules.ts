import type {Millis, UnixMillis} from '../base/clock.js';
import {MINUTE_MS, SECOND_MS} from '../base/units.js';
import {distanceM, type GeoPoint} from './distance.js';

/** Where and when something was used. */
export interface PlacedUse {
  readonly site: string;
  /** Undefined: nobody has said where the site lies. */
  readonly place: GeoPoint | undefined;
  readonly atMs: UnixMillis;
}

/** 144 km/h as the crow flies: no car goes faster from lot to lot. */
const FASTEST_M_PER_S = 40;
/** Between lots of which one lies nobody knows where. */
const UNKNOWN_WAY_MS: Millis = 10 * MINUTE_MS;
/** Two gateways may differ so far in what time it is. */
const CLOCKS_DIFFER_MS: Millis = MINUTE_MS;

/** Uses farther apart than this are never too near to each other: half way round the earth. */
export const LONGEST_WAY_MS: Millis = 6 * 24 * 60 * MINUTE_MS;

/** The least time between uses at two sites that one card can have; 0 within one site. @see requirements E45 */
export function leastWayMs(from: PlacedUse, to: PlacedUse): Millis {
  if (from.site === to.site) return 0;
  if (!from.place || !to.place) return UNKNOWN_WAY_MS;
  const wayMs = (distanceM(from.place, to.place) / FASTEST_M_PER_S) * SECOND_MS;
  return Math.max(0, Math.round(wayMs) - CLOCKS_DIFFER_MS);
}

/** No one card can have been used at both, whichever was heard of first. @see requirements E45 */
export function areTooNear(one: PlacedUse, other: PlacedUse): boolean {
  return Math.abs(one.atMs - other.atMs) < leastWayMs(one, other);
}
