import test from 'ava';
import fc from 'fast-check';
import {fromHex, toHex} from '../base/bytes.js';
import {decodeGbk, encodeGbk} from './gbk.js';
import {GBK_VECTORS} from './vectors.js';

for (const {source, text, bytes} of GBK_VECTORS) {
  test(`published text: ${source}`, t => {
    t.is(toHex(encodeGbk(text)), toHex(fromHex(bytes)));
    t.is(decodeGbk(fromHex(bytes)), text);
  });
}

test('what GBK does not have becomes one question mark, also where it is a surrogate pair', t => {
  t.is(decodeGbk(encodeGbk('a😀b')), 'a?b');
  t.is(decodeGbk(encodeGbk('ñ')), '?');
  t.is(toHex(encodeGbk('')), '');
});

test('a limit never cuts a character in two, and nothing follows what did not fit', t => {
  t.is(decodeGbk(encodeGbk('欢迎a', 3)), '欢');
  t.is(decodeGbk(encodeGbk('欢迎a', 4)), '欢迎');
  t.is(decodeGbk(encodeGbk('ab欢迎', 3)), 'ab');
  t.is(encodeGbk('欢', 0).length, 0);
});

test('bytes that GBK does not allow are refused', t => {
  for (const hex of ['80', 'FF', 'FF41', 'D4', '41D4', 'D420', 'D47F', 'D4FF', '8130 8130']) {
    t.is(decodeGbk(fromHex(hex)), undefined, hex);
  }
});

test('every code of two bytes is read and written back as it was', t => {
  const lead = fc.integer({min: 0x81, max: 0xfe});
  const trail = fc.integer({min: 0x40, max: 0xfe}).filter(byte => byte !== 0x7f);
  const ascii = fc.integer({min: 0, max: 0x7f}).map(byte => [byte]);
  const character = fc.oneof(ascii, fc.tuple(lead, trail));
  fc.assert(
    fc.property(fc.array(character), characters => {
      const bytes = Uint8Array.from(characters.flat());
      const text = decodeGbk(bytes);
      t.deepEqual(encodeGbk(text ?? ''), bytes);
    }),
  );
});
