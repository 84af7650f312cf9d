import {DAY_MS, HOUR_MS, MINUTE_MS} from '../../protocols/base/units.js';
import type {Language} from './language.js';

/** The only way from money to text: `¥1,234.50`. `fen`: whole, may be negative. */
export function yuan(fen: number): string {
  const whole = Math.abs(Math.trunc(fen));
  const left = String(Math.trunc(whole / 100)).replaceAll(/\B(?=(?:\d{3})+$)/g, ',');
  return `${fen < 0 ? '-' : ''}¥${left}.${String(whole % 100).padStart(2, '0')}`;
}

/** What somebody typed as yuan, in fen; undefined: no such sum. */
export function fenOf(typed: string): number | undefined {
  const [, whole, part = ''] = /^\s*¥?\s*(\d{1,7})(?:[.。](\d{1,2}))?\s*$/.exec(typed) ?? [];
  if (whole === undefined) return undefined;
  return Number(whole) * 100 + Number(part.padEnd(2, '0'));
}

const MOMENT = {month: 'short', day: 'numeric', weekday: 'short'} as const;
const HOURS = {hour: '2-digit', minute: '2-digit', hourCycle: 'h23'} as const;

/** `11月22日周日 15:05` on the wall of that zone. */
export function moment(ms: number, zone: string, language: Language): string {
  return new Intl.DateTimeFormat(language, {...MOMENT, ...HOURS, timeZone: zone}).format(ms);
}

/** The day is said once where both ends have it. */
export function span(
  {fromMs, untilMs}: {readonly fromMs: number; readonly untilMs: number},
  zone: string,
  language: Language,
): string {
  const day = new Intl.DateTimeFormat(language, {...MOMENT, timeZone: zone});
  const isOneDay = day.format(fromMs) === day.format(untilMs);
  const end = isOneDay
    ? new Intl.DateTimeFormat(language, {...HOURS, timeZone: zone}).format(untilMs)
    : moment(untilMs, zone, language);
  return `${moment(fromMs, zone, language)} – ${end}`;
}

/** `1:05`, minutes and seconds that are left. */
export function countdown(ms: number): string {
  const seconds = Math.max(0, Math.ceil(ms / 1000));
  return `${Math.trunc(seconds / 60)}:${String(seconds % 60).padStart(2, '0')}`;
}

/** A length of time in its greatest whole unit. */
export function lengthOf(ms: number): {
  readonly count: number;
  readonly unit: 'day' | 'hour' | 'minute';
} {
  if (ms >= DAY_MS && ms % DAY_MS === 0) return {count: ms / DAY_MS, unit: 'day'};
  if (ms >= HOUR_MS && ms % HOUR_MS === 0) return {count: ms / HOUR_MS, unit: 'hour'};
  return {count: Math.ceil(ms / MINUTE_MS), unit: 'minute'};
}

/** `19057344` as people read it: `1905 7344`. */
export function inFours(digits: string): string {
  return digits.replaceAll(/(\d{4})(?=\d)/g, '$1 ');
}
