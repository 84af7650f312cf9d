import {concatBytes, fromHex, toHex} from '../base/bytes.js';
import type {Decoded} from '../base/decode.js';
import {CodecMisuse} from '../base/errors.js';

/** Start and end of a frame. @see devices.md 4.2 */
export const RDM6300_START = 0x02;
export const RDM6300_END = 0x03;
/** Start, 10 digits of number, 2 digits of checksum, end. */
export const RDM6300_FRAME_BYTES = 14;
const BODY_BYTES = 12;

export type Rdm6300Body =
  /** `uid`: version and tag number, 10 upper-case hex digits. */
  | {readonly kind: 'card'; readonly uid: string}
  | {readonly kind: 'garbled'; readonly why: 'length' | 'hex' | 'checksum'};

/**
 * Read what stands between start and end: 10 hex digits of number (version, then 32-bit tag), 2 of
 * checksum, which is the XOR of the five bytes. Damage is a value, since a card half in the field is
 * everyday life.
 * @see devices.md 4.2; Seeed Studio 125 kHz RFID module (UART), data output format
 */
export function decodeRdm6300Body(body: Uint8Array): Rdm6300Body {
  if (body.length !== BODY_BYTES) return {kind: 'garbled', why: 'length'};
  const text = String.fromCharCode(...body);
  if (!/^[0-9A-Fa-f]{12}$/.test(text)) return {kind: 'garbled', why: 'hex'};
  const bytes = fromHex(text);
  if (bytes.reduce((sum, byte) => sum ^ byte, 0) !== 0) return {kind: 'garbled', why: 'checksum'};
  return {kind: 'card', uid: text.slice(0, 10).toUpperCase()};
}

/**
 * Find one card number at the start of a reader's stream; `frame` is the uid. Discards: `noise` = bytes
 * before a start; `length`, `hex`, `checksum` = a start without a sound frame behind it. A start inside
 * a broken frame is never swallowed with it. Waits for at most 13 bytes.
 * @see devices.md 4.2
 */
export function decodeRdm6300(received: Uint8Array): Decoded<string> {
  if (received.length === 0) return {kind: 'wait'};
  const start = received.indexOf(RDM6300_START);
  if (start !== 0) {
    return {kind: 'discard', used: start < 0 ? received.length : start, why: 'noise'};
  }
  const restart = received.indexOf(RDM6300_START, 1);
  if (restart > 0 && restart < RDM6300_FRAME_BYTES) {
    return {kind: 'discard', used: restart, why: 'length'};
  }
  const end = received.indexOf(RDM6300_END);
  if (end > 0 && end < RDM6300_FRAME_BYTES - 1) {
    return {kind: 'discard', used: end + 1, why: 'length'};
  }
  if (received.length < RDM6300_FRAME_BYTES) return {kind: 'wait'};
  if (end !== RDM6300_FRAME_BYTES - 1) return {kind: 'discard', used: 1, why: 'length'};
  const body = decodeRdm6300Body(received.subarray(1, end));
  if (body.kind === 'garbled') {
    return {kind: 'discard', used: RDM6300_FRAME_BYTES, why: body.why};
  }
  return {kind: 'frame', frame: body.uid, used: RDM6300_FRAME_BYTES};
}

/**
 * The frame a reader sends for a card.
 * @throws CodecMisuse `codec/card-uid` when `uid` is not 10 hex digits.
 * @see devices.md 4.2
 */
export function encodeRdm6300(uid: string): Uint8Array {
  if (!/^[0-9A-Fa-f]{10}$/.test(uid)) {
    throw new CodecMisuse('codec/card-uid', `not a 10-digit card number: "${uid.slice(0, 20)}"`);
  }
  const bytes = fromHex(uid);
  const checksum = bytes.reduce((sum, byte) => sum ^ byte, 0);
  const digits = toHex(concatBytes(bytes, Uint8Array.of(checksum))).toUpperCase();
  return concatBytes(
    Uint8Array.of(RDM6300_START),
    Uint8Array.from(digits, digit => digit.charCodeAt(0)),
    Uint8Array.of(RDM6300_END),
  );
}
