import {createHash} from 'node:crypto';
import type {UnixMillis} from '../../../protocols/base/clock.js';
import {DAY_MS} from '../../../protocols/base/units.js';
import type {LeaseTerm} from '../../../protocols/site/lease-rules.js';

/** What a text may leave open, as `{{bay}}`. */
const BLANKS = [
  ...['site', 'bay', 'tenant', 'lender', 'from', 'until', 'price', 'termDays'],
  ...['deposit', 'overtimePercent'],
] as const;
type Blank = (typeof BLANKS)[number];

export interface Parties {
  readonly site: string;
  /** IANA name of the site's zone. */
  readonly zone: string;
  readonly point: string;
  readonly holder: string;
  readonly lender: string | null;
  readonly term: LeaseTerm;
  readonly depositFen: number;
  readonly overtimePercent: number;
}

const BLANK = /\{\{(\w*)\}\}/g;

/** Blanks of a text that nothing fills. */
export function unknownBlanks(text: string): readonly string[] {
  const found = [...text.matchAll(BLANK)].map(([, name = '']) => name);
  return found.filter(name => !(BLANKS as readonly string[]).includes(name));
}

/**
 * The text as both are shown it. Times are those of the site, money is yuan with two places; people stand
 * in it by their numbers, for it is kept longer than their names are.
 */
export function agreementBody(text: string, parties: Parties): string {
  const values = valuesOf(parties);
  return text.replaceAll(BLANK, (whole, name: string) => values[name as Blank] ?? whole);
}

/** Of the text in UTF-8: what each side says yes to. 64 hex digits. */
export function bodyHash(body: string): string {
  return createHash('sha256').update(body, 'utf8').digest('hex');
}

function valuesOf(parties: Parties): Readonly<Record<Blank, string>> {
  const {site, zone, point, holder, lender, term, depositFen, overtimePercent} = parties;
  const {fromMs, untilMs, rate} = term;
  return {
    ...{site, bay: point, tenant: holder, lender: lender ?? site},
    from: timeText(fromMs, zone),
    until: timeText(untilMs, zone),
    price: yuan(rate.priceFen),
    termDays: String(rate.termMs / DAY_MS),
    deposit: yuan(depositFen),
    overtimePercent: String(overtimePercent),
  };
}

/** `2026-03-03 08:00 Asia/Shanghai` */
function timeText(atMs: UnixMillis, timeZone: string): string {
  const style = {dateStyle: 'short', timeStyle: 'short', timeZone} as const;
  return `${new Intl.DateTimeFormat('sv-SE', style).format(atMs)} ${timeZone}`;
}

function yuan(fen: number): string {
  return `${Math.floor(fen / 100)}.${String(fen % 100).padStart(2, '0')}`;
}
