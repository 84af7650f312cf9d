import {concatBytes} from '../base/bytes.js';
import type {Decoded} from '../base/decode.js';
import {CodecMisuse} from '../base/errors.js';

const V = 0x56;
const Z = 0x5a;
const HEADER_BYTES = 8;

/** Types of packets. @see device notes 5.1, S27 */
export const VZ_TYPES = ['json', 'heartbeat', 'binary'] as const;
export type VzType = (typeof VZ_TYPES)[number];

/** Longest packet taken: a result without pictures has 2 kB. Pictures are never asked for. */
export const VZ_LONGEST_BODY_BYTES = 65_536;

export interface VzPacket {
  readonly type: VzType;
  /** Number of the packet, 0..255; an answer repeats that of its command. */
  readonly serial: number;
  readonly body: Uint8Array;
}

/**
 * A packet of a VZ camera on TCP 8131: `VZ`, type, number, length high byte first, body.
 * @throws CodecMisuse `codec/vz-packet` when the number or the body do not fit.
 * @see device notes 5.1, S27
 */
export function encodeVzPacket({type, serial, body}: VzPacket): Uint8Array {
  const fits = Number.isInteger(serial) && serial >= 0 && serial <= 0xff;
  if (!fits || body.length > VZ_LONGEST_BODY_BYTES) {
    throw new CodecMisuse('codec/vz-packet', `no VZ packet: ${serial}, ${body.length} bytes`);
  }
  const header = new Uint8Array(HEADER_BYTES);
  header.set([V, Z, VZ_TYPES.indexOf(type), serial]);
  new DataView(header.buffer).setUint32(4, body.length);
  return concatBytes(header, body);
}

/**
 * Find one packet at the start of a stream. Discards: `noise` = no header, `length` = a body longer
 * than 65,536 bytes or a heartbeat with one. There is no checksum. Waits for at most 65,543 bytes.
 * @see device notes 5.1, S27
 */
export function decodeVzPacket(received: Uint8Array): Decoded<VzPacket> {
  if (received.length === 0) return {kind: 'wait'};
  const start = received.indexOf(V);
  if (start !== 0) {
    return {kind: 'discard', used: start < 0 ? received.length : start, why: 'noise'};
  }
  const [, second, typeNo, serial = 0] = received;
  const type = typeNo === undefined ? undefined : VZ_TYPES[typeNo];
  const isStrange = (second ?? Z) !== Z || (typeNo !== undefined && type === undefined);
  if (isStrange) return {kind: 'discard', used: 1, why: 'noise'};
  if (received.length < HEADER_BYTES || type === undefined) return {kind: 'wait'};
  const length = new DataView(received.buffer, received.byteOffset).getUint32(4);
  if (length > VZ_LONGEST_BODY_BYTES || (type === 'heartbeat' && length > 0)) {
    return {kind: 'discard', used: 1, why: 'length'};
  }
  const used = HEADER_BYTES + length;
  if (received.length < used) return {kind: 'wait'};
  return {kind: 'frame', frame: {type, serial, body: received.slice(HEADER_BYTES, used)}, used};
}
