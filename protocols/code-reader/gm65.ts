import {concatBytes, readUint16, uint16Bytes} from '../base/bytes.js';
import type {Decoded} from '../base/decode.js';
import {CodecMisuse} from '../base/errors.js';

/** Read zones, write zones, keep the zones through a power cut. @see devices.md 4.6 */
const GM65_READ = 0x07;
const GM65_WRITE = 0x08;
const GM65_SAVE = 0x09;

/** Anything else in the last two bytes of a command is a checksum. @see devices.md 4.6 */
const NO_CHECK = 0xabcd;
const COMMAND_HEAD = Uint8Array.of(0x7e, 0x00);
const REPLY_HEAD = Uint8Array.of(0x02, 0x00);
/** Head, type, length, zone address, checksum. */
const COMMAND_FRAME_BYTES = 8;
/** Head, status, length, checksum. */
const REPLY_FRAME_BYTES = 6;
/** A length of 0 stands for 256 in the maker's text; nothing here needs so much. `assumed:` refused. */
const LONGEST_DATA = 255;

/** A module's settings are bytes in numbered places ("zones"). */
export type Gm65Command =
  | {readonly kind: 'read'; readonly zone: number; readonly count: number}
  | {readonly kind: 'write'; readonly zone: number; readonly data: Uint8Array}
  | {readonly kind: 'save'};

export interface Gm65Reply {
  /** 0: done. */
  readonly status: number;
  /** The zones read; a single 0 after a write or save. */
  readonly data: Uint8Array;
}

/** CRC-16/XMODEM: polynomial 1021, initial 0, not reflected. @see devices.md 4.6 */
export function crc16Xmodem(bytes: Uint8Array): number {
  let crc = 0;
  for (const byte of bytes) {
    crc ^= byte << 8;
    for (let bit = 0; bit < 8; bit += 1) {
      crc = (crc & 0x8000) === 0 ? crc << 1 : (crc << 1) ^ 0x1021;
    }
    crc &= 0xffff;
  }
  return crc;
}

/**
 * The frame of a command: `7E 00`, type, length, zone address, data, checksum over type .. data, the
 * last three big-endian. `data` of several zones goes in as the module wants it (a baud rate is
 * little-endian).
 * @throws CodecMisuse `codec/scanner-zone` for a zone beyond 16 bits, no data or more than 255 bytes.
 * @see devices.md 4.6
 */
export function encodeGm65Command(command: Gm65Command): Uint8Array {
  switch (command.kind) {
    case 'read':
      return commandFrame(GM65_READ, command.zone, Uint8Array.of(command.count), 1);
    case 'write':
      return commandFrame(GM65_WRITE, command.zone, command.data, command.data.length);
    default:
      return commandFrame(GM65_SAVE, 0, Uint8Array.of(0), 1);
  }
}

function commandFrame(type: number, zone: number, data: Uint8Array, length: number): Uint8Array {
  if (zone < 0 || zone > 0xffff || length < 1 || length > LONGEST_DATA) {
    throw new CodecMisuse('codec/scanner-zone', `no zone ${zone} with ${length} bytes`, {
      zone,
      length,
    });
  }
  return checked(COMMAND_HEAD, concatBytes(Uint8Array.of(type, length), uint16Bytes(zone), data));
}

/**
 * Find one command at the start of what a module received. Discards: `noise` = no head; `crc` = a wrong
 * checksum; `foreign` = a type that is none of the three. Waits for at most 262 bytes.
 * @see devices.md 4.6
 */
export function decodeGm65Command(received: Uint8Array): Decoded<Gm65Command> {
  const noise = beforeHead(received, COMMAND_HEAD);
  if (noise > 0) return {kind: 'discard', used: noise, why: 'noise'};
  const length = received[3];
  if (length === undefined) return {kind: 'wait'};
  if (length === 0) return {kind: 'discard', used: 1, why: 'length'};
  const used = COMMAND_FRAME_BYTES + length;
  if (received.length < used) return {kind: 'wait'};
  const body = received.subarray(2, used - 2);
  const check = readUint16(received, used - 2);
  if (check !== NO_CHECK && check !== crc16Xmodem(body)) {
    return {kind: 'discard', used: 1, why: 'crc'};
  }
  const frame = commandOf(body);
  return frame ? {kind: 'frame', frame, used} : {kind: 'discard', used: 1, why: 'foreign'};
}

function commandOf(body: Uint8Array): Gm65Command | undefined {
  const [type, , , , first = 0] = body;
  const zone = readUint16(body, 2);
  if (type === GM65_READ) return {kind: 'read', zone, count: first};
  if (type === GM65_WRITE) return {kind: 'write', zone, data: body.slice(4)};
  return type === GM65_SAVE ? {kind: 'save'} : undefined;
}

/**
 * The frame of a reply: `02 00`, status, length, data, checksum over status .. data.
 * @throws CodecMisuse `codec/scanner-zone` for no data or more than 255 bytes.
 * @see devices.md 4.6
 */
export function encodeGm65Reply({status, data}: Gm65Reply): Uint8Array {
  if (data.length < 1 || data.length > LONGEST_DATA) {
    throw new CodecMisuse('codec/scanner-zone', `no reply has ${data.length} bytes`);
  }
  return checked(REPLY_HEAD, concatBytes(Uint8Array.of(status, data.length), data));
}

/**
 * Find one reply at the start of a module's stream. The module sends the codes that it reads in the same
 * stream, so bytes of a discard may be part of a code: the caller passes them on. `noise` = no head,
 * `length` = a head with no data, `crc` = a wrong checksum. Waits for at most 260 bytes.
 * @see devices.md 4.6
 */
export function decodeGm65Reply(received: Uint8Array): Decoded<Gm65Reply> {
  const noise = beforeHead(received, REPLY_HEAD);
  if (noise > 0) return {kind: 'discard', used: noise, why: 'noise'};
  const [, , status, length] = received;
  if (status === undefined || length === undefined) return {kind: 'wait'};
  if (length === 0) return {kind: 'discard', used: 1, why: 'length'};
  const used = REPLY_FRAME_BYTES + length;
  if (received.length < used) return {kind: 'wait'};
  const body = received.subarray(2, used - 2);
  if (readUint16(received, used - 2) !== crc16Xmodem(body)) {
    return {kind: 'discard', used: 1, why: 'crc'};
  }
  return {kind: 'frame', frame: {status, data: body.slice(2)}, used};
}

function checked(head: Uint8Array, body: Uint8Array): Uint8Array {
  return concatBytes(head, body, uint16Bytes(crc16Xmodem(body)));
}

/** How many bytes stand before the first place where a frame may begin. */
function beforeHead(received: Uint8Array, [first = 0, second = 0]: Uint8Array): number {
  for (let at = 0; at < received.length; at += 1) {
    if (received[at] !== first) continue;
    if (at + 1 === received.length || received[at + 1] === second) return at;
  }
  return received.length;
}
