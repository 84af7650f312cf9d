import {createHmac, timingSafeEqual} from 'node:crypto';
import {fromHex} from '../base/bytes.js';
import {CodecMisuse} from '../base/errors.js';

const CARD_SECRET_BYTES = 16;
export const CARD_NONCE_BYTES = 16;
const CARD_PROOF_BYTES = 16;
/** Keeps a proof of this kind from being taken for any other use of the secret. */
const CONTEXT = 'latchkey-card-v1';

/**
 * What a card with its own secret answers to a nonce: the first 16 bytes of HMAC-SHA256 over context,
 * nonce and uid bytes. The secret never travels. `uid`: hex digits of the canonical number.
 * `assumed:` ours, standing in for the card technology's own scheme.
 * @throws CodecMisuse `codec/key-proof` for a secret or nonce that has not 16 bytes.
 * @see RFC 2104, 5 (truncation to half the hash); requirements A11, P12
 */
export function computeKeyProof(secret: Uint8Array, nonce: Uint8Array, uid: string): Uint8Array {
  if (secret.length !== CARD_SECRET_BYTES || nonce.length !== CARD_NONCE_BYTES) {
    throw new CodecMisuse('codec/key-proof', 'secret and nonce have 16 bytes each', {
      secretBytes: secret.length,
      nonceBytes: nonce.length,
    });
  }
  const digest = createHmac('sha256', secret)
    .update(CONTEXT)
    .update(nonce)
    .update(fromHex(uid))
    .digest();
  return Uint8Array.from(digest.subarray(0, CARD_PROOF_BYTES));
}

/**
 * True when `proof` was made from `nonce` and `uid` with `secret`. Takes the same time for every wrong
 * proof; a nonce or proof of a wrong length came from the wire and is simply false.
 * @throws CodecMisuse `codec/key-proof` for a secret that has not 16 bytes.
 * @see RFC 2104, 5
 */
export function verifyKeyProof(
  secret: Uint8Array,
  nonce: Uint8Array,
  uid: string,
  proof: Uint8Array,
): boolean {
  if (nonce.length !== CARD_NONCE_BYTES || proof.length !== CARD_PROOF_BYTES) return false;
  return timingSafeEqual(computeKeyProof(secret, nonce, uid), proof);
}
