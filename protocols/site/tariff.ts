import type {Millis} from '../base/clock.js';
import {UsageError} from '../base/errors.js';
import {MINUTE_MS} from '../base/units.js';

/** Price of time in steps: every step begun is paid whole. */
export interface StepTariff {
  readonly fenPerHour: number;
  readonly stepMinutes: number;
}

const MINUTES_PER_HOUR = 60;

/**
 * Price in fen of a stay of `durationMs` (whole ms). 95 min at 600 fen/h in 15-min steps are 7 steps:
 * 1050 fen. A fraction of a fen, possible when steps do not divide the hour, is not charged.
 * @throws UsageError `site/tariff` for a negative or fractional amount, or a step of no length.
 * @see requirements P35
 */
export function priceFen(durationMs: Millis, tariff: StepTariff): number {
  checkWhole(durationMs, 0, 'durationMs');
  checkWhole(tariff.fenPerHour, 0, 'fenPerHour');
  checkWhole(tariff.stepMinutes, 1, 'stepMinutes');
  const steps = Math.ceil(durationMs / (tariff.stepMinutes * MINUTE_MS));
  return Math.floor((steps * tariff.stepMinutes * tariff.fenPerHour) / MINUTES_PER_HOUR);
}

function checkWhole(value: number, least: number, name: string): void {
  if (Number.isSafeInteger(value) && value >= least) return;
  throw new UsageError('site/tariff', `${name} must be a whole number >= ${least}, got ${value}`);
}
