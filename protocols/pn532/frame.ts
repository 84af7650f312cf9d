import {concatBytes} from '../base/bytes.js';
import type {Decoded} from '../base/decode.js';
import {CodecMisuse} from '../base/errors.js';

/** Who speaks in an information frame. @see UM0701-02, 6.2.1.1 */
const PN532_FROM_HOST = 0xd4;
const PN532_FROM_READER = 0xd5;
/** The one data byte of an error frame. @see UM0701-02, 6.2.1.5 */
const ERROR_CODE = 0x7f;

const MAX_DATA_BYTES = 254;
/** Preamble, start code, LEN, LCS, TFI, DCS, postamble. */
const OVERHEAD_BYTES = 8;
/** The acknowledge that goes before every reply. */
export const PN532_ACK_BYTES = 6;
/** Longest normal information frame. */
export const PN532_LONGEST_BYTES = OVERHEAD_BYTES + MAX_DATA_BYTES;

/** Taken, read on. @see UM0701-02, 6.2.1.3 */
export const PN532_ACK = Uint8Array.of(0, 0, 0xff, 0x00, 0xff, 0);
/** Say that again. @see UM0701-02, 6.2.1.4 */
export const PN532_NACK = Uint8Array.of(0, 0, 0xff, 0xff, 0x00, 0);
/** The reader did not understand the command at all. @see UM0701-02, 6.2.1.5 */
export const PN532_ERROR = Uint8Array.of(0, 0, 0xff, 0x01, 0xff, ERROR_CODE, 0x81, 0);
/**
 * Edges that wake the serial interface, and time for the oscillator. It precedes the first command after
 * power-up and after every doubt. @see UM0701-02, 7.2.11; device notes 4.1
 */
export const PN532_WAKE_UP = concatBytes(Uint8Array.of(0x55, 0x55), new Uint8Array(14));

export type Pn532Frame =
  | {readonly kind: 'ack'}
  | {readonly kind: 'nack'}
  | {readonly kind: 'error'}
  /** `data`: command or reply code, then its parameters. */
  | {readonly kind: 'info'; readonly from: 'host' | 'reader'; readonly data: Uint8Array};

/**
 * A normal information frame: `00 00 FF LEN LCS TFI DATA DCS 00`. LEN counts TFI and data; LEN + LCS and
 * TFI + data + DCS are 0 modulo 256.
 * @throws CodecMisuse `codec/pn532` for no data or more than 254 bytes.
 * @see UM0701-02, 6.2.1.1; device notes 4.1
 */
export function encodePn532(from: 'host' | 'reader', data: Uint8Array): Uint8Array {
  if (data.length === 0 || data.length > MAX_DATA_BYTES) {
    throw new CodecMisuse('codec/pn532', 'a frame carries 1 to 254 bytes', {bytes: data.length});
  }
  const tfi = from === 'host' ? PN532_FROM_HOST : PN532_FROM_READER;
  const length = data.length + 1;
  const sum = data.reduce((total, byte) => total + byte, tfi);
  return concatBytes(
    Uint8Array.of(0, 0, 0xff, length, -length & 0xff, tfi),
    data,
    Uint8Array.of(-sum & 0xff, 0),
  );
}

/**
 * Find one frame at the start of what a PN532 or its host sent; one byte of preamble is enough.
 * Discards: `noise` = bytes before a start code, `length` = a length that does not fit its own sum or
 * an extended frame, which no command of ours is answered with, `crc` = a wrong data sum or tail. Waits
 * for at most 262 bytes.
 * @see UM0701-02, 6.2.1
 */
export function decodePn532(received: Uint8Array): Decoded<Pn532Frame> {
  const start = startOf(received);
  if (start === undefined) {
    // The last zeros may be the beginning of a start code that has not come yet.
    const zeros = Math.min(trailingZeros(received), 2);
    const used = received.length - zeros;
    return used > 0 ? {kind: 'discard', used, why: 'noise'} : {kind: 'wait'};
  }
  const preamble = start > 0 && received[start - 1] === 0 ? 1 : 0;
  if (start > preamble) return {kind: 'discard', used: start - preamble, why: 'noise'};
  const length = received[start + 2];
  const lengthSum = received[start + 3];
  if (length === undefined || lengthSum === undefined) return {kind: 'wait'};
  const short = shortFrame(length, lengthSum);
  if (short) return withTail(received, start, 4, short);
  if (length === 0 || ((length + lengthSum) & 0xff) !== 0) {
    return {kind: 'discard', used: start + 1, why: 'length'};
  }
  const end = start + 4 + length;
  if (received.length < end + 1) return {kind: 'wait'};
  const body = received.subarray(start + 4, end + 1);
  if ((body.reduce((total, byte) => total + byte, 0) & 0xff) !== 0) {
    return {kind: 'discard', used: start + 1, why: 'crc'};
  }
  const frame = infoFrame(body.slice(0, -1));
  if (!frame) return {kind: 'discard', used: start + 1, why: 'foreign'};
  return withTail(received, start, 5 + length, frame);
}

function startOf(received: Uint8Array): number | undefined {
  for (let at = 0; at + 1 < received.length; at += 1) {
    if (received[at] === 0 && received[at + 1] === 0xff) return at;
  }
  return undefined;
}

function trailingZeros(received: Uint8Array): number {
  let count = 0;
  while (count < received.length && received[received.length - 1 - count] === 0) count += 1;
  return count;
}

function shortFrame(length: number, lengthSum: number): Pn532Frame | undefined {
  if (length === 0x00 && lengthSum === 0xff) return {kind: 'ack'};
  if (length === 0xff && lengthSum === 0x00) return {kind: 'nack'};
  return undefined;
}

function infoFrame(body: Uint8Array): Pn532Frame | undefined {
  const [tfi] = body;
  if (body.length === 1) return tfi === ERROR_CODE ? {kind: 'error'} : undefined;
  if (tfi === PN532_FROM_HOST) return {kind: 'info', from: 'host', data: body.slice(1)};
  if (tfi === PN532_FROM_READER) return {kind: 'info', from: 'reader', data: body.slice(1)};
  return undefined;
}

/** The postamble stands at `start + bytes`. */
function withTail(
  received: Uint8Array,
  start: number,
  bytes: number,
  frame: Pn532Frame,
): Decoded<Pn532Frame> {
  const tail = received[start + bytes];
  if (tail === undefined) return {kind: 'wait'};
  if (tail !== 0) return {kind: 'discard', used: start + 1, why: 'crc'};
  return {kind: 'frame', frame, used: start + bytes + 1};
}
