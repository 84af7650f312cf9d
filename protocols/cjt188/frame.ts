import {concatBytes, fromHex, toHex} from '../base/bytes.js';
import type {Decoded} from '../base/decode.js';
import {CodecMisuse} from '../base/errors.js';

/** Start, end and wake byte. @see devices.md 6.3; CJ/T 188-2004, 5.2 */
const CJT188_START = 0x68;
const CJT188_END = 0x16;
export const CJT188_WAKE = 0xfe;
/** Start, type, address, control, length. */
const HEAD_BYTES = 11;
/** Checksum and end. */
const TAIL_BYTES = 2;
const ADDRESS_BYTES = 7;
/** CJ/T 188-2004, 5.2.5: L is at most 64 in a read, less elsewhere; some makers send 100. */
const MOST_DATA_BYTES = 0x64;
export const CJT188_LONGEST_BYTES = HEAD_BYTES + MOST_DATA_BYTES + TAIL_BYTES;

/** Control codes of the master; a slave answers with bit 7 set, and bit 6 when it refuses. */
export const CJT188_CONTROL = {read: 0x01, write: 0x04} as const;
export const CJT188_REPLY_BIT = 0x80;
export const CJT188_ERROR_BIT = 0x40;

/** Meter types 10-49: cold, hot, drinking and reclaimed water, heat, gas, others. */
const LEAST_TYPE = 0x10;
const MOST_TYPE = 0x49;

/** Any meter: only where a single one hangs on the line. */
export const CJT188_ANY_ADDRESS = 'AAAAAAAAAAAAAA';

export interface Cjt188Frame {
  /** 10 cold, 11 hot, 12 drinking, 13 reclaimed water. */
  readonly type: number;
  /** 14 digits as people write them, maker's code first; on the wire low byte first. */
  readonly address: string;
  readonly control: number;
  /** Data identifier, serial number and what follows them. */
  readonly data: Uint8Array;
}

/**
 * A frame without wake bytes: `68 T A0..A6 C L data CS 16`, CS = sum of all before it, mod 256.
 * @throws CodecMisuse `codec/cjt188-frame` for an address that is not 14 digits, or too much data.
 * @see devices.md 6.3; CJ/T 188-2004, 5.2
 */
export function encodeCjt188(frame: Cjt188Frame): Uint8Array {
  const {type, address, control, data} = frame;
  if (!/^[0-9A-Fa-f]{14}$/.test(address)) {
    throw new CodecMisuse('codec/cjt188-frame', `not a meter address: "${address.slice(0, 20)}"`);
  }
  if (data.length > MOST_DATA_BYTES) {
    throw new CodecMisuse('codec/cjt188-frame', `${data.length} bytes of data are too many`);
  }
  const head = Uint8Array.of(CJT188_START, type & 0xff);
  const body = concatBytes(
    head,
    fromHex(address).reverse(),
    Uint8Array.of(control & 0xff, data.length),
    data,
  );
  return concatBytes(body, Uint8Array.of(checksum(body), CJT188_END));
}

/**
 * Find one frame at the start of received bytes. Discards: `wake` = FE bytes, `noise` = bytes before a
 * start or a start that no frame has, `crc` = a wrong checksum or end. A broken start takes only itself
 * along. Waits for at most 112 bytes. @see devices.md 6.3
 */
export function decodeCjt188(received: Uint8Array): Decoded<Cjt188Frame> {
  const [first] = received;
  if (first === undefined) return {kind: 'wait'};
  if (first === CJT188_WAKE) {
    const used = received.findIndex(byte => byte !== CJT188_WAKE);
    return {kind: 'discard', used: used < 0 ? received.length : used, why: 'wake'};
  }
  if (first !== CJT188_START) {
    const used = received.findIndex(byte => byte === CJT188_START || byte === CJT188_WAKE);
    return {kind: 'discard', used: used < 0 ? received.length : used, why: 'noise'};
  }
  const type = received[1];
  if (type !== undefined && (type < LEAST_TYPE || type > MOST_TYPE)) {
    return {kind: 'discard', used: 1, why: 'noise'};
  }
  const length = received[HEAD_BYTES - 1];
  if (type === undefined || length === undefined) return {kind: 'wait'};
  if (length > MOST_DATA_BYTES) return {kind: 'discard', used: 1, why: 'length'};
  const total = HEAD_BYTES + length + TAIL_BYTES;
  if (received.length < total) return {kind: 'wait'};
  const body = received.subarray(0, total - TAIL_BYTES);
  if (received[total - 2] !== checksum(body) || received[total - 1] !== CJT188_END) {
    return {kind: 'discard', used: 1, why: 'crc'};
  }
  const address = toHex(received.slice(2, 2 + ADDRESS_BYTES).reverse()).toUpperCase();
  const control = received[2 + ADDRESS_BYTES] ?? 0;
  return {
    kind: 'frame',
    frame: {type, address, control, data: received.slice(HEAD_BYTES, total - TAIL_BYTES)},
    used: total,
  };
}

function checksum(bytes: Uint8Array): number {
  return bytes.reduce((sum, byte) => (sum + byte) & 0xff, 0);
}
