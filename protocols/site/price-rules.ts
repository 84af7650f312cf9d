import type {Millis, UnixMillis} from '../base/clock.js';
import {UsageError} from '../base/errors.js';
import {HOUR_MS} from '../base/units.js';
import {priceFen} from './tariff.js';
import {isInAnyWindow, type LocalTime, type WeeklyWindow} from './windows.js';

/** What is given back of the price to who cancels at least `aheadMs` before the start. */
export interface RefundStep {
  readonly aheadMs: Millis;
  /** 0..100 */
  readonly percent: number;
}

/** The terms of a site, beside the price of an hour. Percents are whole. */
export interface TariffTerms {
  /** Every step begun is paid whole. */
  readonly stepMinutes: number;
  /** Of the usual price, for the time beyond the end and its grace; 100 = the same. */
  readonly overtimePercent: number;
  /** Of what is charged, to who lends the point. */
  readonly lenderPercent: number;
  readonly refunds: readonly RefundStep[];
}

/** Where nobody has set other terms. assumed: no source states them. */
export const USUAL_TERMS: TariffTerms = {
  stepMinutes: 15,
  overtimePercent: 150,
  lenderPercent: 80,
  refunds: [
    {aheadMs: HOUR_MS, percent: 100},
    {aheadMs: 0, percent: 50},
  ],
};

/** A change of the price for some. Empty lists mean all. @see requirements P30 */
export interface PriceRule {
  readonly id: string;
  readonly ver: number;
  readonly points: readonly string[];
  readonly roles: readonly string[];
  /** In the site's zone. */
  readonly weekly: readonly WeeklyWindow[];
  readonly fromMs: UnixMillis | null;
  readonly untilMs: UnixMillis | null;
  /** Added to 100 %: -20 = a fifth less. */
  readonly percent: number;
}

export type CouponTerms =
  | {readonly kind: 'percent'; readonly percent: number}
  | {readonly kind: 'amount'; readonly offFen: number};

/** The start of a stay, and who stays where. */
export interface PricedStart {
  readonly point: string;
  readonly roles: readonly string[];
  readonly atMs: UnixMillis;
  /** What the clock on the site's wall shows then. */
  readonly local: LocalTime;
}

/**
 * All that a price rests on, as it was when it was made: what is changed later changes nothing of it.
 * Fractions of a fen are always dropped, once for each sum of time and once for each percent.
 */
export interface Price {
  readonly fenPerHour: number;
  readonly terms: TariffTerms;
  /** Version of the site's tariff; 0: the usual terms. */
  readonly tariffVer: number;
  /** Of the full price, after all rules. */
  readonly percent: number;
  readonly rules: readonly {readonly id: string; readonly ver: number}[];
  readonly coupon: {readonly id: string; readonly terms: CouponTerms} | null;
}

/** Time that was used, in whole ms. */
export interface UsedTime {
  readonly regularMs: Millis;
  readonly overtimeMs: Millis;
}

const WHOLE = 100;

/** Those of the rules that hold for a stay beginning so. */
export function rulesFor(
  rules: readonly PriceRule[],
  {point, roles, atMs, local}: PricedStart,
): readonly PriceRule[] {
  return rules.filter(
    rule =>
      (rule.points.length === 0 || rule.points.includes(point)) &&
      (rule.roles.length === 0 || rule.roles.some(role => roles.includes(role))) &&
      (rule.fromMs === null || rule.fromMs <= atMs) &&
      (rule.untilMs === null || atMs < rule.untilMs) &&
      isInAnyWindow(rule.weekly, local),
  );
}

/** What share of the full price is left by all of them together: their percents add up, never below 0. */
export function percentAfter(rules: readonly PriceRule[]): number {
  return Math.max(
    0,
    rules.reduce((sum, {percent}) => sum + percent, WHOLE),
  );
}

/** Price in fen of the time used. @throws UsageError `site/tariff` for amounts that are not whole */
export function chargeFen(price: Price, {regularMs, overtimeMs}: UsedTime): number {
  const {fenPerHour, terms, percent, coupon} = price;
  const tariff = {fenPerHour, stepMinutes: terms.stepMinutes};
  const regularFen = partOf(priceFen(regularMs, tariff), percent);
  const overtimeFen = partOf(partOf(priceFen(overtimeMs, tariff), terms.overtimePercent), percent);
  return (coupon ? afterCoupon(regularFen, coupon.terms) : regularFen) + overtimeFen;
}

/** What is given back of `amountFen` to who cancels `aheadMs` before the start (below 0: after it). */
export function refundFen(
  amountFen: number,
  refunds: readonly RefundStep[],
  aheadMs: Millis,
): number {
  const fitting = refunds.filter(step => aheadMs >= step.aheadMs).map(({percent}) => percent);
  return partOf(amountFen, Math.max(0, ...fitting));
}

/** Lender and house share what was charged; the house has the fraction. */
export function sharesOf(
  amountFen: number,
  lenderPercent: number,
): {readonly lenderFen: number; readonly houseFen: number} {
  const lenderFen = partOf(amountFen, lenderPercent);
  return {lenderFen, houseFen: amountFen - lenderFen};
}

function afterCoupon(amountFen: number, terms: CouponTerms): number {
  return terms.kind === 'percent'
    ? partOf(amountFen, WHOLE - terms.percent)
    : Math.max(0, amountFen - terms.offFen);
}

function partOf(amountFen: number, percent: number): number {
  if (!Number.isSafeInteger(percent) || percent < 0) {
    throw new UsageError('site/tariff', `percents are whole and not below 0, got ${percent}`);
  }
  return Math.floor((amountFen * percent) / WHOLE);
}
