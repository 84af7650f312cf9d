import type {UnixMillis} from '../../protocols/base/clock.js';

/** A wall time as people and programs both read it: `2026-11-22T04:40:28.000Z`. */
export function isoTime(wallMs: UnixMillis): string {
  return new Date(wallMs).toISOString();
}

/** A date as certificates are printed, `Nov 22 04:40:28 2026 GMT`, in ms since 1970; NaN where it is none. */
export function printedTime(text: string): UnixMillis {
  return Date.parse(text) as UnixMillis;
}
