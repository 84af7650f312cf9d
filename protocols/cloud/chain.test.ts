import test from 'ava';
import fc from 'fast-check';
import {toHex} from '../base/bytes.js';
import {CHAIN_START, chainHash, chainHashes, HASH_BYTES} from './chain.js';

// Computed with Python's hashlib, not with our own code.
const FIRST = '1b28fa9868b430897708e93ed3e42e4805ca3470744bfd10c948db29a83e2758';
const SECOND = 'd086893d50bdae4fa260553be9ded9c8a46ec1f12fb95459c85a43086e84618b';
const FAR = '3084d684e7552525605c5b0084307de1c83200b438db9208c91d2f6ab5467e65';

test('hashes previous, big-endian number and body in this order', t => {
  const first = chainHash(CHAIN_START, 1, '{"why":"new database"}');
  t.is(toHex(first), FIRST);
  const second = chainHash(first, 2, '{"name":"示范"}');
  t.is(toHex(second), SECOND);
  t.is(toHex(chainHash(second, 2 ** 40 + 3, '{}')), FAR);
});

test('a change of any part changes the hash', t => {
  const hashes = [
    chainHash(CHAIN_START, 1, '{}'),
    chainHash(CHAIN_START, 2, '{}'),
    chainHash(CHAIN_START, 1, '{ }'),
    chainHash(chainHash(CHAIN_START, 1, '{}'), 1, '{}'),
  ];
  t.is(new Set(hashes.map(toHex)).size, 4);
});

test('events in a row get the hashes that each would get after the one before', t => {
  const known = chainHashes(CHAIN_START, 1, ['{"why":"new database"}', '{"name":"示范"}']);
  t.is(toHex(known), FIRST + SECOND);
  const anyBody = fc.oneof(fc.string(), fc.string({unit: 'binary', maxLength: 300}));
  fc.assert(
    fc.property(fc.array(anyBody), fc.integer({min: 1, max: 2 ** 52}), (bodies, from) => {
      const hashes = chainHashes(CHAIN_START, from, bodies);
      t.is(hashes.length, bodies.length * HASH_BYTES);
      let hash = CHAIN_START;
      bodies.forEach((body, index) => {
        hash = chainHash(hash, from + index, body);
        const start = index * HASH_BYTES;
        t.is(toHex(hashes.subarray(start, start + HASH_BYTES)), toHex(hash));
      });
    }),
  );
});
