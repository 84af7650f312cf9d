import type {Millis} from '../base/clock.js';

/**
 * Bits of a character: what field devices do (8N1: start, 8 data, stop), and what the specification
 * asks for (a parity bit, or a second stop bit in its place).
 * @see Modbus over Serial Line V1.02, 2.5.1
 */
export const FIELD_CHARACTER_BITS = 10;
export const SPEC_CHARACTER_BITS = 11;

/** Above this rate the silences are fixed, so that timers do not drown a fast line. */
const FIXED_ABOVE_BAUD_RATE = 19_200;
const FIXED_T15_MS: Millis = 0.75;
const FIXED_T35_MS: Millis = 1.75;

/**
 * t3.5: the silence that parts two frames. 3.65 ms at 9600 8N1, 1.75 ms at every rate above 19,200.
 * @see Modbus over Serial Line V1.02, 2.5.1.1
 */
export function interFrameSilenceMs(
  baudRate: number,
  bitsPerCharacter = FIELD_CHARACTER_BITS,
): Millis {
  if (baudRate > FIXED_ABOVE_BAUD_RATE) return FIXED_T35_MS;
  return (3.5 * bitsPerCharacter * 1000) / baudRate;
}

/**
 * t1.5: the longest silence inside a frame. A host behind USB cannot see it; a simulated slave can.
 * @see Modbus over Serial Line V1.02, 2.5.1.1
 */
export function interCharacterGapMs(
  baudRate: number,
  bitsPerCharacter = FIELD_CHARACTER_BITS,
): Millis {
  if (baudRate > FIXED_ABOVE_BAUD_RATE) return FIXED_T15_MS;
  return (1.5 * bitsPerCharacter * 1000) / baudRate;
}
