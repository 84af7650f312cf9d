/**
 * How a reader writes the number of a card. A reader of another make is another value, not other code.
 * @see device notes 4.2, 4.3
 */
export interface ReaderProfile {
  /** `lsb_first`: the reader sends the bytes of the number in reverse. */
  readonly byteOrder: 'msb_first' | 'lsb_first';
  /** `facility`: 8 bits and 16 bits in decimal, `134,62532`, as printed on many cards. */
  readonly radix: 'hex' | 'decimal' | 'facility';
  /** Longest report in digits; leading zeros may be missing. */
  readonly digits: number;
  /** Bits of the Wiegand frame behind the reader, two of them parity; undefined for other wires. */
  readonly wiegandBits?: number;
  /** Bits of the report, from its end, that are number; default all that the digits or the wire hold. */
  readonly numberBits?: number;
  /** Of a number longer than the reader carries: which bytes come. Default `last`. */
  readonly carries?: 'first' | 'last';
}

/** The common ones. Anything else is written in the site file. */
export const READER_PROFILES = {
  /** RDM6300 and copies: version byte and 32-bit tag. */
  rdm6300: {byteOrder: 'msb_first', radix: 'hex', digits: 10},
  /** The same without its version byte, for sites where other readers report 32 bits. */
  rdm6300Tag: {byteOrder: 'msb_first', radix: 'hex', digits: 10, numberBits: 32},
  hex4: {byteOrder: 'msb_first', radix: 'hex', digits: 8},
  hex4Reversed: {byteOrder: 'lsb_first', radix: 'hex', digits: 8},
  hex7: {byteOrder: 'msb_first', radix: 'hex', digits: 14},
  decimal10: {byteOrder: 'msb_first', radix: 'decimal', digits: 10},
  decimal10Reversed: {byteOrder: 'lsb_first', radix: 'decimal', digits: 10},
  wiegand26: {byteOrder: 'msb_first', radix: 'hex', digits: 6, wiegandBits: 26},
  wiegand34: {byteOrder: 'msb_first', radix: 'hex', digits: 8, wiegandBits: 34},
  printedFacility: {byteOrder: 'msb_first', radix: 'facility', digits: 9},
} as const satisfies Readonly<Record<string, ReaderProfile>>;

export interface CardNumber {
  readonly kind: 'card';
  /** Upper-case hex, most significant byte first, no separators. */
  readonly uid: string;
  /** The reader carries fewer bits than a card number has: two cards may share this one. */
  readonly truncated: boolean;
  /** A sentence for a person where `truncated`, else undefined. */
  readonly warning: string | undefined;
}

/** What a report became. `misfit`: it is no number of this profile; `why` says so in words. */
export type CardIdentity = CardNumber | {readonly kind: 'misfit'; readonly why: string};

/** No card number is shorter than the single-size UID of ISO 14443-3, which has 4 bytes. */
const SHORTEST_CARD_BITS = 32;
const FACILITY_BITS = 24;
const FACILITY = /^(\d{1,3})[,:. -](\d{1,5})$/;

/** Bits of a card number that a reader of this profile hands on. */
export function carriedBits(profile: ReaderProfile): number {
  const {radix, digits, wiegandBits, numberBits} = profile;
  if (numberBits !== undefined) return numberBits;
  if (wiegandBits !== undefined) return wiegandBits - 2;
  if (radix === 'hex') return digits * 4;
  if (radix === 'facility') return FACILITY_BITS;
  return Math.floor((digits * Math.log2(10)) / 8) * 8;
}

/**
 * The canonical number of a card from what a reader reported. The result of a reader that truncates is
 * the part that it carries: it is compared with other readers by `reportOf`, never as a whole number.
 */
export function canonicalUid(report: string, profile: ReaderProfile): CardIdentity {
  const text = report.trim();
  const value = reportValue(text, profile);
  if (value === undefined) {
    return {kind: 'misfit', why: `"${text.slice(0, 24)}" is not ${describeReport(profile)}`};
  }
  const bits = carriedBits(profile);
  if (profile.numberBits === undefined && value >> BigInt(bits) !== 0n) {
    return {kind: 'misfit', why: `"${text}" is more than ${bits} bits can carry`};
  }
  const digits = Math.ceil(bits / 8) * 2;
  const number = BigInt.asUintN(bits, value).toString(16).padStart(digits, '0').toUpperCase();
  const uid = profile.byteOrder === 'lsb_first' ? reverseBytes(number) : number;
  const truncated = bits < SHORTEST_CARD_BITS;
  return {kind: 'card', uid, truncated, warning: truncated ? warningOf(profile, bits) : undefined};
}

/** What a reader of this profile reports for a card. `uid`: canonical; shorter ones get leading zeros. */
export function reportOf(uid: string, profile: ReaderProfile): string {
  const digits = Math.ceil(carriedBits(profile) / 8) * 2;
  const isFirst = profile.carries === 'first';
  const carried = isFirst ? uid.slice(0, digits) : uid.slice(-digits);
  const part = carried.padStart(digits, '0');
  const number = profile.byteOrder === 'lsb_first' ? reverseBytes(part) : part;
  const value = BigInt(`0x${number}`);
  switch (profile.radix) {
    case 'hex':
      return number.padStart(profile.digits, '0');
    case 'decimal':
      return value.toString().padStart(profile.digits, '0');
    case 'facility': {
      const [facility, rest] = [value >> 16n, value & 0xffffn];
      return `${facility.toString().padStart(3, '0')},${rest.toString().padStart(5, '0')}`;
    }
  }
}

/** The bytes of a hex number in reverse order; applied twice it is the number again. */
export function reverseBytes(hex: string): string {
  return (hex.match(/../g) ?? []).reverse().join('');
}

function reportValue(text: string, profile: ReaderProfile): bigint | undefined {
  const {radix, digits} = profile;
  if (radix === 'facility') {
    const [, facility, rest] = FACILITY.exec(text) ?? [];
    if (Number(facility ?? 256) > 0xff || Number(rest ?? 65_536) > 0xffff) return undefined;
    return (BigInt(facility ?? 0) << 16n) | BigInt(rest ?? 0);
  }
  if (text.length === 0 || text.length > digits) return undefined;
  if (radix === 'hex') return /^[0-9a-f]+$/i.test(text) ? BigInt(`0x${text}`) : undefined;
  return /^\d+$/.test(text) ? BigInt(text) : undefined;
}

function describeReport({radix, digits}: ReaderProfile): string {
  if (radix === 'facility') return 'a facility and a number such as 134,62532';
  return `a ${radix === 'hex' ? 'hex' : 'decimal'} number of at most ${digits} digits`;
}

function warningOf({wiegandBits}: ReaderProfile, bits: number): string {
  const reader = wiegandBits === undefined ? 'This reader' : `A ${wiegandBits}-bit reader`;
  return `${reader} carries ${bits} bits of a card number: two cards may share one.`;
}
