import type {Millis, UnixMillis} from '../../../protocols/base/clock.js';
import {isoText} from '../../../protocols/base/iso-text.js';
import type {CallCareBody, CallStepBody} from '../../../protocols/site/calls.js';
import type {CallLogRow, ResponseReport} from './call-view.js';

type Step = CallStepBody<string>;

/** Median, 95th percentile and what stayed unanswered, of the calls for help that were raised in a time. */
export function reportOf(
  rows: readonly CallLogRow[],
  fromWallMs: UnixMillis,
  toWallMs: UnixMillis,
): ResponseReport {
  const calls = new Map<string, Millis | undefined>();
  for (const row of rows) {
    if (row.event !== 'call') continue;
    const {call, type, step, ageMs} = JSON.parse(row.body) as Step;
    if (type !== 'emergency' && type !== 'assistance') continue;
    if (step === 'raised' && row.wallMs >= fromWallMs && row.wallMs < toWallMs) {
      calls.set(call, undefined);
    }
    const isFirst = calls.has(call) && calls.get(call) === undefined;
    if (isFirst && (step === 'acknowledged' || step === 'attending')) calls.set(call, ageMs);
  }
  const times = [...calls.values()].filter(ms => ms !== undefined).sort((a, b) => a - b);
  return {
    ...{fromWallMs, toWallMs},
    calls: calls.size,
    answered: times.length,
    unanswered: calls.size - times.length,
    medianMs: medianOf(times),
    p95Ms: times[Math.ceil(times.length * 0.95) - 1] ?? null,
    longestMs: times.at(-1) ?? null,
  };
}

function medianOf(sorted: readonly Millis[]): Millis | null {
  const half = Math.floor(sorted.length / 2);
  const upper = sorted[half];
  if (upper === undefined) return null;
  const lower = sorted[half - 1];
  return sorted.length % 2 === 1 || lower === undefined ? upper : Math.round((lower + upper) / 2);
}

const COLUMNS = [
  ...(['seq', 'time', 'event', 'call', 'kind', 'type', 'step', 'state', 'place', 'count'] as const),
  ...(['age_ms', 'person', 'where', 'end', 'note', 'hash'] as const),
];

/** One line a row, by RFC 4180. What a spreadsheet would take for a formula is quoted as text. */
export function csvOf(rows: readonly CallLogRow[]): string {
  const lines = rows.map(row => {
    const {seq, wallMs, event, hash} = row;
    const time = isoText(wallMs);
    const cells =
      event === 'call'
        ? stepCells(JSON.parse(row.body) as Step)
        : careCells(JSON.parse(row.body) as CallCareBody);
    return [seq, time, event, ...cells, hash].map(cellOf).join(',');
  });
  return `${[COLUMNS.join(','), ...lines].join('\r\n')}\r\n`;
}

type Cell = string | number | null;

function stepCells(body: Step): readonly Cell[] {
  const {call, kind, type, step, state, bay, collector, device, count, ageMs} = body;
  const place = [collector, bay, device].filter(part => part !== null).join(' ');
  const {person, where, end, note} = body;
  return [call, kind, type, step, state, place, count, ageMs, person, where, end, note];
}

function careCells({what, device, station, person, done, of, note}: CallCareBody): readonly Cell[] {
  const coverage = done === null ? null : `${done}/${of}`;
  return [null, null, null, what, null, device, coverage, null, person, station, null, note];
}

function cellOf(cell: Cell): string {
  if (cell === null) return '';
  const text = String(cell);
  const safe = /^[=+\-@\t]/.test(text) && typeof cell === 'string' ? `'${text}` : text;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}
