import {concatBytes, readUint16, uint16Bytes} from '../base/bytes.js';
import type {Decoded} from '../base/decode.js';
import {CodecMisuse} from '../base/errors.js';
import {crc16} from '../modbus/crc16.js';
import {decodeGbk, encodeGbk} from '../text/gbk.js';

const START_HIGH = 0xaa;
const START_LOW = 0x55;
const END = 0xaf;
const HEADER_BYTES = 8;
const TAIL_BYTES = 3;
/** `assumed:` no paper names a limit; a line of text needs far less. */
const LONGEST_DATA_BYTES = 255;
const LINE_HEADER_BYTES = 4;

/** Address as delivered. @see device notes 5.2 */
export const AA55_ADDRESS = 0x64;

/** @see device notes 5.2, S31 */
export const AA55_COMMAND = {speak: 0x22, lineText: 0x27} as const;

export const AA55_COLOUR = {red: 1, green: 2, yellow: 3} as const;
export type Aa55Colour = (typeof AA55_COLOUR)[keyof typeof AA55_COLOUR];

export interface Aa55Frame {
  /** Running number, 0..255. */
  readonly serial: number;
  readonly address: number;
  readonly command: number;
  readonly data: Uint8Array;
}

export interface Aa55Line {
  /** 1 = the uppermost .. 4. */
  readonly line: number;
  readonly colour: number;
  readonly text: string;
}

/**
 * A frame of an AA55 display: `AA55`, running number, address, `00`, command, length, data, CRC, `AF`.
 * Length and CRC go high byte first; the CRC is CRC-16/Modbus over the running number to the data and
 * over the two zeros that stand in its own place.
 * @throws CodecMisuse `codec/display` when a field does not fit.
 * @see device notes 5.2, S31
 */
export function encodeAa55Frame({serial, address, command, data}: Aa55Frame): Uint8Array {
  const isByte = (value: number) => Number.isInteger(value) && value >= 0 && value <= 0xff;
  if (![serial, address, command].every(isByte) || data.length > LONGEST_DATA_BYTES) {
    const text = `no AA55 frame: ${serial} to ${address}, command ${command}, ${data.length} bytes`;
    throw new CodecMisuse('codec/display', text);
  }
  const head = Uint8Array.of(serial, address, 0, command);
  const body = concatBytes(head, uint16Bytes(data.length), data);
  const crc = uint16Bytes(checksum(body));
  return concatBytes(Uint8Array.of(START_HIGH, START_LOW), body, crc, Uint8Array.of(END));
}

/**
 * Find one frame at the start of a stream. Discards: `noise` = no start, `length` = a length beyond
 * 255 or a frame without its end, `crc`. Waits for at most 266 bytes.
 * @see device notes 5.2, S31
 */
export function decodeAa55Frame(received: Uint8Array): Decoded<Aa55Frame> {
  const start = received.indexOf(START_HIGH);
  if (start !== 0) {
    if (received.length === 0) return {kind: 'wait'};
    return {kind: 'discard', used: start < 0 ? received.length : start, why: 'noise'};
  }
  if (received.length > 1 && received[1] !== START_LOW) {
    return {kind: 'discard', used: 1, why: 'noise'};
  }
  if (received.length < HEADER_BYTES) return {kind: 'wait'};
  const length = readUint16(received, HEADER_BYTES - 2);
  if (length > LONGEST_DATA_BYTES) return {kind: 'discard', used: 1, why: 'length'};
  const end = HEADER_BYTES + length;
  const used = end + TAIL_BYTES;
  if (received.length < used) return {kind: 'wait'};
  if (received[used - 1] !== END) return {kind: 'discard', used: 1, why: 'length'};
  if (readUint16(received, end) !== checksum(received.subarray(2, end))) {
    return {kind: 'discard', used: 1, why: 'crc'};
  }
  const [, , serial = 0, address = 0, , command = 0] = received;
  const data = received.slice(HEADER_BYTES, end);
  return {kind: 'frame', frame: {serial, address, command, data}, used};
}

function checksum(body: Uint8Array): number {
  return crc16(concatBytes(body, Uint8Array.of(0, 0)));
}

/** Data of command 22: words to say once, cut after 255 bytes of GBK. @see device notes 5.2 */
export function encodeAa55Speech(text: string): Uint8Array {
  return encodeGbk(text, LONGEST_DATA_BYTES);
}

/**
 * Data of command 27: a line of text that stays until the next one (0 seconds). What is longer than
 * 251 bytes of GBK is cut; an empty line is one blank, for no text at all might mean "no change".
 * @throws CodecMisuse `codec/display` when the line is not 1..4.
 * @see device notes 5.2, S31
 */
export function encodeAa55Line({line, colour, text}: Aa55Line): Uint8Array {
  if (!Number.isInteger(line) || line < 1 || line > 4) {
    throw new CodecMisuse('codec/display', `an AA55 display has lines 1 to 4, not ${line}`);
  }
  const words = encodeGbk(text === '' ? ' ' : text, LONGEST_DATA_BYTES - LINE_HEADER_BYTES);
  return concatBytes(Uint8Array.of(line, 0, colour, 0), words);
}

/** A line of text back from the data of command 27; undefined when it is none. */
export function decodeAa55Line(data: Uint8Array): Aa55Line | undefined {
  const [line, , colour] = data;
  if (line === undefined || colour === undefined || data.length < LINE_HEADER_BYTES)
    return undefined;
  const text = decodeGbk(data.subarray(LINE_HEADER_BYTES));
  return text === undefined ? undefined : {line, colour, text};
}
