import test from 'ava';
import fc from 'fast-check';
import {concatBytes, equalBytes, fromHex, readUint16, toHex, uint16Bytes} from './bytes.js';
import {CodecMisuse} from './errors.js';

test('hex is lower case without separators, and reads both cases and blanks', t => {
  t.is(toHex(Uint8Array.of(0, 1, 0xab, 0xff)), '0001abff');
  t.is(toHex(new Uint8Array(0)), '');
  t.deepEqual(fromHex('01 05\n00aB'), Uint8Array.of(1, 5, 0, 0xab));
  t.deepEqual(fromHex(''), new Uint8Array(0));
});

test('what is not hex is refused by code', t => {
  for (const text of ['0', '0g', '0x01', '01 0']) {
    t.is(t.throws(() => fromHex(text), {instanceOf: CodecMisuse}).code, 'codec/hex');
  }
});

test('hex there and back', t => {
  fc.assert(
    fc.property(fc.uint8Array(), bytes => {
      t.deepEqual(fromHex(toHex(bytes)), Uint8Array.from(bytes));
    }),
  );
});

test('parts in order, and a copy', t => {
  const part = Uint8Array.of(1, 2);
  const whole = concatBytes(part, new Uint8Array(0), Uint8Array.of(3));
  part[0] = 9;
  t.deepEqual(whole, Uint8Array.of(1, 2, 3));
  t.deepEqual(concatBytes(), new Uint8Array(0));
});

test('equal means length and content', t => {
  t.true(equalBytes(Uint8Array.of(1, 2), Uint8Array.of(1, 2)));
  t.false(equalBytes(Uint8Array.of(1, 2), Uint8Array.of(1, 3)));
  t.false(equalBytes(Uint8Array.of(1, 2), Uint8Array.of(1)));
  t.false(equalBytes(Uint8Array.of(1), Uint8Array.of(1, 2)));
  t.true(equalBytes(new Uint8Array(0), new Uint8Array(0)));
});

test('16-bit words are big-endian', t => {
  t.deepEqual(uint16Bytes(0x1234), Uint8Array.of(0x12, 0x34));
  t.is(readUint16(Uint8Array.of(0xff, 0x12, 0x34), 1), 0x1234);
  t.is(readUint16(Uint8Array.of(0x12), 0), 0x1200);
  fc.assert(fc.property(fc.nat(0xffff), word => readUint16(uint16Bytes(word), 0) === word));
});
