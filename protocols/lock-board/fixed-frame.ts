import type {Decoded} from '../base/decode.js';
import {CodecMisuse} from '../base/errors.js';

/** Values of the named bytes of a frame, 0..255 each. */
export type FrameFields = Readonly<Record<string, number>>;

/** Check byte that ends a frame: XOR or low byte of the sum of everything before it. */
type Check = 'xor' | 'sum' | undefined;

/** A frame of fixed length: literal bytes, named bytes, and perhaps a check byte at its end. */
export interface FixedFrame {
  readonly cells: readonly (number | string)[];
  readonly check: Check;
  /** Length on the wire. */
  readonly bytes: number;
}

/**
 * A frame as its maker's table writes it: `8A board lock 11 xor`. Two hex digits are a literal byte,
 * a word is a named byte, and `xor` or `sum` at the end is the check byte.
 */
export function fixedFrame(row: string): FixedFrame {
  const words = row.split(' ');
  const last = words.at(-1);
  const check = last === 'xor' || last === 'sum' ? last : undefined;
  const body = check ? words.slice(0, -1) : words;
  const cells = body.map(word => (/^[0-9A-F]{2}$/.test(word) ? Number.parseInt(word, 16) : word));
  return {cells, check, bytes: words.length};
}

/**
 * The bytes of a frame.
 * @throws CodecMisuse `codec/lock-board` for a named byte without a value, or one beyond 0..255.
 */
export function encodeFixed(frame: FixedFrame, fields: FrameFields): Uint8Array {
  const bytes = new Uint8Array(frame.bytes);
  for (const [index, cell] of frame.cells.entries()) {
    const value = typeof cell === 'number' ? cell : fields[cell];
    if (value === undefined || !Number.isInteger(value) || value < 0 || value > 0xff) {
      throw new CodecMisuse('codec/lock-board', `byte ${index} (${cell}) cannot be ${value}`);
    }
    bytes[index] = value;
  }
  if (frame.check) bytes[frame.bytes - 1] = checkOf(frame.check, bytes);
  return bytes;
}

/**
 * Find `frame` at the start of received bytes; only exact length, literals and check byte will do.
 * `known` are named bytes that must have these values: a sound frame with others is `foreign`, since
 * it answers somebody else's question. Other discards: `noise` and `crc`. Waits for at most one frame.
 */
export function decodeFixed(
  frame: FixedFrame,
  known: FrameFields,
  received: Uint8Array,
): Decoded<FrameFields> {
  if (received.length === 0) return {kind: 'wait'};
  const isMisfit = frame.cells.some(
    (cell, index) =>
      typeof cell === 'number' && index < received.length && received[index] !== cell,
  );
  if (isMisfit) return {kind: 'discard', used: toNextHeader(frame, received), why: 'noise'};
  if (received.length < frame.bytes) return {kind: 'wait'};
  const whole = received.subarray(0, frame.bytes);
  if (frame.check && checkOf(frame.check, whole) !== whole[frame.bytes - 1]) {
    return {kind: 'discard', used: toNextHeader(frame, received), why: 'crc'};
  }
  const fields: Record<string, number> = {};
  for (const [index, cell] of frame.cells.entries()) {
    if (typeof cell === 'string') fields[cell] = whole[index] ?? 0;
  }
  const isForeign = Object.entries(known).some(
    ([name, value]) => name in fields && fields[name] !== value,
  );
  if (isForeign) return {kind: 'discard', used: frame.bytes, why: 'foreign'};
  return {kind: 'frame', frame: fields, used: frame.bytes};
}

/** The check byte over everything but the last byte. */
function checkOf(check: 'xor' | 'sum', bytes: Uint8Array): number {
  const body = bytes.subarray(0, -1);
  return check === 'xor'
    ? body.reduce((sum, byte) => sum ^ byte, 0)
    : body.reduce((sum, byte) => (sum + byte) & 0xff, 0);
}

/** How much to drop so that the next possible start comes first. */
function toNextHeader(frame: FixedFrame, received: Uint8Array): number {
  const [header] = frame.cells;
  const next = typeof header === 'number' ? received.indexOf(header, 1) : 1;
  return next < 0 ? received.length : next;
}
