import type {Millis} from '../../protocols/base/clock.js';

/** Nobody touches a kiosk for so long: it asks, and then it signs out and wipes its screen. */
export const IDLE_ASK_MS: Millis = 45_000;
export const IDLE_END_MS: Millis = 60_000;

export type IdleStand =
  | {readonly kind: 'used'}
  | {readonly kind: 'asking'; readonly leftS: number}
  | {readonly kind: 'over'};

/** How a screen stands that was last touched then. A clock that was set back counts as over: who knows. */
export function idleStand(touchedMs: Millis, nowMs: Millis): IdleStand {
  const idleMs = nowMs - touchedMs;
  if (idleMs < 0 || idleMs >= IDLE_END_MS) return {kind: 'over'};
  if (idleMs < IDLE_ASK_MS) return {kind: 'used'};
  return {kind: 'asking', leftS: Math.ceil((IDLE_END_MS - idleMs) / 1000)};
}

/** What keys of a screen keyboard make of a text. */
export function typed(text: string, key: string): string {
  return key === 'erase' ? [...text].slice(0, -1).join('') : text + key;
}
