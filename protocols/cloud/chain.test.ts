import test from 'ava';
import {toHex} from '../base/bytes.js';
import {CHAIN_START, chainHash} from './chain.js';

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
