import type {Millis} from '../base/clock.js';
import {UsageError} from '../base/errors.js';
import {MINUTE_MS} from '../base/units.js';

/** What a shower costs: by the water that ran, or by the time that the valve stood open. */
export type ShowerTariff =
  | {readonly by: 'water'; readonly fenPerLitre: number}
  | {readonly by: 'time'; readonly fenPerMinute: number};

const ML_PER_LITRE = 1000;

/**
 * Price in fen of `ml` that ran in `ms` (both whole). 12,500 ml at 20 fen a litre are 250 fen. A fraction
 * of a fen is not charged.
 * @throws UsageError `site/tariff` for a negative or fractional amount. @see requirements B9
 */
export function showerFen(tariff: ShowerTariff, ml: number, ms: Millis): number {
  checkWhole(ml, 'ml');
  checkWhole(ms, 'ms');
  return tariff.by === 'water'
    ? Math.floor((ml * tariff.fenPerLitre) / ML_PER_LITRE)
    : Math.floor((ms * tariff.fenPerMinute) / MINUTE_MS);
}

/** The least water that costs all of `fen`; undefined: this tariff does not count water. */
export function mlForFen(tariff: ShowerTariff, fen: number): number | undefined {
  if (tariff.by !== 'water') return undefined;
  return Math.ceil((fen * ML_PER_LITRE) / tariff.fenPerLitre);
}

function checkWhole(value: number, name: string): void {
  if (Number.isSafeInteger(value) && value >= 0) return;
  throw new UsageError('site/tariff', `${name} must be a whole number >= 0, got ${value}`);
}
