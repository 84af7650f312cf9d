import test from 'ava';
import fc from 'fast-check';
import {concatBytes, fromHex} from '../base/bytes.js';
import {CodecMisuse} from '../base/errors.js';
import {VS133_MODEL, VS350_MODEL, WS101_MODEL} from './channels.js';
import {decodeUplink, encodeUplink} from './tlv.js';
import {MILESIGHT_VECTORS} from './vectors.js';

const MODELS = {vs133: VS133_MODEL, vs350: VS350_MODEL, ws101: WS101_MODEL};

for (const {source, model, payload, values} of MILESIGHT_VECTORS) {
  test(`published uplink: ${source}`, t => {
    const decoded = decodeUplink(fromHex(payload), MODELS[model]);
    t.deepEqual(Object.fromEntries(decoded.values), values);
    t.is(decoded.rest, 'none');
  });
}

test('negative temperatures and a serial number, which no number holds', t => {
  const payload = concatBytes(
    fromHex('FF16 6600000000000001'),
    encodeUplink([['0367', -55]], VS350_MODEL),
  );
  const {values, rest} = decodeUplink(payload, VS350_MODEL);
  t.deepEqual(Object.fromEntries(values), {temperatureTenths: -55});
  t.is(rest, 'none');
});

test('what stands before an unknown channel holds; a cut uplink loses its last channel', t => {
  const whole = fromHex('04CC12001600 20CE0102');
  t.deepEqual(Object.fromEntries(decodeUplink(whole, VS350_MODEL).values), {
    line1In: 18,
    line1Out: 22,
  });
  t.is(decodeUplink(whole, VS350_MODEL).rest, 'unknown_channel');
  t.is(decodeUplink(whole.subarray(0, 5), VS350_MODEL).rest, 'truncated');
  t.is(decodeUplink(whole.subarray(0, 1), VS350_MODEL).rest, 'truncated');
  t.is(decodeUplink(whole.subarray(0, 5), VS350_MODEL).values.size, 0);
  t.is(decodeUplink(new Uint8Array(243), VS350_MODEL).rest, 'too_long');
});

test('totals there and back', t => {
  const total = fc.integer({min: 0, max: 0xffff_ffff});
  fc.assert(
    fc.property(total, total, (into, out) => {
      const payload = encodeUplink(
        [
          ['03D2', into],
          ['04D2', out],
        ],
        VS133_MODEL,
      );
      const {values} = decodeUplink(payload, VS133_MODEL);
      t.deepEqual([values.get('line1In'), values.get('line1Out')], [into, out]);
    }),
  );
});

test('no bytes whatever make it throw, and none are read beyond the end', t => {
  fc.assert(
    fc.property(fc.uint8Array({maxLength: 300}), payload => {
      const {values} = decodeUplink(payload, VS133_MODEL);
      t.true(values.size <= payload.length);
    }),
  );
});

test('a channel that the model lacks is not sent', t => {
  for (const entry of [['9999', 1] as const, ['03D2'] as const]) {
    const error = t.throws(() => encodeUplink([entry], VS133_MODEL), {instanceOf: CodecMisuse});
    t.is(error.code, 'codec/milesight-channel');
  }
});
