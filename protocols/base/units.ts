import type {Millis} from './clock.js';

export const SECOND_MS: Millis = 1000;
export const MINUTE_MS: Millis = 60_000;
export const HOUR_MS: Millis = 3_600_000;
export const DAY_MS: Millis = 86_400_000;

/** Time that `byteCount` characters of `bitsPerCharacter` bits take at `baudRate`. */
export function wireTimeMs(byteCount: number, baudRate: number, bitsPerCharacter = 10): Millis {
  return (byteCount * bitsPerCharacter * 1000) / baudRate;
}
