import type {Millis} from '../base/clock.js';
import {MINUTE_MS} from '../base/units.js';

/** Life of a code that nobody keys in. Source: requirements 2, B4. */
export const BATH_CODE_LIFE_MS: Millis = 30 * MINUTE_MS;
/** Water runs no longer for one code. Source: requirements 2, shower cap. */
export const SHOWER_CAP_MS: Millis = 30 * MINUTE_MS;
/** Most that is set aside for one code. Source: requirements 2. */
const MOST_BATH_HOLD_FEN = 1000;
/** With less than this nobody gets a code. Source: requirements B4. */
export const LEAST_BATH_FEN = 100;

/** What to set aside for a code of who has so much; undefined: too little for one. @see requirements B4 */
export function bathHoldFen(availableFen: number): number | undefined {
  if (availableFen < LEAST_BATH_FEN) return undefined;
  return Math.min(availableFen, MOST_BATH_HOLD_FEN);
}

/**
 * How what was used is paid: of what was set aside first. The rest is water that ran when nothing was left,
 * the rinse that everybody is granted once: it is owed. @see requirements B12, B15
 */
export function bathBill(
  usedFen: number,
  heldFen: number,
): {readonly takenFen: number; readonly owedFen: number} {
  const takenFen = Math.min(usedFen, heldFen);
  return {takenFen, owedFen: usedFen - takenFen};
}
