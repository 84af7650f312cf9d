import {CodecMisuse} from '../base/errors.js';

/** A Wiegand layout: even parity over the bits before the middle, odd parity over those behind it. */
interface WiegandLayout {
  readonly bits: number;
  readonly facilityBits: number;
  /** Bits 1..`evenTo` count for the first bit, `oddFrom`..last but one for the last bit. */
  readonly evenTo: number;
  readonly oddFrom: number;
}

/**
 * 26: HID H10301, devices.md 4.3. 34: `assumed:` 16 bits of facility, 16 of number, as most readers of
 * 4-byte numbers send it. 37: HID H10304, whose two parities share the bit in the middle.
 */
const LAYOUTS: readonly WiegandLayout[] = [
  {bits: 26, facilityBits: 8, evenTo: 12, oddFrom: 13},
  {bits: 34, facilityBits: 16, evenTo: 16, oddFrom: 17},
  {bits: 37, facilityBits: 16, evenTo: 18, oddFrom: 18},
];

export interface WiegandNumber {
  readonly bits: number;
  readonly facility: number;
  readonly number: number;
  /** Everything between the parity bits: facility and number in one, as upper-case hex. */
  readonly dataHex: string;
}

/**
 * Facility and number of a Wiegand card. `data`: `bits` bits left-aligned, most significant first.
 * Undefined for other lengths and for a wrong parity: the bits are then only a number.
 */
export function decodeWiegand(bits: number, data: Uint8Array): WiegandNumber | undefined {
  const layout = LAYOUTS.find(entry => entry.bits === bits);
  if (!layout || data.length !== Math.ceil(bits / 8)) return undefined;
  const values = Array.from({length: bits}, (_, index) => bitAt(data, index));
  if (!parityFits(layout, values)) return undefined;
  const facilityEnd = 1 + layout.facilityBits;
  return {
    bits,
    facility: numberOf(values.slice(1, facilityEnd)),
    number: numberOf(values.slice(facilityEnd, -1)),
    dataHex: hexOf(values.slice(1, -1)),
  };
}

/**
 * Bits of a Wiegand card with their parity, left-aligned.
 * @throws CodecMisuse `codec/wiegand` for a length without a layout or numbers that do not fit it.
 */
export function encodeWiegand(bits: number, facility: number, number: number): Uint8Array {
  const layout = LAYOUTS.find(entry => entry.bits === bits);
  const numberBits = bits - 2 - (layout?.facilityBits ?? 0);
  if (!layout || facility >= 2 ** layout.facilityBits || number >= 2 ** numberBits) {
    throw new CodecMisuse('codec/wiegand', `no ${bits} bits for ${facility}, ${number}`);
  }
  const values = [0, ...bitsOf(facility, layout.facilityBits), ...bitsOf(number, numberBits), 0];
  values[0] = ones(values.slice(1, layout.evenTo + 1)) % 2;
  values[bits - 1] = 1 - (ones(values.slice(layout.oddFrom, -1)) % 2);
  const data = new Uint8Array(Math.ceil(bits / 8));
  for (const [index, value] of values.entries()) {
    data[index >> 3] = (data[index >> 3] ?? 0) | (value << (7 - (index & 7)));
  }
  return data;
}

/**
 * The bits of a card as upper-case hex, most significant first, as they came: left-aligned, with what
 * fills the last byte set to 0, so that no reader's filling makes two numbers of one card.
 */
export function cardBitsHex(bits: number, data: Uint8Array): string {
  const spare = data.length * 8 - bits;
  return [...data]
    .map((byte, index) => (index === data.length - 1 ? byte & (0xff << spare) : byte))
    .map(byte => byte.toString(16).padStart(2, '0'))
    .join('')
    .toUpperCase();
}

function parityFits(layout: WiegandLayout, values: readonly number[]): boolean {
  const even = ones(values.slice(0, layout.evenTo + 1)) % 2 === 0;
  const odd = ones(values.slice(layout.oddFrom)) % 2 === 1;
  return even && odd;
}

function bitAt(data: Uint8Array, index: number): number {
  return ((data[index >> 3] ?? 0) >> (7 - (index & 7))) & 1;
}

function bitsOf(value: number, count: number): readonly number[] {
  return Array.from(
    {length: count},
    (_, index) => Math.floor(value / 2 ** (count - 1 - index)) % 2,
  );
}

function ones(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0);
}

function numberOf(values: readonly number[]): number {
  return values.reduce((sum, value) => sum * 2 + value, 0);
}

/** Right-aligned: a number of 35 bits has ten digits and begins with 0..7. */
function hexOf(values: readonly number[]): string {
  const digits = Math.ceil(values.length / 8) * 2;
  return numberOf(values).toString(16).padStart(digits, '0').toUpperCase();
}
