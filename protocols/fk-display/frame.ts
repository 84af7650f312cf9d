import {concatBytes} from '../base/bytes.js';
import type {Decoded} from '../base/decode.js';
import {CodecMisuse} from '../base/errors.js';
import {crc16, endsWithCrc16} from '../modbus/crc16.js';

/** Protocol version 100: the length is one byte. */
const VERSION = 0x64;
const HEADER_BYTES = 6;
const CRC_BYTES = 2;
const LONGEST_DATA_BYTES = 255;

/** Bytes of a frame around its data. */
export const FK_FRAME_OVERHEAD_BYTES = HEADER_BYTES + CRC_BYTES;

export interface FkFrame {
  /** 0..255; 0 as delivered. */
  readonly address: number;
  readonly command: number;
  /** At most 255 bytes. */
  readonly data: Uint8Array;
}

/**
 * A frame of an FK display with voice: address, version, `FFFF` (the only packet), command, length,
 * data, CRC-16/Modbus low byte first. Request and reply look the same.
 * @throws CodecMisuse `codec/display` when the address, the command or the data do not fit.
 * @see FK display protocol V2.0 (2020-12-10), 2.1 and 2.2
 */
export function encodeFkFrame({address, command, data}: FkFrame): Uint8Array {
  if (!isByte(address) || !isByte(command) || data.length > LONGEST_DATA_BYTES) {
    const text = `no FK frame: address ${address}, command ${command}, ${data.length} bytes`;
    throw new CodecMisuse('codec/display', text);
  }
  const body = concatBytes(Uint8Array.of(address, VERSION, 0xff, 0xff, command, data.length), data);
  const crc = crc16(body);
  return concatBytes(body, Uint8Array.of(crc & 0xff, crc >> 8));
}

/**
 * Find one frame at the start of a stream. Discards: `noise` = no header, `length` = longer than
 * `longestDataBytes`, `crc`. Waits for at most 8 + `longestDataBytes` bytes.
 * @see FK display protocol V2.0, 2.1
 */
export function decodeFkFrame(
  received: Uint8Array,
  longestDataBytes = LONGEST_DATA_BYTES,
): Decoded<FkFrame> {
  const [address, version, packetHigh, packetLow, command, length] = received;
  const fits = (byte: number | undefined, wanted: number) => byte === undefined || byte === wanted;
  if (!fits(version, VERSION) || !fits(packetHigh, 0xff) || !fits(packetLow, 0xff)) {
    return {kind: 'discard', used: 1, why: 'noise'};
  }
  if (address === undefined || command === undefined || length === undefined) return {kind: 'wait'};
  if (length > longestDataBytes) return {kind: 'discard', used: 1, why: 'length'};
  const used = FK_FRAME_OVERHEAD_BYTES + length;
  if (received.length < used) return {kind: 'wait'};
  if (!endsWithCrc16(received, 0, used)) return {kind: 'discard', used: 1, why: 'crc'};
  const data = received.slice(HEADER_BYTES, HEADER_BYTES + length);
  return {kind: 'frame', frame: {address, command, data}, used};
}

function isByte(value: number): boolean {
  return Number.isInteger(value) && value >= 0 && value <= 0xff;
}
