import test from 'ava';
import {
  ADAM_4150,
  countersRead,
  decodeCounters,
  encodeCounters,
  MOXA_R1210,
} from './counting-inputs-profile.js';

test('one read fetches all totals in use', t => {
  t.deepEqual(countersRead(6, ADAM_4150), {address: 0, quantity: 14});
  t.deepEqual(countersRead(0, MOXA_R1210), {address: 16, quantity: 2});
  t.is(countersRead(7, ADAM_4150), undefined);
  t.is(countersRead(-1, ADAM_4150), undefined);
});

test('a total has its words in the order of its board', t => {
  t.deepEqual(decodeCounters([1, 0, 0x5678, 0x1234], ADAM_4150), [1, 0x1234_5678]);
  t.deepEqual(decodeCounters([0, 1, 0x1234, 0x5678, 9], MOXA_R1210), [1, 0x1234_5678]);
  const narrow = {...ADAM_4150, registersPerInput: 1} as const;
  t.deepEqual(decodeCounters([65_535, 3], narrow), [65_535, 3]);
  t.deepEqual(encodeCounters([65_536 + 3], narrow), [3]);
  for (const profile of [ADAM_4150, MOXA_R1210]) {
    t.deepEqual(
      decodeCounters(encodeCounters([7, 0xffff_ffff], profile), profile),
      [7, 0xffff_ffff],
    );
  }
});
