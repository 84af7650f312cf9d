import type {Millis} from '../../protocols/base/clock.js';

/** A car on a loop: there at once, gone only after a while without a gap. */
export interface Presence {
  readonly isThere: boolean;
  readonly offSinceMs: Millis | undefined;
}

export const ABSENT: Presence = {isThere: false, offSinceMs: undefined};

/** Next presence after one poll. */
export function stepPresence(
  presence: Presence,
  isOn: boolean,
  atMs: Millis,
  clearForMs: Millis,
): Presence {
  if (isOn) return {isThere: true, offSinceMs: undefined};
  if (!presence.isThere) return ABSENT;
  const offSinceMs = presence.offSinceMs ?? atMs;
  return atMs - offSinceMs >= clearForMs ? ABSENT : {isThere: true, offSinceMs};
}
