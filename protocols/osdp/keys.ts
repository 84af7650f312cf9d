/** A key of a reader's keypad that this project knows. */
export type KeypadKey = '0' | '1' | '2' | '3' | '4' | '5' | '6' | '7' | '8' | '9' | '*' | '#';

const STAR = 0x7f;
const HASH = 0x0d;

/** The key of a byte in KEYPAD; undefined for function keys and the rest. @see devices.md 2.3 */
export function keyOf(byte: number): KeypadKey | undefined {
  if (byte === STAR) return '*';
  if (byte === HASH) return '#';
  const isDigit = byte >= 0x30 && byte <= 0x39;
  return isDigit ? (String.fromCharCode(byte) as KeypadKey) : undefined;
}

/** The byte of a key in KEYPAD. @see devices.md 2.3 */
export function keyByte(key: KeypadKey): number {
  if (key === '*') return STAR;
  return key === '#' ? HASH : key.charCodeAt(0);
}
