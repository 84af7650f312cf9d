import test from 'ava';
import fc from 'fast-check';
import {base45Length, decodeBase45, encodeBase45} from './base45.js';
import {RFC9285_VECTORS} from './vectors.js';

const utf8 = (text: string) => new TextEncoder().encode(text);

test('the examples of RFC 9285, both ways', t => {
  for (const [plain, encoded] of RFC9285_VECTORS) {
    t.is(encodeBase45(utf8(plain)), encoded);
    t.deepEqual(decodeBase45(encoded), utf8(plain));
  }
});

test('what no encoder writes is no bytes: foreign characters, impossible lengths and values', t => {
  for (const text of ['ab8', 'B', 'BB8B', 'GGW', ':::', '::', 'B_8', 'BB8é', 'BB8\u{1F600}']) {
    t.is(decodeBase45(text), undefined, text);
  }
  t.deepEqual(decodeBase45(''), new Uint8Array(0));
  t.deepEqual(decodeBase45('FGW'), Uint8Array.of(255, 255));
});

test('any bytes come back, in the length that is foretold', t => {
  fc.assert(
    fc.property(fc.uint8Array({maxLength: 200}), bytes => {
      const text = encodeBase45(bytes);
      t.is(text.length, base45Length(bytes.length));
      t.deepEqual(decodeBase45(text), bytes);
    }),
    {numRuns: 200},
  );
});
