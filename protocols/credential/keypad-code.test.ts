import test from 'ava';
import {toHex} from '../base/bytes.js';
import {codeDigits, codeSalt, digestCode, pepperDigest} from './keypad-code.js';

test('a code has as many digits as its site needs: 8 for 20 live codes, never fewer than 6', t => {
  t.deepEqual([0, 1, 2, 11, 12, 20, 111, 112, 1111].map(codeDigits), [6, 6, 7, 7, 8, 8, 8, 9, 9]);
});

test('the digest of a code is scrypt as another program computes it', t => {
  // Python: hashlib.scrypt(b'19057344', salt=b'latchkey-code-v1\0lot-1\x001', n=16384, r=8, p=1, dklen=32)
  const golden = 'c539b7c2951458e701b61511b1144dede377240290f8048a404a4277bda42b79';
  t.is(toHex(digestCode('19057344', codeSalt('lot-1', 1))), golden);
});

test('another site, another epoch or another pepper gives another name', t => {
  const salts = [codeSalt('lot-1', 1), codeSalt('lot-1', 2), codeSalt('lot-2', 1)].map(toHex);
  t.is(new Set(salts).size, 3);
  const digest = new Uint8Array(32);
  const names = [0, 1].map(fill => pepperDigest(new Uint8Array(32).fill(fill), digest));
  t.not(names[0], names[1]);
  t.regex(names[0] ?? '', /^[0-9a-f]{64}$/);
});
