import {concatBytes, fromHex, toHex} from '../base/bytes.js';
import {asId, type CardUid} from '../site/ids.js';
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
 * What a smart collector says, inside its sealed frames: one byte of type, then fields of tag, length,
 * value in any order. `assumed:` ours, for requirements P11, P12 and P22. Unknown fields are skipped
 * and unknown types told apart from damage, so that a newer collector works with an older gateway.
 */

/** What a card proved: only its number, or an HMAC of a fresh nonce under its own secret. */
export type ProofField =
  | {readonly kind: 'uid'}
  | {readonly kind: 'proof'; readonly nonce: Uint8Array; readonly proof: Uint8Array};

/** A card as its reader saw it. */
export interface CardField {
  readonly uid: CardUid;
  readonly assurance: ProofField;
  /** Stored on the card; empty where it holds none. At most 255 bytes of UTF-8. */
  readonly userInfo: string;
}

export type UpMessage =
  /** A card came; the answer names `requestNo`, which counts up per collector. */
  | {readonly kind: 'card'; readonly requestNo: number; readonly card: CardField}
  | {readonly kind: 'cardGone'; readonly uid: CardUid}
  | {readonly kind: 'readError'; readonly error: 'two_cards' | 'read_error'}
  /** Presses of the call button since the press message before. */
  | {readonly kind: 'press'; readonly presses: number}
  | {readonly kind: 'heartbeat'; readonly uptimeS: number}
  /** `card` undefined: the card asked for is no longer in the field. */
  | {
      readonly kind: 'rereadAnswer';
      readonly rereadNo: number;
      readonly card: CardField | undefined;
    };

export type DecodedUp =
  | {readonly kind: 'message'; readonly message: UpMessage}
  /** A type of a later version: to be counted, not an error. */
  | {readonly kind: 'unknown'; readonly type: number}
  | {readonly kind: 'malformed'; readonly why: string};

const TYPES = {
  card: 1,
  cardGone: 2,
  readError: 3,
  press: 4,
  heartbeat: 5,
  rereadAnswer: 6,
} as const;
const TAGS = {number: 1, uid: 2, userInfo: 3, nonce: 4, proof: 5, error: 6} as const;
const READ_ERRORS = ['two_cards', 'read_error'] as const;
const MAX_UID_BYTES = 10;
const PROOF_BYTES = 16;

/**
 * Plaintext of a message from the collector.
 * @throws CodecMisuse `codec/field` for a number beyond 32 bits or a text beyond 255 bytes.
 * @see requirements P12
 */
export function encodeUp(message: UpMessage): Uint8Array {
  const head = Uint8Array.of(TYPES[message.kind]);
  switch (message.kind) {
    case 'card':
      return concatBytes(head, numberField(message.requestNo), ...cardFields(message.card));
    case 'cardGone':
      return concatBytes(head, field(TAGS.uid, fromHex(message.uid)));
    case 'readError':
      return concatBytes(
        head,
        field(TAGS.error, Uint8Array.of(READ_ERRORS.indexOf(message.error))),
      );
    case 'press':
      return concatBytes(head, numberField(message.presses));
    case 'heartbeat':
      return concatBytes(head, numberField(message.uptimeS));
    case 'rereadAnswer': {
      const card = message.card ? cardFields(message.card) : [];
      return concatBytes(head, numberField(message.rereadNo), ...card);
    }
  }
}

/**
 * Read a message from a collector. Strict in every field it knows; never throws.
 * @see requirements P12
 */
export function decodeUp(plaintext: Uint8Array): DecodedUp {
  const type = plaintext[0];
  if (type === undefined) return {kind: 'malformed', why: 'empty'};
  const kind = kindOf(type);
  if (!kind) return {kind: 'unknown', type};
  const fields = readFields(plaintext.subarray(1));
  if (!fields) return {kind: 'malformed', why: `${kind}: fields`};
  const message = readMessage(kind, fields);
  return message ? {kind: 'message', message} : {kind: 'malformed', why: `${kind}: values`};
}

function kindOf(type: number): UpMessage['kind'] | undefined {
  const kinds = Object.keys(TYPES) as UpMessage['kind'][];
  return kinds.find(kind => TYPES[kind] === type);
}

function readMessage(kind: UpMessage['kind'], fields: Fields): UpMessage | undefined {
  const number = readUint32(fields.get(TAGS.number));
  switch (kind) {
    case 'card': {
      const card = readCard(fields);
      return card && number !== undefined ? {kind, requestNo: number, card} : undefined;
    }
    case 'cardGone': {
      const uid = readUid(fields);
      return uid && {kind, uid};
    }
    case 'readError': {
      const error = READ_ERRORS[readByte(fields.get(TAGS.error)) ?? READ_ERRORS.length];
      return error && {kind, error};
    }
    case 'press':
      return number === undefined || number === 0 ? undefined : {kind, presses: number};
    case 'heartbeat':
      return number === undefined ? undefined : {kind, uptimeS: number};
    case 'rereadAnswer': {
      if (number === undefined) return undefined;
      if (!fields.has(TAGS.uid)) return {kind, rereadNo: number, card: undefined};
      const card = readCard(fields);
      return card && {kind, rereadNo: number, card};
    }
  }
}

function numberField(value: number): Uint8Array {
  return field(TAGS.number, uint32Bytes(value));
}

function cardFields(card: CardField): readonly Uint8Array[] {
  const base = [field(TAGS.uid, fromHex(card.uid)), field(TAGS.userInfo, textBytes(card.userInfo))];
  if (card.assurance.kind === 'uid') return base;
  const {nonce, proof} = card.assurance;
  return [...base, field(TAGS.nonce, nonce), field(TAGS.proof, proof)];
}

function readCard(fields: Fields): CardField | undefined {
  const uid = readUid(fields);
  const userInfo = readText(fields.get(TAGS.userInfo));
  const assurance = readProof(fields);
  return uid !== undefined && userInfo !== undefined && assurance
    ? {uid, assurance, userInfo}
    : undefined;
}

function readUid(fields: Fields): CardUid | undefined {
  const bytes = fields.get(TAGS.uid);
  if (!bytes || bytes.length < 1 || bytes.length > MAX_UID_BYTES) return undefined;
  return asId<CardUid>(toHex(bytes).toUpperCase());
}

/** Half a proof is damage, not a card without secret: a downgrade must not pass silently. */
function readProof(fields: Fields): ProofField | undefined {
  const nonce = fields.get(TAGS.nonce);
  const proof = fields.get(TAGS.proof);
  if (!nonce && !proof) return {kind: 'uid'};
  if (nonce?.length !== PROOF_BYTES || proof?.length !== PROOF_BYTES) return undefined;
  return {kind: 'proof', nonce, proof};
}
