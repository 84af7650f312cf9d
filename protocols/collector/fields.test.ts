import test from 'ava';
import {concatBytes, fromHex} from '../base/bytes.js';
import {CodecMisuse} from '../base/errors.js';
import {
  field,
  readByte,
  readFields,
  readText,
  readUint32,
  textBytes,
  uint32Bytes,
} from './fields.js';

test('a field is tag, length, value', t => {
  t.deepEqual(field(4, fromHex('AABB')), fromHex('04 02 AABB'));
  t.deepEqual(field(4, new Uint8Array(0)), fromHex('04 00'));
  t.is(field(1, new Uint8Array(255)).length, 257);
  t.is(
    t.throws(() => field(1, new Uint8Array(256)), {instanceOf: CodecMisuse}).code,
    'codec/field',
  );
});

test('fields are read in any order, unknown ones among them', t => {
  const fields = readFields(
    concatBytes(fromHex('99 01 FF'), fromHex('01 02 AABB'), fromHex('03 00')),
  );
  t.deepEqual(fields?.get(1), fromHex('AABB'));
  t.deepEqual(fields?.get(3), new Uint8Array(0));
  t.is(fields?.get(2), undefined);
  t.is(readFields(new Uint8Array(0))?.size, 0);
});

test('a field past the end or twice is damage', t => {
  t.is(readFields(fromHex('01')), undefined);
  t.is(readFields(fromHex('01 02 AA')), undefined);
  t.is(readFields(fromHex('01 01 AA 01 01 AA')), undefined);
});

test('values have exactly their length', t => {
  t.deepEqual(uint32Bytes(0xdead_beef), fromHex('DEADBEEF'));
  t.is(readUint32(fromHex('DEADBEEF')), 0xdead_beef);
  t.is(readUint32(fromHex('ADBEEF')), undefined);
  t.is(readUint32(undefined), undefined);
  t.is(readByte(fromHex('07')), 7);
  t.is(readByte(fromHex('0707')), undefined);
  for (const value of [-1, 2 ** 32, 1.5]) {
    t.throws(() => uint32Bytes(value), {instanceOf: CodecMisuse});
  }
});

test('text is strict UTF-8', t => {
  t.is(readText(textBytes('陈** 🚗')), '陈** 🚗');
  t.is(readText(fromHex('EFBBBF 41')), '\ufeffA');
  t.is(readText(fromHex('C3')), undefined);
  t.is(readText(fromHex('FF')), undefined);
  t.is(readText(undefined), undefined);
});
