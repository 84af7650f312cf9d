import {CodecMisuse} from '../base/errors.js';

/** The characters of a QR code's alphanumeric mode, each worth its place. */
const ALPHABET = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:';
const BASE = 45;
const VALUES: ReadonlyMap<string, number> = new Map(
  [...ALPHABET].map((character, value) => [character, value]),
);

/** Two bytes become three characters, a last single byte two. @see RFC 9285, 4 */
export function encodeBase45(bytes: Uint8Array): string {
  let text = '';
  for (let index = 0; index < bytes.length; index += 2) {
    const high = bytes[index] ?? 0;
    const low = bytes[index + 1];
    text += low === undefined ? digits(high, 2) : digits(high * 256 + low, 3);
  }
  return text;
}

/** Undefined for a character, a length or a value that no encoder writes. @see RFC 9285, 4 and 6 */
export function decodeBase45(text: string): Uint8Array | undefined {
  const rest = text.length % 3;
  if (rest === 1) return undefined;
  const bytes = new Uint8Array(Math.floor(text.length / 3) * 2 + (rest === 2 ? 1 : 0));
  let at = 0;
  for (let index = 0; index < text.length; index += 3) {
    const group = text.slice(index, index + 3);
    const value = numberOf(group);
    const isPair = group.length === 3;
    if (value === undefined || value > (isPair ? 0xffff : 0xff)) return undefined;
    if (isPair) bytes[at++] = value >> 8;
    bytes[at++] = value & 0xff;
  }
  return bytes;
}

/** Characters that `sizeBytes` take. */
export function base45Length(sizeBytes: number): number {
  return Math.floor(sizeBytes / 2) * 3 + (sizeBytes % 2) * 2;
}

/** Least significant first. */
function digits(value: number, count: number): string {
  let left = value;
  let text = '';
  for (let place = 0; place < count; place += 1) {
    const character = ALPHABET[left % BASE];
    if (character === undefined) throw new CodecMisuse('codec/base45', `no digit for ${value}`);
    text += character;
    left = Math.floor(left / BASE);
  }
  return text;
}

function numberOf(group: string): number | undefined {
  let value = 0;
  let weight = 1;
  for (const character of group) {
    const digit = VALUES.get(character);
    if (digit === undefined) return undefined;
    value += digit * weight;
    weight *= BASE;
  }
  return value;
}
