import test from 'ava';
import {fromHex, toHex} from '../base/bytes.js';
import {CodecMisuse} from '../base/errors.js';
import {diversifyAes128, mifareSectorKey} from './an10922.js';
import {AN10922_VECTOR, AN10922_WHOLE_VECTOR} from './vectors.js';

const master = fromHex(AN10922_VECTOR.masterKey);

test('the example of AN10922, 2.2.1', t => {
  const {input, diversified} = AN10922_VECTOR;
  t.deepEqual(diversifyAes128(master, fromHex(input)), fromHex(diversified));
});

test('an input of 31 bytes is not padded', t => {
  const input = Uint8Array.from({length: 31}, (_, index) => index + 1);
  t.deepEqual(diversifyAes128(master, input), fromHex(AN10922_WHOLE_VECTOR.diversified));
});

test('a sector key is the front of the diversified key, another for each card, sector and site', t => {
  const uid = fromHex('04782E21801D80');
  const input = fromHex(`04782E21801D80 01 ${toHex(Buffer.from('LATCHKEY'))}`);
  const key = mifareSectorKey(master, uid, 1);
  t.deepEqual(key, diversifyAes128(master, input).slice(0, 6));
  const others = [
    mifareSectorKey(master, uid, 2),
    mifareSectorKey(master, fromHex('04782E21801D81'), 1),
    mifareSectorKey(fromHex('00112233445566778899AABBCCDDEEFE'), uid, 1),
  ];
  t.is(new Set([key, ...others].map(toHex)).size, 4);
});

test('a wrong length is a mistake of the caller, and the key is not told', t => {
  for (const [key, input] of [
    [master.subarray(1), fromHex('04')],
    [master, new Uint8Array(0)],
    [master, new Uint8Array(32)],
  ] as const) {
    const thrown = t.throws(() => diversifyAes128(key, input), {instanceOf: CodecMisuse});
    t.is(thrown.code, 'codec/diversify');
    t.notRegex(`${thrown.message}${JSON.stringify(thrown.context)}`, /1122|17,34/);
  }
});
