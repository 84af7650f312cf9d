import type {Millis} from '../base/clock.js';
import {DAY_MS, HOUR_MS, MINUTE_MS} from '../base/units.js';

/** So long beyond the end a stay costs what it cost before. Source: requirements 2, late grace; E27. */
export const LATE_GRACE_MS: Millis = 15 * MINUTE_MS;
/** Whose time begins so soon on a bay that is not free gets another one. Source: Q14, E28; the time assumed. */
export const MOVE_AHEAD_MS: Millis = 15 * MINUTE_MS;
/** Later than so long before the start no lender takes his bay back. Source: E30. */
export const RECALL_AHEAD_MS: Millis = HOUR_MS;
/** From so long before the start on a booking may begin early. assumed: E36 names 20 min, no bound. */
export const EARLY_START_MS: Millis = HOUR_MS;

/** Of the price, to whom no bay could be given; his money goes back besides. assumed: E28 names no sum. */
const CREDIT_PERCENT = 20;
/** Of the price, from a lender who takes his bay back. assumed: E30 names no sum. */
const PENALTY_PERCENT = 20;
const WHOLE = 100;

/** What is given to whom no bay could be given, in fen. A fraction of a fen is dropped. */
export function creditFen(priceFen: number): number {
  return Math.floor((priceFen * CREDIT_PERCENT) / WHOLE);
}

/** What a lender owes to whose booking he ends, in fen. */
export function penaltyFen(priceFen: number): number {
  return Math.floor((priceFen * PENALTY_PERCENT) / WHOLE);
}

/** Of a lease, that much of its time counts for credit and penalty. */
export const AMENDED_LEASE_MS: Millis = DAY_MS;

/** For a card that was lost. assumed: E46 names no sum. */
export const LOST_CARD_FEN = 2000;
