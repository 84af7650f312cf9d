import {concatBytes, uint16Bytes} from '../base/bytes.js';
import type {Decoded} from '../base/decode.js';
import {CodecMisuse} from '../base/errors.js';

/** What a packet is. @see ZFM-20 manual, 5.2 data package format */
export const PACKET_KIND = {command: 0x01, data: 0x02, ack: 0x07, lastData: 0x08} as const;
export type PacketKind = keyof typeof PACKET_KIND;

/** Address of a sensor that nobody has given another. */
export const DEFAULT_ADDRESS = 0xffffffff;

const HEADER = [0xef, 0x01] as const;
const ADDRESS_AT = 2;
const KIND_AT = 6;
const LENGTH_AT = 7;
const PAYLOAD_AT = 9;
const SUM_BYTES = 2;
/** Largest packet content that a sensor can be set to. */
const MAX_PAYLOAD_BYTES = 256;

/** Bytes of a packet around its payload. */
export const PACKET_OVERHEAD_BYTES = PAYLOAD_AT + SUM_BYTES;

export interface FingerprintPacket {
  /** 32 bits. */
  readonly address: number;
  readonly kind: PacketKind;
  /** Of a command the instruction and its parameters; of an ack the confirmation code and its values. */
  readonly payload: Uint8Array;
}

const KINDS = new Map(Object.entries(PACKET_KIND).map(([kind, code]) => [code as number, kind]));

/**
 * `EF01 address4 kind length2 payload sum2`, most significant byte first; the length counts payload and
 * sum, the sum adds kind, length and payload modulo 65536.
 * @throws CodecMisuse `codec/fingerprint` for a payload of 0 or more than 256 bytes.
 * @see device notes 4.8; ZFM-20 manual, 5.2
 */
export function encodePacket({address, kind, payload}: FingerprintPacket): Uint8Array {
  if (payload.length === 0 || payload.length > MAX_PAYLOAD_BYTES) {
    throw new CodecMisuse('codec/fingerprint', 'a packet carries 1 to 256 bytes', {
      bytes: payload.length,
    });
  }
  const summed = concatBytes(
    Uint8Array.of(PACKET_KIND[kind]),
    uint16Bytes(payload.length + SUM_BYTES),
    payload,
  );
  const place = concatBytes(uint16Bytes(address >>> 16), uint16Bytes(address & 0xffff));
  return concatBytes(Uint8Array.from(HEADER), place, summed, uint16Bytes(sumOf(summed)));
}

/**
 * Find one packet at the start of what came. Discards: `noise` = bytes before a header, such as the 55
 * of a sensor that has started; `length` = a kind or length that no packet has; `crc` = a wrong sum.
 * Waits for at most 267 bytes.
 * @see device notes 4.8
 */
export function decodePacket(received: Uint8Array): Decoded<FingerprintPacket> {
  const start = startOf(received);
  if (start > 0) return {kind: 'discard', used: start, why: 'noise'};
  if (received.length < PAYLOAD_AT) return {kind: 'wait'};
  const view = new DataView(received.buffer, received.byteOffset, received.byteLength);
  const kind = KINDS.get(received[KIND_AT] ?? 0);
  const length = view.getUint16(LENGTH_AT);
  const isLength = length > SUM_BYTES && length <= MAX_PAYLOAD_BYTES + SUM_BYTES;
  if (kind === undefined || !isLength) return {kind: 'discard', used: 1, why: 'length'};
  const used = PAYLOAD_AT + length;
  if (received.length < used) return {kind: 'wait'};
  const sumAt = used - SUM_BYTES;
  if (sumOf(received.subarray(KIND_AT, sumAt)) !== view.getUint16(sumAt)) {
    return {kind: 'discard', used: 1, why: 'crc'};
  }
  const frame: FingerprintPacket = {
    address: view.getUint32(ADDRESS_AT),
    kind: kind as PacketKind,
    payload: received.slice(PAYLOAD_AT, sumAt),
  };
  return {kind: 'frame', frame, used};
}

/** Where a header stands, or may begin with the last byte; the length when there is none. */
function startOf(received: Uint8Array): number {
  for (let at = 0; at < received.length; at += 1) {
    const next = received[at + 1];
    if (received[at] === HEADER[0] && (next === undefined || next === HEADER[1])) return at;
  }
  return received.length;
}

function sumOf(bytes: Uint8Array): number {
  return bytes.reduce((sum, byte) => sum + byte, 0) & 0xffff;
}
