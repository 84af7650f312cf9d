import {concatBytes, readUint16, uint16Bytes} from '../base/bytes.js';
import type {Decoded} from '../base/decode.js';
import {CodecMisuse} from '../base/errors.js';
import {crc16, endsWithCrc16} from '../modbus/crc16.js';
import {decodeGbk, encodeGbk} from '../text/gbk.js';

const START_HIGH = 0x5a;
const START_LOW = 0xa5;
const HEADER_BYTES = 3;
const WRITE = 0x82;
const READ = 0x83;
/** `OK`, where a write has its address: nobody keeps a variable there. */
const ACK = 0x4f4b;
const LONGEST_LENGTH = 255;
/** Variable that switches pages: `5A01`, then the page. @see DWIN T5L DGUS II guide, 0084 PIC_Set */
const PAGE_ADDRESS = 0x0084;
const PAGE_SWITCH = 0x5a01;
const TEXT_END = 0xff;

/** Address and words as on the wire, high byte first. */
export type DwinFrame =
  | {readonly kind: 'write'; readonly address: number; readonly words: readonly number[]}
  | {readonly kind: 'ack'}
  | {readonly kind: 'read'; readonly address: number; readonly quantity: number}
  /** The answer to a read, and what a touched panel sends by itself. */
  | {readonly kind: 'values'; readonly address: number; readonly words: readonly number[]};

/**
 * A frame of a DWIN DGUS II panel: `5AA5`, length of all that follows, command, variable, data. With
 * `hasCrc` a CRC-16/Modbus over command to data follows, low byte first; it is a switch in the panel's
 * configuration.
 * @throws CodecMisuse `codec/display` when an address, a word or the length do not fit.
 * @see DWIN T5L DGUS II application development guide, serial commands 82 and 83
 */
export function encodeDwinFrame(frame: DwinFrame, hasCrc = false): Uint8Array {
  const body = encodeBody(frame);
  const crc = crc16(body);
  const tail = hasCrc ? Uint8Array.of(crc & 0xff, crc >> 8) : new Uint8Array(0);
  const length = body.length + tail.length;
  if (length > LONGEST_LENGTH) {
    throw new CodecMisuse('codec/display', `a DWIN frame carries no ${length} bytes`);
  }
  return concatBytes(Uint8Array.of(START_HIGH, START_LOW, length), body, tail);
}

function encodeBody(frame: DwinFrame): Uint8Array {
  switch (frame.kind) {
    case 'ack':
      return concatBytes(Uint8Array.of(WRITE), uint16Bytes(ACK));
    case 'write':
      if (frame.words.length === 0) throw new CodecMisuse('codec/display', 'a write of no words');
      return concatBytes(Uint8Array.of(WRITE), ...[frame.address, ...frame.words].map(word));
    case 'read':
      return concatBytes(Uint8Array.of(READ), word(frame.address), Uint8Array.of(frame.quantity));
    case 'values': {
      const {address, words} = frame;
      const head = concatBytes(Uint8Array.of(READ), word(address), Uint8Array.of(words.length));
      return concatBytes(head, ...words.map(word));
    }
  }
}

function word(value: number): Uint8Array {
  if (!Number.isInteger(value) || value < 0 || value > 0xffff) {
    throw new CodecMisuse('codec/display', `not a word of a DWIN panel: ${value}`);
  }
  return uint16Bytes(value);
}

/**
 * Find one frame at the start of a stream. Discards: `noise` = no start, `length` = a length that no
 * frame has, `crc`, `foreign` = another command. Waits for at most 258 bytes.
 * @see DWIN T5L DGUS II application development guide, serial commands 82 and 83
 */
export function decodeDwinFrame(received: Uint8Array, hasCrc = false): Decoded<DwinFrame> {
  const start = received.indexOf(START_HIGH);
  if (start !== 0) {
    if (received.length === 0) return {kind: 'wait'};
    return {kind: 'discard', used: start < 0 ? received.length : start, why: 'noise'};
  }
  if (received.length > 1 && received[1] !== START_LOW) {
    return {kind: 'discard', used: 1, why: 'noise'};
  }
  const length = received[2];
  if (length === undefined) return {kind: 'wait'};
  const bodyBytes = length - (hasCrc ? 2 : 0);
  if (bodyBytes < 3) return {kind: 'discard', used: 1, why: 'length'};
  const used = HEADER_BYTES + length;
  if (received.length < used) return {kind: 'wait'};
  if (hasCrc && !endsWithCrc16(received, HEADER_BYTES, used)) {
    return {kind: 'discard', used: 1, why: 'crc'};
  }
  const frame = decodeBody(received.slice(HEADER_BYTES, HEADER_BYTES + bodyBytes));
  if (typeof frame === 'string') return {kind: 'discard', used: 1, why: frame};
  return {kind: 'frame', frame, used};
}

function decodeBody(body: Uint8Array): DwinFrame | 'length' | 'foreign' {
  const [command] = body;
  const address = readUint16(body, 1);
  if (command === WRITE) {
    if (body.length === 3) return address === ACK ? {kind: 'ack'} : 'length';
    if (body.length % 2 === 0) return 'length';
    return {kind: 'write', address, words: wordsOf(body.subarray(3))};
  }
  if (command !== READ) return 'foreign';
  const quantity = body[3];
  if (quantity === undefined) return 'length';
  if (body.length === 4) return {kind: 'read', address, quantity};
  if (body.length !== 4 + 2 * quantity) return 'length';
  return {kind: 'values', address, words: wordsOf(body.subarray(4))};
}

function wordsOf(bytes: Uint8Array): readonly number[] {
  return Array.from({length: bytes.length / 2}, (_, index) => readUint16(bytes, 2 * index));
}

/** The write that shows another page. @see DWIN T5L DGUS II guide, variable 0084 */
export function dwinPage(page: number): DwinFrame {
  return {kind: 'write', address: PAGE_ADDRESS, words: [PAGE_SWITCH, page]};
}

/** The page that a write switches to; undefined when it does something else. */
export function pageOf(frame: DwinFrame): number | undefined {
  if (frame.kind !== 'write' || frame.address !== PAGE_ADDRESS) return undefined;
  const [order, page] = frame.words;
  return order === PAGE_SWITCH ? page : undefined;
}

/**
 * Text for a text variable: GBK, at most `longestBytes`, ended by `FFFF` so that what stood there
 * before does not show behind it.
 * @see DWIN T5L DGUS II application development guide, text display
 */
export function dwinText(address: number, text: string, longestBytes: number): DwinFrame {
  const bytes = encodeGbk(text, longestBytes);
  const fill = bytes.length % 2 === 0 ? [TEXT_END, TEXT_END] : [TEXT_END, TEXT_END, TEXT_END];
  return {kind: 'write', address, words: wordsOf(concatBytes(bytes, Uint8Array.from(fill)))};
}

/** Text as a panel shows it: up to the first `FF`. Undefined when it is no GBK. */
export function readDwinText(words: readonly number[]): string | undefined {
  const bytes = concatBytes(...words.map(uint16Bytes));
  const end = bytes.indexOf(TEXT_END);
  return decodeGbk(end < 0 ? bytes : bytes.subarray(0, end));
}
