import {concatBytes, fromHex, toHex} from '../base/bytes.js';
import {asId, type CardUid} from '../site/ids.js';
import {REASONS, type Reason} from '../site/reasons.js';
import {
  type Fields,
  field,
  readByte,
  readFields,
  readText,
  readUint32,
  textBytes,
  uint32Bytes,
} from './fields.js';

/*
 * What a gateway says to a smart collector, inside sealed frames, built like the messages up.
 * `assumed:` ours, for requirements P13 to P22.
 */

export type DownMessage =
  /** What became of a request. `reason`: none for `allow`, or one that this version does not know. */
  | {
      readonly kind: 'answer';
      readonly requestNo: number;
      readonly verdict: 'allow' | 'redirect' | 'deny';
      readonly reason: Reason | undefined;
    }
  /** A line longer than 96 bytes of UTF-8 is cut between two characters. */
  | {
      readonly kind: 'screen';
      readonly tone: 'neutral' | 'good' | 'bad' | 'call';
      readonly lines: readonly [string, string];
    }
  /** Sounder and lamp, until set again. */
  | {readonly kind: 'signal'; readonly buzzer: boolean; readonly lamp: boolean}
  /** Read the card again with a fresh nonce if it still lies in the field. */
  | {readonly kind: 'reread'; readonly rereadNo: number; readonly uid: CardUid}
  | {readonly kind: 'heartbeat'};

export type DecodedDown =
  | {readonly kind: 'message'; readonly message: DownMessage}
  /** A type of a later version: to be counted, not an error. */
  | {readonly kind: 'unknown'; readonly type: number}
  | {readonly kind: 'malformed'; readonly why: string};

const TYPES = {answer: 1, screen: 2, signal: 3, reread: 4, heartbeat: 5} as const;
const TAGS = {
  number: 1,
  uid: 2,
  verdict: 3,
  reason: 4,
  tone: 5,
  line1: 6,
  line2: 7,
  signal: 8,
} as const;
const VERDICTS = ['allow', 'redirect', 'deny'] as const;
const TONES = ['neutral', 'good', 'bad', 'call'] as const;
const BUZZER_BIT = 1;
const LAMP_BIT = 2;
const MAX_UID_BYTES = 10;
const MAX_LINE_BYTES = 96;

/**
 * Plaintext of a message to the collector.
 * @throws CodecMisuse `codec/field` for a number beyond 32 bits.
 * @see requirements P13
 */
export function encodeDown(message: DownMessage): Uint8Array {
  const head = Uint8Array.of(TYPES[message.kind]);
  switch (message.kind) {
    case 'answer': {
      const verdict = Uint8Array.of(VERDICTS.indexOf(message.verdict));
      const reason = message.reason ? [field(TAGS.reason, textBytes(message.reason))] : [];
      return concatBytes(
        head,
        field(TAGS.number, uint32Bytes(message.requestNo)),
        field(TAGS.verdict, verdict),
        ...reason,
      );
    }
    case 'screen':
      return concatBytes(
        head,
        field(TAGS.tone, Uint8Array.of(TONES.indexOf(message.tone))),
        field(TAGS.line1, lineBytes(message.lines[0])),
        field(TAGS.line2, lineBytes(message.lines[1])),
      );
    case 'signal': {
      const bits = (message.buzzer ? BUZZER_BIT : 0) | (message.lamp ? LAMP_BIT : 0);
      return concatBytes(head, field(TAGS.signal, Uint8Array.of(bits)));
    }
    case 'reread':
      return concatBytes(
        head,
        field(TAGS.number, uint32Bytes(message.rereadNo)),
        field(TAGS.uid, fromHex(message.uid)),
      );
    case 'heartbeat':
      return head;
  }
}

/**
 * Read a message from the gateway, as the collector does. Strict in every field it knows; never throws.
 * @see requirements P13
 */
export function decodeDown(plaintext: Uint8Array): DecodedDown {
  const type = plaintext[0];
  if (type === undefined) return {kind: 'malformed', why: 'empty'};
  const kind = kindOf(type);
  if (!kind) return {kind: 'unknown', type};
  const fields = readFields(plaintext.subarray(1));
  if (!fields) return {kind: 'malformed', why: `${kind}: fields`};
  const message = readMessage(kind, fields);
  return message ? {kind: 'message', message} : {kind: 'malformed', why: `${kind}: values`};
}

function kindOf(type: number): DownMessage['kind'] | undefined {
  const kinds = Object.keys(TYPES) as DownMessage['kind'][];
  return kinds.find(kind => TYPES[kind] === type);
}

function readMessage(kind: DownMessage['kind'], fields: Fields): DownMessage | undefined {
  const number = readUint32(fields.get(TAGS.number));
  switch (kind) {
    case 'answer': {
      const verdict = VERDICTS[readByte(fields.get(TAGS.verdict)) ?? VERDICTS.length];
      if (!verdict || number === undefined) return undefined;
      return {kind, requestNo: number, verdict, reason: readReason(fields)};
    }
    case 'screen': {
      const tone = TONES[readByte(fields.get(TAGS.tone)) ?? TONES.length];
      const first = readText(fields.get(TAGS.line1));
      const second = readText(fields.get(TAGS.line2));
      if (!tone || first === undefined || second === undefined) return undefined;
      return {kind, tone, lines: [first, second]};
    }
    case 'signal': {
      const bits = readByte(fields.get(TAGS.signal));
      if (bits === undefined) return undefined;
      return {kind, buzzer: (bits & BUZZER_BIT) !== 0, lamp: (bits & LAMP_BIT) !== 0};
    }
    case 'reread': {
      const uid = fields.get(TAGS.uid);
      if (!uid || uid.length < 1 || uid.length > MAX_UID_BYTES) return undefined;
      if (number === undefined) return undefined;
      return {kind, rereadNo: number, uid: asId<CardUid>(toHex(uid).toUpperCase())};
    }
    case 'heartbeat':
      return {kind};
  }
}

/** A reason of a later version must not cost the verdict. */
function readReason(fields: Fields): Reason | undefined {
  const text = readText(fields.get(TAGS.reason));
  return REASONS.find(reason => reason === text);
}

function lineBytes(text: string): Uint8Array {
  let fitting = '';
  let byteCount = 0;
  for (const character of text) {
    byteCount += textBytes(character).length;
    if (byteCount > MAX_LINE_BYTES) break;
    fitting += character;
  }
  return textBytes(fitting);
}
