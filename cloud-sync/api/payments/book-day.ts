import {DAY_MS, MINUTE_MS} from '../../../protocols/base/units.js';

/** Providers in China close their books by China Standard Time, which knows no summer time. */
const BOOK_OFFSET_MS = 480 * MINUTE_MS;
const DAYS_OF_ERA = 146_097;

/** The day on which a provider books what happens at `wallMs`, as `YYYY-MM-DD`. */
export function bookDayOf(wallMs: number): string {
  // Days of the proleptic Gregorian calendar, counted in eras of 400 years from 1 March of year 0.
  const days = Math.floor((wallMs + BOOK_OFFSET_MS) / DAY_MS) + 719_468;
  const era = Math.floor(days / DAYS_OF_ERA);
  const dayOfEra = days - era * DAYS_OF_ERA;
  const leaps =
    Math.floor(dayOfEra / 1460) - Math.floor(dayOfEra / 36_524) + Math.floor(dayOfEra / 146_096);
  const yearOfEra = Math.floor((dayOfEra - leaps) / 365);
  const dayOfYear =
    dayOfEra - (365 * yearOfEra + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100));
  const monthFromMarch = Math.floor((5 * dayOfYear + 2) / 153);
  const day = dayOfYear - Math.floor((153 * monthFromMarch + 2) / 5) + 1;
  const month = monthFromMarch < 10 ? monthFromMarch + 3 : monthFromMarch - 9;
  const year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0);
  return `${year}-${padded(month)}-${padded(day)}`;
}

function padded(value: number): string {
  return String(value).padStart(2, '0');
}
