import {concatBytes} from '../base/bytes.js';
import {CodecMisuse} from '../base/errors.js';
import type {Communication} from './commands.js';
import {decodeRecord, decodeRecords, encodeRecord, layoutBytes, type RecordOf} from './record.js';

const IDENTITY = [
  ['vendor', 3],
  ['model', 1],
  ['version', 1],
  ['serial', 4],
  ['firmwareMajor', 1],
  ['firmwareMinor', 1],
  ['firmwareBuild', 1],
] as const;

const CAPABILITY = [
  ['feature', 1],
  ['compliance', 1],
  ['items', 1],
] as const;

/** 1 = trouble. */
const LOCAL = [
  ['tamper', 1],
  ['power', 1],
] as const;

const RAW_HEADER = [
  ['reader', 1],
  ['format', 1],
  ['bits', 2],
] as const;

const COMMUNICATION = [
  ['address', 1],
  ['baudRate', 4],
] as const;

/** What a capability is about. @see devices.md 2.3 */
export const FEATURES = {
  inputs: 1,
  outputs: 2,
  cardFormat: 3,
  led: 4,
  buzzer: 5,
  text: 6,
  time: 7,
  checkCharacter: 8,
  security: 9,
  receiveSize: 0x0a,
  readers: 0x0e,
  version: 0x10,
} as const;

/** Why a reader refuses. @see devices.md 2.3 */
export const NAK = {
  check: 1,
  length: 2,
  unknown: 3,
  sequence: 4,
  securityRefused: 5,
  securityNeeded: 6,
  record: 9,
} as const;

export type Identity = RecordOf<typeof IDENTITY>;
export type Capability = RecordOf<typeof CAPABILITY>;
export type LocalStatus = RecordOf<typeof LOCAL>;

/** Bits of a card, left-aligned, most significant first. `format`: 0 raw, 1 parity, data, parity. */
export interface RawCard {
  readonly reader: number;
  readonly format: number;
  readonly bits: number;
  readonly data: Uint8Array;
}

/** A reply of a reader, in the clear. */
export type OsdpReply =
  | {readonly kind: 'ack' | 'busy'}
  | {readonly kind: 'nak'; readonly reason: number}
  | {readonly kind: 'pdid'; readonly identity: Identity}
  | {readonly kind: 'pdcap'; readonly capabilities: readonly Capability[]}
  | {readonly kind: 'lstatr'; readonly status: LocalStatus}
  /** One byte a point: 0 = inactive. `rstatr`, `assumed:` 0 normal, 1 not connected, 2 tampered with. */
  | {readonly kind: 'istatr' | 'ostatr' | 'rstatr'; readonly points: readonly number[]}
  | {readonly kind: 'raw'; readonly card: RawCard}
  /** `keys` as on the wire, see `keyOf`. */
  | {readonly kind: 'keypad'; readonly reader: number; readonly keys: readonly number[]}
  | {readonly kind: 'com'; readonly communication: Communication}
  | {
      readonly kind: 'ccrypt';
      /** 8 bytes that name the reader. */
      readonly client: Uint8Array;
      readonly random: Uint8Array;
      readonly cryptogram: Uint8Array;
    }
  | {readonly kind: 'rmacI'; readonly mac: Uint8Array}
  /** A code that this project has no use for. */
  | {readonly kind: 'other'; readonly code: number; readonly data: Uint8Array};

export type OsdpReplyKind = OsdpReply['kind'];

/** @see SIA OSDP 2.2, table of replies; devices.md 2.3 */
export const REPLY_CODES: Readonly<Record<Exclude<OsdpReplyKind, 'other'>, number>> = {
  ack: 0x40,
  nak: 0x41,
  pdid: 0x45,
  pdcap: 0x46,
  lstatr: 0x48,
  istatr: 0x49,
  ostatr: 0x4a,
  rstatr: 0x4b,
  raw: 0x50,
  keypad: 0x53,
  com: 0x54,
  ccrypt: 0x76,
  rmacI: 0x78,
  busy: 0x79,
};

const KINDS = new Map<number, keyof typeof REPLY_CODES>(
  Object.entries(REPLY_CODES).map(([kind, code]) => [code, kind as keyof typeof REPLY_CODES]),
);

const NONE = new Uint8Array(0);

/** Code and data of a reply. @throws CodecMisuse `codec/osdp` for what no reply can carry. @see devices.md 2.3 */
export function encodeReply(reply: OsdpReply): {readonly code: number; readonly data: Uint8Array} {
  if (reply.kind === 'other') return {code: reply.code, data: reply.data};
  return {code: REPLY_CODES[reply.kind], data: replyData(reply)};
}

function replyData(reply: Exclude<OsdpReply, {kind: 'other'}>): Uint8Array {
  switch (reply.kind) {
    case 'ack':
    case 'busy':
      return NONE;
    case 'nak':
      return Uint8Array.of(reply.reason);
    case 'pdid':
      return encodeRecord(IDENTITY, reply.identity);
    case 'pdcap':
      return concatBytes(...reply.capabilities.map(entry => encodeRecord(CAPABILITY, entry)));
    case 'lstatr':
      return encodeRecord(LOCAL, reply.status);
    case 'istatr':
    case 'ostatr':
    case 'rstatr':
      return Uint8Array.from(reply.points);
    case 'raw': {
      const {card} = reply;
      return concatBytes(
        encodeRecord(RAW_HEADER, card),
        sized(card.data, Math.ceil(card.bits / 8)),
      );
    }
    case 'keypad':
      return Uint8Array.of(reply.reader, reply.keys.length, ...reply.keys);
    case 'com':
      return encodeRecord(COMMUNICATION, reply.communication);
    case 'ccrypt':
      return concatBytes(
        sized(reply.client, 8),
        sized(reply.random, 8),
        sized(reply.cryptogram, 16),
      );
    case 'rmacI':
      return sized(reply.mac, 16);
  }
}

function sized(bytes: Uint8Array, length: number): Uint8Array {
  if (bytes.length === length) return bytes;
  throw new CodecMisuse('codec/osdp', `${length} bytes are due, not ${bytes.length}`);
}

/** Read a reply. `data`: in the clear. Undefined when its length does not fit its code. @see devices.md 2.3 */
export function decodeReply(code: number, data: Uint8Array): OsdpReply | undefined {
  const kind = KINDS.get(code);
  return kind ? readReply(kind, data) : {kind: 'other', code, data};
}

function readReply(kind: keyof typeof REPLY_CODES, data: Uint8Array): OsdpReply | undefined {
  const has = (length: number) => data.length === length;
  switch (kind) {
    case 'ack':
    case 'busy':
      return has(0) ? {kind} : undefined;
    case 'nak':
      // Some reasons bring details behind them.
      return data.length > 0 ? {kind, reason: data[0] ?? 0} : undefined;
    case 'pdid':
      if (!has(layoutBytes(IDENTITY))) return undefined;
      return {kind, identity: decodeRecord(IDENTITY, data)};
    case 'pdcap': {
      const capabilities = decodeRecords(CAPABILITY, data);
      return capabilities && {kind, capabilities};
    }
    case 'lstatr':
      return has(2) ? {kind, status: decodeRecord(LOCAL, data)} : undefined;
    case 'istatr':
    case 'ostatr':
    case 'rstatr':
      return {kind, points: [...data]};
    case 'raw': {
      if (data.length < 4) return undefined;
      const header = decodeRecord(RAW_HEADER, data);
      return has(4 + Math.ceil(header.bits / 8))
        ? {kind, card: {...header, data: data.slice(4)}}
        : undefined;
    }
    case 'keypad':
      if (data.length < 2 || !has(2 + (data[1] ?? 0))) return undefined;
      return {kind, reader: data[0] ?? 0, keys: [...data.subarray(2)]};
    case 'com':
      if (!has(layoutBytes(COMMUNICATION))) return undefined;
      return {kind, communication: decodeRecord(COMMUNICATION, data)};
    case 'ccrypt':
      if (!has(32)) return undefined;
      return {
        kind,
        client: data.slice(0, 8),
        random: data.slice(8, 16),
        cryptogram: data.slice(16),
      };
    case 'rmacI':
      return has(16) ? {kind, mac: data.slice()} : undefined;
  }
}
