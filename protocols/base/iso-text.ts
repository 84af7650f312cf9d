import {DAY_MS, HOUR_MS, MINUTE_MS, SECOND_MS} from './units.js';

/**
 * An instant as `2026-11-22T08:30:00.123Z`, for the years 1970 to 9999.
 * Source: RFC 3339, section 5.6; the calendar by the days of its 400-year cycle.
 */
export function isoText(wallMs: number): string {
  const days = Math.floor(wallMs / DAY_MS);
  const inDay = wallMs - days * DAY_MS;
  const {year, month, day} = dateOf(days);
  const hour = Math.floor(inDay / HOUR_MS);
  const minute = Math.floor((inDay % HOUR_MS) / MINUTE_MS);
  const second = Math.floor((inDay % MINUTE_MS) / SECOND_MS);
  const milli = Math.floor(inDay % SECOND_MS);
  const date = `${padded(year, 4)}-${padded(month, 2)}-${padded(day, 2)}`;
  const time = `${padded(hour, 2)}:${padded(minute, 2)}:${padded(second, 2)}`;
  return `${date}T${time}.${padded(milli, 3)}Z`;
}

const DAYS_OF_CYCLE = 146_097;
/** From 0000-03-01, where the cycle's years begin, to 1970-01-01. */
const DAYS_BEFORE_1970 = 719_468;

function dateOf(daysSince1970: number): {year: number; month: number; day: number} {
  const days = daysSince1970 + DAYS_BEFORE_1970;
  const cycle = Math.floor(days / DAYS_OF_CYCLE);
  const inCycle = days - cycle * DAYS_OF_CYCLE;
  const yearOfCycle = Math.floor(
    (inCycle -
      Math.floor(inCycle / 1460) +
      Math.floor(inCycle / 36_524) -
      Math.floor(inCycle / 146_096)) /
      365,
  );
  const leaps = Math.floor(yearOfCycle / 4) - Math.floor(yearOfCycle / 100);
  const inYear = inCycle - (365 * yearOfCycle + leaps);
  // Months of a year that begins in March have 31, 30, 31, 30, 31 days, and again.
  const monthFromMarch = Math.floor((5 * inYear + 2) / 153);
  const day = inYear - Math.floor((153 * monthFromMarch + 2) / 5) + 1;
  const month = monthFromMarch < 10 ? monthFromMarch + 3 : monthFromMarch - 9;
  const year = yearOfCycle + cycle * 400 + (month <= 2 ? 1 : 0);
  return {year, month, day};
}

function padded(value: number, digits: number): string {
  return String(value).padStart(digits, '0');
}
