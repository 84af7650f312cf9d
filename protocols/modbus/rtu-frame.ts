import {concatBytes, equalBytes} from '../base/bytes.js';
import type {Decoded} from '../base/decode.js';
import {CodecMisuse} from '../base/errors.js';
import {crc16, endsWithCrc16} from './crc16.js';
import {
  decodeRequestPdu,
  EXCEPTION_FLAG,
  encodeRequestPdu,
  expectedReplyLength,
  MAX_PDU_BYTES,
  type ModbusRequest,
  type ReceivedRequest,
} from './pdu.js';

/** Longest frame: unit, PDU, CRC. @see Modbus over Serial Line V1.02, 2.5.1 */
const MAX_FRAME_BYTES = MAX_PDU_BYTES + 3;
const MIN_FRAME_BYTES = 4;
const EXCEPTION_FRAME_BYTES = 5;
/** All units hear it, none replies. @see Modbus over Serial Line V1.02, 2.2 */
export const BROADCAST_UNIT = 0;

/** All that is known of a reply before it comes. */
export interface ReplyExpectation {
  readonly unit: number;
  readonly functionCode: number;
  /** Whole frame, when the device grants the request. */
  readonly frameBytes: number;
  /** Writes only: address and value (FC05, FC06) or quantity (FC15, FC16) that must come back. */
  readonly echo: Uint8Array | undefined;
}

/** `pdu`: function code .. last data byte, for the exception the refused function without its flag. */
export type RtuReply =
  | {readonly kind: 'reply'; readonly unit: number; readonly pdu: Uint8Array}
  | {
      readonly kind: 'exception';
      readonly unit: number;
      readonly functionCode: number;
      readonly exceptionCode: number;
    };

export interface RtuRequest {
  readonly unit: number;
  readonly request: ReceivedRequest;
}

/**
 * A frame as it goes on the wire: unit, PDU, CRC low byte first.
 * @throws CodecMisuse `codec/modbus-frame` for a unit above 255, an empty PDU or one above 253 bytes.
 * @see Modbus over Serial Line V1.02, 2.5.1
 */
export function encodeFrame(unit: number, pdu: Uint8Array): Uint8Array {
  if (!Number.isInteger(unit) || unit < 0 || unit > 255) {
    throw new CodecMisuse('codec/modbus-frame', `no unit address: ${unit}`, {unit});
  }
  if (pdu.length < 1 || pdu.length > MAX_PDU_BYTES) {
    throw new CodecMisuse('codec/modbus-frame', `a PDU has 1..253 bytes, not ${pdu.length}`);
  }
  const body = concatBytes(Uint8Array.of(unit), pdu);
  const crc = crc16(body);
  return concatBytes(body, Uint8Array.of(crc & 0xff, crc >> 8));
}

/**
 * What the reply of `unit` to `request` must look like. Broadcasts are never answered: do not ask.
 * @see Modbus Application Protocol V1.1b3, 6
 */
export function expectReply(unit: number, request: ModbusRequest): ReplyExpectation {
  return {
    unit,
    functionCode: request.functionCode,
    frameBytes: expectedReplyLength(request),
    echo: request.kind === 'read' ? undefined : encodeRequestPdu(request).slice(1, 5),
  };
}

/** The same for a request frame that somebody else built; undefined when it is not one we can judge. */
export function expectReplyToFrame(frame: Uint8Array): ReplyExpectation | undefined {
  const decoded = decodeRequest(frame);
  if (decoded.kind !== 'frame' || decoded.used !== frame.length) return undefined;
  const {unit, request} = decoded.frame;
  return request.kind === 'refused' ? undefined : expectReply(unit, request);
}

/**
 * Find the expected reply in what a line received since the request left (own echo stripped).
 *
 * The length comes from function code and byte count, never from silence: behind USB the gaps cannot
 * be seen. A whole valid reply later in the bytes wins at once over a half frame before it, so noise
 * that looks like a beginning costs nothing. Discards: `foreign` = a sound frame of another unit;
 * `unexpected` = of this unit, but another function (a late reply); `length`, `echo` = right function,
 * but not what was asked; `crc` = the first byte began a broken frame; `noise` = bytes that begin none.
 * Waits for at most 256 bytes.
 * @see Modbus over Serial Line V1.02, 2.4.1 and 2.5.1; Modbus Application Protocol V1.1b3, 7
 */
export function decodeReply(
  received: Uint8Array,
  expectation: ReplyExpectation,
): Decoded<RtuReply> {
  if (received.length === 0) return {kind: 'wait'};
  const start = findPlausible(received);
  if (start > 0) return {kind: 'discard', used: start, why: 'noise'};
  const length = replyLengthAt(received, 0);
  if (length === undefined || received.length < length) {
    const later = findExpected(received, expectation);
    return later === undefined ? {kind: 'wait'} : {kind: 'discard', used: later, why: 'noise'};
  }
  if (!endsWithCrc16(received, 0, length)) return {kind: 'discard', used: 1, why: 'crc'};
  const mismatch = findMismatch(received, length, expectation);
  if (mismatch) return {kind: 'discard', used: length, why: mismatch};
  return {kind: 'frame', frame: toReply(received.slice(0, length)), used: length};
}

/**
 * Find the next request on a line, as a slave hears it: requests to every unit, the reader's own or
 * not. Hand over what came before a silence: a function code whose length nobody knows is taken as a
 * frame (to be refused) only when the bytes end with its CRC. `crc` and `noise` drop as in `decodeReply`.
 * @see Modbus over Serial Line V1.02, 2.5.1; Modbus Application Protocol V1.1b3, 6
 */
export function decodeRequest(received: Uint8Array): Decoded<RtuRequest> {
  if (received.length < 2) return {kind: 'wait'};
  const length = requestLength(received);
  if (length === undefined || received.length < length) {
    if (received.length < MAX_FRAME_BYTES) return {kind: 'wait'};
    return {kind: 'discard', used: 1, why: 'length'};
  }
  if (length > MAX_FRAME_BYTES) return {kind: 'discard', used: 1, why: 'length'};
  if (length < MIN_FRAME_BYTES) return {kind: 'discard', used: 1, why: 'noise'};
  if (!endsWithCrc16(received, 0, length)) return {kind: 'discard', used: 1, why: 'crc'};
  const request = decodeRequestPdu(received.slice(1, length - 2));
  return {kind: 'frame', frame: {unit: received[0] ?? 0, request}, used: length};
}

/** Length of the reply that would begin at `at`; 0 = none can; undefined = too few bytes to say. */
function replyLengthAt(bytes: Uint8Array, at: number): number | undefined {
  const functionCode = bytes[at + 1];
  if (bytes[at] === BROADCAST_UNIT) return 0;
  if (functionCode === undefined) return undefined;
  switch (functionCode & ~EXCEPTION_FLAG) {
    case 1:
    case 2:
    case 3:
    case 4: {
      if (functionCode & EXCEPTION_FLAG) return EXCEPTION_FRAME_BYTES;
      const byteCount = bytes[at + 2];
      if (byteCount === undefined) return undefined;
      return byteCount > 0 && byteCount + 5 <= MAX_FRAME_BYTES ? byteCount + 5 : 0;
    }
    case 5:
    case 6:
    case 15:
    case 16:
      return functionCode & EXCEPTION_FLAG ? EXCEPTION_FRAME_BYTES : 8;
    default:
      return 0;
  }
}

/** Length of the request that begins here; all there is when the function is unknown; undefined = wait. */
function requestLength(bytes: Uint8Array): number | undefined {
  const functionCode = bytes[1] ?? 0;
  if (functionCode >= 1 && functionCode <= 6) return 8;
  if (functionCode !== 15 && functionCode !== 16) return bytes.length;
  const byteCount = bytes[6];
  return byteCount === undefined ? undefined : byteCount + 9;
}

/** First place where a reply may begin; the length of `bytes` when there is none. */
function findPlausible(bytes: Uint8Array): number {
  let at = 0;
  while (at < bytes.length && replyLengthAt(bytes, at) === 0) at += 1;
  return at;
}

/** Where behind the first byte a whole reply stands that would satisfy the expectation. */
function findExpected(bytes: Uint8Array, expectation: ReplyExpectation): number | undefined {
  for (let at = 1; at + MIN_FRAME_BYTES < bytes.length; at += 1) {
    if (bytes[at] !== expectation.unit) continue;
    const length = replyLengthAt(bytes, at);
    if (!length || at + length > bytes.length || !endsWithCrc16(bytes, at, at + length)) continue;
    if (!findMismatch(bytes.subarray(at), length, expectation)) return at;
  }
  return undefined;
}

/** Why the sound frame at the start of `bytes` is not the expected reply; undefined when it is. */
function findMismatch(
  bytes: Uint8Array,
  length: number,
  expectation: ReplyExpectation,
): 'foreign' | 'unexpected' | 'length' | 'echo' | undefined {
  const functionCode = bytes[1] ?? 0;
  if (bytes[0] !== expectation.unit) return 'foreign';
  if ((functionCode & ~EXCEPTION_FLAG) !== expectation.functionCode) return 'unexpected';
  if (functionCode & EXCEPTION_FLAG) return undefined;
  if (length !== expectation.frameBytes) return 'length';
  if (expectation.echo && !equalBytes(bytes.subarray(2, 6), expectation.echo)) return 'echo';
  return undefined;
}

function toReply(frame: Uint8Array): RtuReply {
  const unit = frame[0] ?? 0;
  const functionCode = frame[1] ?? 0;
  if ((functionCode & EXCEPTION_FLAG) === 0) {
    return {kind: 'reply', unit, pdu: frame.slice(1, -2)};
  }
  return {
    kind: 'exception',
    unit,
    functionCode: functionCode & ~EXCEPTION_FLAG,
    exceptionCode: frame[2] ?? 0,
  };
}
