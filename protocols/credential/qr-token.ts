import {createPublicKey, type KeyObject, sign, verify} from 'node:crypto';
import {concatBytes, fromHex} from '../base/bytes.js';
import {CodecMisuse} from '../base/errors.js';
import {base45Length, decodeBase45, encodeBase45} from './base45.js';
import {proofOfSlot, ROTATION_PROOF_BYTES} from './rotation.js';
import {
  decodeTokenBody,
  encodeTokenBody,
  signedBytes,
  TOKEN_BODY_BYTES,
  type TokenBody,
  type TokenPlace,
  tokenId,
} from './token-body.js';
import {RFC8032_TEST_1} from './vectors.js';

const SIGNATURE_BYTES = 64;
const TOKEN_BYTES = TOKEN_BODY_BYTES + SIGNATURE_BYTES;
/** 134 characters: a QR code of version 6 at level M. */
const TOKEN_CHARACTERS = base45Length(TOKEN_BYTES);
const ROTATING_CHARACTERS = base45Length(TOKEN_BYTES + ROTATION_PROOF_BYTES);

/** Who may read a token, and by which keys. */
export interface TokenRing extends TokenPlace {
  /** Public keys of the issuer by their number; two are live while one takes over from the other. */
  readonly keys: Pick<ReadonlyMap<number, KeyObject>, 'get'>;
}

/** In the order of the checks. `length` and `alphabet`: no token at all. */
export type TokenFault = 'length' | 'alphabet' | 'version' | 'site' | 'key' | 'signature';

export type TokenReading =
  | {
      readonly kind: 'genuine';
      readonly body: TokenBody;
      /** Names this token in the list of those that were used. */
      readonly id: string;
      /** What stands behind a rotating token; undefined behind all others. */
      readonly rotation: {readonly body: Uint8Array; readonly proof: Uint8Array} | undefined;
    }
  | {readonly kind: 'refused'; readonly fault: TokenFault};

export type VerifySignature = (
  message: Uint8Array,
  key: KeyObject,
  signature: Uint8Array,
) => boolean;

const ed25519: VerifySignature = (message, key, signature) => verify(null, message, key, signature);

/** The public key that these 32 bytes are. */
export function issuerKey(raw: Uint8Array): KeyObject {
  if (raw.length !== 32) throw new CodecMisuse('codec/token', 'a public key has 32 bytes');
  const x = Buffer.from(raw).toString('base64url');
  return createPublicKey({key: {kty: 'OKP', crv: 'Ed25519', x}, format: 'jwk'});
}

/** The text of a QR code, 134 characters of base45. @see sync.md 5.1; RFC 8032; RFC 9285 */
export function encodeToken(body: TokenBody, place: TokenPlace, privateKey: KeyObject): string {
  return encodeBase45(tokenBytes(body, place, privateKey));
}

/** The text that a holder's phone shows in this slot of 30 s, 146 characters. */
export function encodeRotatingToken(
  token: string,
  holder: {readonly secret: Uint8Array; readonly slot: number},
): string {
  const bytes = decodeBase45(token);
  if (bytes?.length !== TOKEN_BYTES) throw new CodecMisuse('codec/token', 'this is no token');
  const proof = proofOfSlot(holder.secret, bytes.subarray(0, TOKEN_BODY_BYTES), holder.slot);
  return encodeBase45(concatBytes(bytes, proof));
}

/** What a decoy is checked by: a sound signature of a published key, so that it costs what a sound one costs. */
const DECOY = {
  key: issuerKey(fromHex(RFC8032_TEST_1.publicKey)),
  signature: fromHex(RFC8032_TEST_1.signature),
  message: new Uint8Array(0),
};

/**
 * Read what a scanner read: length, alphabet, version, site, key, then the signature. Time, revocation
 * and use are the caller's, who knows them. Whatever is wrong, one signature is checked: how long the
 * answer takes tells nobody how far a forgery came.
 */
export function readToken(
  text: string,
  ring: TokenRing,
  verifySignature: VerifySignature = ed25519,
): TokenReading {
  const opened = openToken(text, ring);
  const {message, key, signature} = opened.kind === 'open' ? opened : DECOY;
  const holds = verifySignature(message, key, signature);
  if (opened.kind === 'fault') return {kind: 'refused', fault: opened.fault};
  if (!holds) return {kind: 'refused', fault: 'signature'};
  return {kind: 'genuine', body: opened.body, id: opened.id, rotation: opened.rotation};
}

type Opened =
  | {
      readonly kind: 'open';
      readonly body: TokenBody;
      readonly id: string;
      readonly rotation: {readonly body: Uint8Array; readonly proof: Uint8Array} | undefined;
      readonly message: Uint8Array;
      readonly key: KeyObject;
      readonly signature: Uint8Array;
    }
  | {readonly kind: 'fault'; readonly fault: TokenFault};

function openToken(text: string, ring: TokenRing): Opened {
  if (text.length !== TOKEN_CHARACTERS && text.length !== ROTATING_CHARACTERS) {
    return {kind: 'fault', fault: 'length'};
  }
  const bytes = decodeBase45(text);
  if (bytes === undefined) return {kind: 'fault', fault: 'alphabet'};
  const frame = decodeTokenBody(bytes, ring);
  if (frame.kind === 'fault') return frame;
  const {body} = frame;
  if (body.isRotating !== bytes.length > TOKEN_BYTES) return {kind: 'fault', fault: 'length'};
  const key = ring.keys.get(body.keyNumber);
  if (key === undefined) return {kind: 'fault', fault: 'key'};
  const raw = bytes.subarray(0, TOKEN_BODY_BYTES);
  return {
    kind: 'open',
    body,
    id: tokenId(raw),
    rotation: body.isRotating ? {body: raw, proof: bytes.subarray(TOKEN_BYTES)} : undefined,
    message: signedBytes(raw, ring, body.isOneUse),
    key,
    signature: bytes.subarray(TOKEN_BODY_BYTES, TOKEN_BYTES),
  };
}

function tokenBytes(body: TokenBody, place: TokenPlace, privateKey: KeyObject): Uint8Array {
  const raw = encodeTokenBody(body, place);
  const signature = sign(null, signedBytes(raw, place, body.isOneUse), privateKey);
  return concatBytes(raw, signature);
}
