import {concatBytes} from '../base/bytes.js';
import type {Decoded} from '../base/decode.js';
import {CodecMisuse} from '../base/errors.js';
import {osdpChecksum, osdpCrc16} from './check.js';

/*
 * A frame: [FF] 53 ADDR LENlo LENhi CTRL [SCB: length, type, data..] CODE DATA.. [MAC 4] CHECK.
 * LEN counts from 53 to the end of CHECK. CTRL: bits 0-1 sequence, bit 2 CRC, bit 3 security block.
 */
const MARK = 0xff;
const START = 0x53;
const REPLY_BIT = 0x80;
const CRC_BIT = 0x04;
const SECURITY_BIT = 0x08;
const RESERVED_BITS = 0xf0;
const HEADER_BYTES = 5;
const MAC_BYTES = 4;
/** Longest frame of the standard. */
const OSDP_LONGEST_FRAME_BYTES = 1440;
/** Everybody answers to it: for lines with a single reader only. */
export const OSDP_BROADCAST = 0x7f;

/** Types of the security block; 15..18 go with a MAC. @see devices.md 2.4, 2.5 */
export const SECURITY_TYPE = {
  challenge: 0x11,
  clientCryptogram: 0x12,
  serverCryptogram: 0x13,
  initialMac: 0x14,
  command: 0x15,
  reply: 0x16,
  commandWithData: 0x17,
  replyWithData: 0x18,
} as const;

export interface SecurityBlock {
  readonly type: number;
  readonly data: Uint8Array;
}

/** What an encoder is told of a frame. */
export interface OsdpFrameParts {
  /** 0..7E, 7F = everybody. */
  readonly address: number;
  readonly direction: 'command' | 'reply';
  /** 0..3. */
  readonly sequence: number;
  readonly check: 'crc' | 'sum';
  readonly security?: SecurityBlock | undefined;
  readonly code: number;
  /** As on the wire: encrypted where the security block says so. */
  readonly data: Uint8Array;
}

export interface OsdpFrame extends OsdpFrameParts {
  /** First four bytes of the MAC, where the security block asks for one. */
  readonly mac: Uint8Array | undefined;
  /** All bytes that the MAC covers, from the start byte. */
  readonly signed: Uint8Array;
}

function hasMac(security: SecurityBlock | undefined): boolean {
  const {command, replyWithData} = SECURITY_TYPE;
  return security !== undefined && security.type >= command && security.type <= replyWithData;
}

/**
 * The frame as it goes on the wire, without the mark. `sign` gives the 4 bytes of MAC over what it is
 * handed; it is called for security blocks 15..18 only.
 * @throws CodecMisuse `codec/osdp` for a part out of its limits or a missing `sign`.
 * @see SIA OSDP 2.2, 5.9; devices.md 2.1
 */
export function encodeOsdpFrame(
  parts: OsdpFrameParts,
  sign?: (signed: Uint8Array) => Uint8Array,
): Uint8Array {
  const {address, direction, sequence, check, security, code, data} = parts;
  if (address < 0 || address > OSDP_BROADCAST || sequence < 0 || sequence > 3) {
    throw new CodecMisuse('codec/osdp', `no frame for address ${address}, sequence ${sequence}`);
  }
  const block = security
    ? concatBytes(Uint8Array.of(security.data.length + 2, security.type), security.data)
    : new Uint8Array(0);
  const body = concatBytes(block, Uint8Array.of(code), data);
  const tailBytes = (hasMac(security) ? MAC_BYTES : 0) + (check === 'crc' ? 2 : 1);
  const length = HEADER_BYTES + body.length + tailBytes;
  if (length > OSDP_LONGEST_FRAME_BYTES) {
    throw new CodecMisuse('codec/osdp', `a frame of ${length} bytes is too long`);
  }
  const control = sequence | (check === 'crc' ? CRC_BIT : 0) | (security ? SECURITY_BIT : 0);
  const to = direction === 'reply' ? address | REPLY_BIT : address;
  const header = Uint8Array.of(START, to, length & 0xff, length >> 8, control);
  let bytes = concatBytes(header, body);
  if (hasMac(security)) {
    if (!sign) throw new CodecMisuse('codec/osdp', 'a secured frame needs a MAC');
    bytes = concatBytes(bytes, sign(bytes).subarray(0, MAC_BYTES));
  }
  if (check === 'sum') return concatBytes(bytes, Uint8Array.of(osdpChecksum(bytes)));
  const crc = osdpCrc16(bytes);
  return concatBytes(bytes, Uint8Array.of(crc & 0xff, crc >> 8));
}

/** Put the mark before a frame: it wakes receivers up, and none counts it. */
export function withMark(frame: Uint8Array): Uint8Array {
  return concatBytes(Uint8Array.of(MARK), frame);
}

/**
 * Find one frame, of either direction, at the start of received bytes. A mark directly before it
 * belongs to it. Discards: `noise` = bytes before a start, or a start that none can be; `length` = an
 * impossible length; `crc` = a check that does not fit. After a failure only the start byte goes, so
 * that a frame inside the bytes already taken is found; a start in noise whose length promises more
 * than came does not hold up a whole sound frame behind it either. Waits for at most 1440 bytes.
 * @see SIA OSDP 2.2, 5.9; devices.md 2.1
 */
export function decodeOsdpFrame(received: Uint8Array): Decoded<OsdpFrame> {
  const start = received.indexOf(START);
  if (start < 0) {
    const keep = received.at(-1) === MARK ? 1 : 0;
    const used = received.length - keep;
    return used > 0 ? {kind: 'discard', used, why: 'noise'} : {kind: 'wait'};
  }
  const lead = start > 0 && received[start - 1] === MARK ? 1 : 0;
  if (start > lead) return {kind: 'discard', used: start - lead, why: 'noise'};
  const decoded = decodeAt(received, start);
  if (decoded !== 'wait') return decoded;
  for (let at = received.indexOf(START, start + 1); at > 0; at = received.indexOf(START, at + 1)) {
    const inner = decodeAt(received, at);
    if (inner !== 'wait' && inner.kind === 'frame') {
      return {kind: 'discard', used: at, why: 'length'};
    }
  }
  return {kind: 'wait'};
}

function decodeAt(received: Uint8Array, start: number): 'wait' | Decoded<OsdpFrame> {
  const drop = (why: string): Decoded<OsdpFrame> => ({kind: 'discard', used: start + 1, why});
  const bytes = received.subarray(start);
  if (bytes.length < HEADER_BYTES) return 'wait';
  const control = bytes[4] ?? 0;
  if ((control & RESERVED_BITS) !== 0) return drop('noise');
  const length = (bytes[2] ?? 0) | ((bytes[3] ?? 0) << 8);
  const checkBytes = control & CRC_BIT ? 2 : 1;
  if (length < HEADER_BYTES + 1 + checkBytes || length > OSDP_LONGEST_FRAME_BYTES) {
    return drop('length');
  }
  if (bytes.length < length) return 'wait';
  const end = length - checkBytes;
  const covered = bytes.subarray(0, end);
  const found = checkBytes === 2 ? (bytes[end] ?? 0) | ((bytes[end + 1] ?? 0) << 8) : bytes[end];
  const due = checkBytes === 2 ? osdpCrc16(covered) : osdpChecksum(covered);
  if (found !== due) return drop('crc');
  const frame = parse(covered, control);
  return frame ? {kind: 'frame', frame, used: start + length} : drop('length');
}

/** `covered`: everything but the check. Undefined: the security block does not fit into it. */
function parse(covered: Uint8Array, control: number): OsdpFrame | undefined {
  let at = HEADER_BYTES;
  let security: SecurityBlock | undefined;
  if (control & SECURITY_BIT) {
    const blockBytes = covered[at] ?? 0;
    if (blockBytes < 2 || at + blockBytes >= covered.length) return undefined;
    security = {type: covered[at + 1] ?? 0, data: covered.slice(at + 2, at + blockBytes)};
    at += blockBytes;
  }
  const signedEnd = covered.length - (hasMac(security) ? MAC_BYTES : 0);
  if (signedEnd <= at) return undefined;
  const to = covered[1] ?? 0;
  return {
    address: to & OSDP_BROADCAST,
    direction: to & REPLY_BIT ? 'reply' : 'command',
    sequence: control & 3,
    check: control & CRC_BIT ? 'crc' : 'sum',
    security,
    code: covered[at] ?? 0,
    data: covered.slice(at + 1, signedEnd),
    mac: hasMac(security) ? covered.slice(signedEnd) : undefined,
    signed: covered.slice(0, signedEnd),
  };
}
