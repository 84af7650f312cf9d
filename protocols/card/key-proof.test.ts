import test from 'ava';
import fc from 'fast-check';
import {fromHex} from '../base/bytes.js';
import {CodecMisuse} from '../base/errors.js';
import {computeKeyProof, verifyKeyProof} from './key-proof.js';
import {KEY_PROOF_VECTOR} from './vectors.js';

const {uid} = KEY_PROOF_VECTOR;
const secret = fromHex(KEY_PROOF_VECTOR.secret);
const nonce = fromHex(KEY_PROOF_VECTOR.nonce);
const proof = fromHex(KEY_PROOF_VECTOR.proof);

/** The same bytes with one bit turned over. */
function flipBit(bytes: Uint8Array, bit: number): Uint8Array {
  const flipped = bytes.slice();
  flipped[bit >> 3] = (flipped[bit >> 3] ?? 0) ^ (1 << (bit & 7));
  return flipped;
}

test('the worked example of another implementation', t => {
  t.deepEqual(computeKeyProof(secret, nonce, uid), proof);
  t.true(verifyKeyProof(secret, nonce, uid, proof));
});

test('one wrong bit anywhere proves nothing', t => {
  fc.assert(
    fc.property(fc.nat(127), bit => {
      t.false(verifyKeyProof(flipBit(secret, bit), nonce, uid, proof));
      t.false(verifyKeyProof(secret, flipBit(nonce, bit), uid, proof));
      t.false(verifyKeyProof(secret, nonce, uid, flipBit(proof, bit)));
    }),
  );
  t.false(verifyKeyProof(secret, nonce, '62E3086CEE', proof));
});

test('a nonce or proof of a wrong length is simply no proof', t => {
  t.false(verifyKeyProof(secret, nonce, uid, new Uint8Array(0)));
  t.false(verifyKeyProof(secret, nonce, uid, proof.subarray(0, 15)));
  t.false(verifyKeyProof(secret, nonce.subarray(0, 15), uid, proof));
  t.false(verifyKeyProof(secret, new Uint8Array(17), uid, proof));
});

test('a secret or nonce of a wrong length cannot prove', t => {
  for (const make of [
    () => computeKeyProof(secret.subarray(1), nonce, uid),
    () => computeKeyProof(secret, nonce.subarray(1), uid),
    () => verifyKeyProof(new Uint8Array(0), nonce, uid, proof),
  ]) {
    t.is(t.throws(make, {instanceOf: CodecMisuse}).code, 'codec/key-proof');
  }
});
