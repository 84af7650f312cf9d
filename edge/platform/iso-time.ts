import type {UnixMillis} from '../../protocols/base/clock.js';

/** A wall time as people and programs both read it: `2026-11-22T04:40:28.000Z`. */
export function isoTime(wallMs: UnixMillis): string {
  return new Date(wallMs).toISOString();
}
