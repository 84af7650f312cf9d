import type {Decoded} from '../base/decode.js';
import {CodecMisuse} from '../base/errors.js';

/** Every frame has this length, both ways. */
export const SPACE_FRAME_BYTES = 7;

const STARTS = {request: 0x3a, reply: 0x2a} as const;
const END = 0x0a;
const LARGEST_COUNT = 0xffff;

/** @see Xunpeng Technology, protocol of the parking board, remarks */
export const SPACE_COLOURS = ['green', 'yellow', 'red'] as const;
export type SpaceColour = (typeof SPACE_COLOURS)[number];

export interface SpaceFrame {
  readonly direction: keyof typeof STARTS;
  readonly colour: SpaceColour;
  /** 0..65535; how many digits are shown is the board's affair. */
  readonly count: number;
  /** "Information code", 0..255. `assumed:` the number of the board; the maker's example has 1. */
  readonly info: number;
}

/**
 * A frame of the Xunpeng board for free spaces: start, colour, count low byte first, information
 * code, sum of all before it, `0A`. The reply repeats the request behind another start.
 * @throws CodecMisuse `codec/display` when count or information code do not fit.
 * @see Xunpeng Technology, protocol of the parking board, section 2
 */
export function encodeSpaceFrame({direction, colour, count, info}: SpaceFrame): Uint8Array {
  const fits = (value: number, largest: number) =>
    Number.isInteger(value) && value >= 0 && value <= largest;
  if (!fits(count, LARGEST_COUNT) || !fits(info, 0xff)) {
    throw new CodecMisuse('codec/display', `no count of free spaces: ${count}, code ${info}`);
  }
  const colourCode = SPACE_COLOURS.indexOf(colour);
  const body = [STARTS[direction], colourCode, count & 0xff, count >> 8, info];
  return Uint8Array.of(...body, sum(body), END);
}

/**
 * Find one frame at the start of a stream. Discards: `noise` = no start, `length` = no end where it
 * must be, `crc` = wrong sum, `value` = a colour that nobody knows. Waits for at most 6 bytes.
 * @see Xunpeng Technology, protocol of the parking board, section 2
 */
export function decodeSpaceFrame(received: Uint8Array): Decoded<SpaceFrame> {
  const [start, colourCode, low, high, info, checksum, end] = received;
  if (start === undefined) return {kind: 'wait'};
  if (start !== STARTS.request && start !== STARTS.reply) {
    return {kind: 'discard', used: 1, why: 'noise'};
  }
  if (received.length < SPACE_FRAME_BYTES) return {kind: 'wait'};
  if (end !== END) return {kind: 'discard', used: 1, why: 'length'};
  if (checksum !== sum(received.subarray(0, 5))) return {kind: 'discard', used: 1, why: 'crc'};
  const colour = SPACE_COLOURS[colourCode ?? SPACE_COLOURS.length];
  if (colour === undefined) return {kind: 'discard', used: 1, why: 'value'};
  const direction = start === STARTS.request ? 'request' : 'reply';
  const count = (low ?? 0) | ((high ?? 0) << 8);
  return {
    kind: 'frame',
    frame: {direction, colour, count, info: info ?? 0},
    used: SPACE_FRAME_BYTES,
  };
}

function sum(bytes: ArrayLike<number>): number {
  return Array.from(bytes).reduce((total, byte) => total + byte, 0) & 0xff;
}
