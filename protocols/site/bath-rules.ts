import type {Millis} from '../base/clock.js';
import {MINUTE_MS, SECOND_MS} from '../base/units.js';
import type {GrantBudget} from './grant.js';

/** Life of a code that nobody keys in. Source: requirements 2, B4. */
export const BATH_CODE_LIFE_MS: Millis = 30 * MINUTE_MS;
/** Water runs no longer for one code. Source: requirements 2, shower cap. */
const SHOWER_CAP_MS: Millis = 30 * MINUTE_MS;
/** Most that is set aside for one code. Source: requirements 2. */
const MOST_BATH_HOLD_FEN = 1000;
/** With less than this nobody gets a code. Source: requirements B4. */
export const LEAST_BATH_FEN = 100;

/** A child has water no hotter and no longer than this, whatever its guardian wants. Source: requirements E64. */
const CHILD_MOST = {seconds: 10 * 60, milliCelsius: 40_000} as const;

/** What one code may use at most, as whoever pays for it wants it; left out: as the house has it. */
export interface BathLimits {
  readonly fen?: number | undefined;
  readonly seconds?: number | undefined;
  readonly ml?: number | undefined;
  readonly milliCelsius?: number | undefined;
}

/** What to set aside for a code of who has so much; undefined: too little for one. @see requirements B4 */
export function bathHoldFen(
  availableFen: number,
  limitFen: number = MOST_BATH_HOLD_FEN,
): number | undefined {
  const heldFen = Math.min(availableFen, limitFen, MOST_BATH_HOLD_FEN);
  return heldFen < LEAST_BATH_FEN ? undefined : heldFen;
}

/** What a gateway lets run on a code that so much is set aside for. @see requirements E65 */
export function bathBudget(heldFen: number, isChild: boolean, limits: BathLimits): GrantBudget {
  const capSeconds = isChild ? CHILD_MOST.seconds : SHOWER_CAP_MS / SECOND_MS;
  const {seconds = capSeconds, ml: mostMl} = limits;
  const most = isChild ? CHILD_MOST.milliCelsius : undefined;
  const wished = limits.milliCelsius ?? most;
  const mostMilliCelsius = most === undefined ? wished : Math.min(most, wished ?? most);
  return {
    ...{fen: heldFen, seconds: Math.min(seconds, capSeconds)},
    ...(mostMilliCelsius !== undefined && {mostMilliCelsius}),
    ...(mostMl !== undefined && {mostMl}),
  };
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
