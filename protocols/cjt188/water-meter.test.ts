import test from 'ava';
import fc from 'fast-check';
import {fromHex, toHex} from '../base/bytes.js';
import {decodeCjt188} from './frame.js';
import {CJT188_REPLY_VECTOR} from './vectors.js';
import {
  type Cjt188Reading,
  decodeReading,
  decodeValveReply,
  encodeReading,
  encodeValveReply,
  HIGH_STATUS_CJT188_MAKER,
  moveValve,
  readMeter,
  STANDARD_CJT188_MAKER,
  SWAPPED_CJT188_MAKER,
  valveOrderOf,
} from './water-meter.js';

const TARGET = {type: 0x10, address: '78330011223344', serial: 7};

function replyData(): Uint8Array {
  const decoded = decodeCjt188(fromHex(CJT188_REPLY_VECTOR.frame));
  return decoded.kind === 'frame' ? decoded.frame.data : new Uint8Array(0);
}

test('a reply laid out as the standard says: BCD total low byte first, unit, status', t => {
  const {totalMl, valve, lowBattery} = CJT188_REPLY_VECTOR;
  t.deepEqual(decodeReading(replyData(), STANDARD_CJT188_MAKER), {totalMl, valve, lowBattery});
});

test('makers differ in the order of the identifier and the place of the valve bits', t => {
  t.is(toHex(readMeter(TARGET, STANDARD_CJT188_MAKER).data), '1f9007');
  t.is(toHex(readMeter(TARGET, SWAPPED_CJT188_MAKER).data), '901f07');
  const valves = (maker: typeof STANDARD_CJT188_MAKER, bytes: readonly number[]) =>
    bytes.map(byte => decodeValveReply(Uint8Array.of(0xa0, 0x17, 0, byte, 0), maker)?.valve);
  t.deepEqual(valves(STANDARD_CJT188_MAKER, [0, 1, 2, 3]), ['open', 'closed', 'unknown', 'fault']);
  t.deepEqual(valves(HIGH_STATUS_CJT188_MAKER, [0, 0x40, 0x80, 0xc0]), [
    'open',
    'closed',
    'unknown',
    'fault',
  ]);
});

test('litres and cubic metres are read, other units are no total', t => {
  const withUnit = (unit: number) => {
    const data = replyData();
    data[7] = unit;
    return decodeReading(data, STANDARD_CJT188_MAKER)?.totalMl;
  };
  t.is(withUnit(0x2c), 123_450_000);
  t.is(withUnit(0x29), 123_450);
  t.is(withUnit(0x05), undefined);
});

test('a digit that is none and a short reply are no reading', t => {
  const data = replyData();
  data[3] = 0x4a;
  t.is(decodeReading(data, STANDARD_CJT188_MAKER), undefined);
  t.is(decodeReading(replyData().subarray(1), STANDARD_CJT188_MAKER), undefined);
  t.is(decodeValveReply(Uint8Array.of(0xa0, 0x17, 0, 0), STANDARD_CJT188_MAKER), undefined);
});

test('a meter answers what is read, to 10 litres', t => {
  const readings = fc.record({
    totalMl: fc.nat(99_999_999).map(steps => steps * 10_000),
    valve: fc.constantFrom('open', 'closed', 'fault', 'unknown'),
    lowBattery: fc.boolean(),
  }) satisfies fc.Arbitrary<Cjt188Reading>;
  fc.assert(
    fc.property(readings, reading => {
      for (const maker of [STANDARD_CJT188_MAKER, HIGH_STATUS_CJT188_MAKER]) {
        t.deepEqual(decodeReading(encodeReading(reading, 3, maker), maker), reading);
        const {valve, lowBattery} = reading;
        const reply = encodeValveReply({valve, lowBattery}, 3, maker);
        t.deepEqual(decodeValveReply(reply, maker), {valve, lowBattery});
      }
    }),
  );
});

test('a meter knows the order by its word', t => {
  t.is(valveOrderOf(moveValve(TARGET, 'open', STANDARD_CJT188_MAKER).data), 'open');
  t.is(valveOrderOf(moveValve(TARGET, 'close', STANDARD_CJT188_MAKER).data), 'close');
  t.is(valveOrderOf(fromHex('A0170012')), undefined);
});
