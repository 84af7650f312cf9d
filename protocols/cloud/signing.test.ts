import {createPrivateKey, createPublicKey, generateKeyPairSync} from 'node:crypto';
import test from 'ava';
import {canonicalJson, keyId, signPayload, verifyPayload} from './signing.js';

// RFC 8032, 7.1, TEST 1: the key whose public half begins d75a9801.
const RFC_SEED = '9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60';
const RFC_PUBLIC = 'd75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a';
const privateKey = createPrivateKey({
  key: Buffer.from(`302e020100300506032b657004220420${RFC_SEED}`, 'hex'),
  format: 'der',
  type: 'pkcs8',
});
const publicKey = createPublicKey(privateKey);
const TOPIC = 'v1/demo/gw-1/d/cmd';
// Made with Python's cryptography (Ed25519PrivateKey.sign) over the same bytes, not with our code.
const GOLDEN_SIGNATURE =
  'Hc8TkBi8XkPv7-qSK1fxCjnckv9lMY2O8GUFuairdL8AuRJchZLxGko_B1TxT9vCN4NWJOUO50zVWAOIKotMDA';
const GOLDEN_KEY_ID = '21fe31dfa154a261';
const GOLDEN_TEXT = 'latchkey-cloud-v1\nv1/demo/gw-1/d/cmd\n{"a":[1,{"x":null}],"b":"示范"}';

test('keys are sorted at every depth, whatever the order of building', t => {
  t.is(
    canonicalJson({b: '示范', a: [1, {y: undefined, x: null}]}),
    '{"a":[1,{"x":null}],"b":"示范"}',
  );
  t.is(canonicalJson({a: {d: 1, c: true}}), canonicalJson({a: {c: true, d: 1}}));
});

test('key id is the start of SHA-256 of the raw public key', t => {
  t.is(publicKey.export({format: 'der', type: 'spki'}).subarray(-32).toString('hex'), RFC_PUBLIC);
  t.is(keyId(publicKey), GOLDEN_KEY_ID);
  t.is(keyId(privateKey), GOLDEN_KEY_ID);
});

test('signs context, topic and canonical payload', t => {
  t.true(GOLDEN_TEXT.endsWith(canonicalJson({b: '示范', a: [1, {x: null}]})));
  t.is(signPayload(TOPIC, {b: '示范', a: [1, {x: null}]}, privateKey).sig, GOLDEN_SIGNATURE);
});

test('a signature holds for its payload, topic and key alone', t => {
  const signed = signPayload(TOPIC, {ver: 3, ids: ['g-1']}, privateKey);
  t.true(verifyPayload(TOPIC, signed, publicKey));
  t.true(verifyPayload(TOPIC, {sig: signed.sig, ids: ['g-1'], ver: 3}, publicKey));
  t.false(verifyPayload(TOPIC, {...signed, ver: 4}, publicKey));
  t.false(verifyPayload(TOPIC, {...signed, more: 1}, publicKey));
  t.false(verifyPayload('v1/demo/gw-2/d/cmd', signed, publicKey));
  t.false(verifyPayload(TOPIC, signed, generateKeyPairSync('ed25519').publicKey));
});

test('hostile payloads are merely not signed', t => {
  let deep: unknown = 1;
  for (let depth = 0; depth < 50_000; depth += 1) deep = [deep];
  for (const payload of [null, 1, 'x', [], {}, {sig: 5}, {sig: 'AAAA'}, {sig: 'x', deep}]) {
    t.false(verifyPayload(TOPIC, payload, publicKey));
  }
});
