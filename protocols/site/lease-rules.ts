import type {Millis, UnixMillis} from '../base/clock.js';
import {UsageError} from '../base/errors.js';
import {MINUTE_MS} from '../base/units.js';

/** An agreement that both have not consented to, or not paid for, lapses. Source: requirements Q3, 2. */
export const OFFER_LAPSES_MS: Millis = 15 * MINUTE_MS;
/** The tenant is told so long before the end. Source: requirements Q14. */
export const END_NOTICE_MS: Millis = 10 * MINUTE_MS;

/** Price of one whole term; parts of it cost their share. */
export interface LeaseRate {
  readonly priceFen: number;
  readonly termMs: Millis;
}

/** Time that was agreed on under one price. Its first instant is in, its last is not. */
export interface LeaseTerm {
  readonly fromMs: UnixMillis;
  readonly untilMs: UnixMillis;
  readonly rate: LeaseRate;
}

/**
 * Price in fen of `durationMs` at a rate; a fraction of a fen is paid whole. A term of 30 days at 300 yuan
 * costs 1000 fen a day.
 * @throws UsageError `site/lease` for amounts that are not whole, or a term of no length
 */
export function leaseFen({priceFen, termMs}: LeaseRate, durationMs: Millis): number {
  const isWhole = [priceFen, termMs, durationMs].every(Number.isSafeInteger);
  if (!isWhole || priceFen < 0 || termMs < 1 || durationMs < 0) {
    throw new UsageError('site/lease', `${priceFen} fen for ${termMs} ms, of it ${durationMs} ms`);
  }
  // In whole numbers of any size: a year in ms times a price is more than a double holds.
  const parts = BigInt(priceFen) * BigInt(durationMs);
  const term = BigInt(termMs);
  return Number((parts + term - 1n) / term);
}

/** What the part of a term up to `atMs` costs: nothing before it begins, all of it after its end. */
export function leaseFenUntil({fromMs, untilMs, rate}: LeaseTerm, atMs: UnixMillis): number {
  return leaseFen(rate, Math.max(0, Math.min(atMs, untilMs) - fromMs));
}

/** The part of a stay that lies beyond the end of the lease. A stay of unknown end counts as over now. */
export function overtimeOf(
  stay: {readonly durationMs: Millis; readonly endMs: UnixMillis},
  untilMs: UnixMillis,
): Millis {
  return Math.round(Math.max(0, Math.min(stay.durationMs, stay.endMs - untilMs)));
}
