import {createHash} from 'node:crypto';
import type {UnixMillis} from '../base/clock.js';

/** As many are shown at one lot at once. */
export const MAX_NOTICES = 16;
export const MAX_NOTICE_CHARS = 280;

/** What the operator tells everybody at a lot, for a while. @see requirements P29 */
export interface Notice {
  readonly id: string;
  readonly text: string;
  readonly fromMs: UnixMillis;
  /** First instant at which it is shown no more. */
  readonly untilMs: UnixMillis;
}

/** Names a list of notices, in its order: what a gateway says it holds. 64 hex digits. */
export function noticesHash(notices: readonly Notice[]): string {
  const rows = notices.map(({id, text, fromMs, untilMs}) => [id, text, fromMs, untilMs]);
  return createHash('sha256').update(JSON.stringify(rows), 'utf8').digest('hex');
}

export function isShownAt({fromMs, untilMs}: Notice, nowMs: UnixMillis): boolean {
  return fromMs <= nowMs && nowMs < untilMs;
}
