import test from 'ava';
import fc from 'fast-check';
import {
  decodeFloat,
  decodeMeterRegisters,
  encodeFloat,
  encodeMeterRegisters,
  type MeterRegisters,
  remainingWrite,
  XINTAI_METER_PROFILE,
} from './water-meter-profile.js';

const RUNNING: MeterRegisters = {
  totalMl: 12_345_000,
  flowMlPerMin: 9000,
  pipeEmpty: false,
  remainingMl: 60_000,
  batteryMv: 3600,
  lowBattery: false,
  valve: 'open',
};

test('published float: 1E 85 0B 3F is 0.545', t => {
  t.is(decodeFloat([0x1e85, 0x0b3f], 'little').toFixed(6), '0.545000');
  t.deepEqual(encodeFloat(decodeFloat([0x1e85, 0x0b3f], 'little'), 'little'), [0x1e85, 0x0b3f]);
  t.deepEqual(encodeFloat(0.545, 'big'), [0x3f0b, 0x851f]);
  t.is(decodeFloat([0x3f0b, 0x851e], 'big').toFixed(6), '0.545000');
});

test('one read of 28 registers from 0001 holds total, flow, pipe, rest, battery and valve', t => {
  t.deepEqual(XINTAI_METER_PROFILE.block, {register: 1, quantity: 28});
  const words = new Array<number>(28).fill(0);
  words.splice(0, 2, 0x1e85, 0x0b3f);
  words.splice(4, 2, 0x1e85, 0x0b3f);
  words[6] = 0xaa;
  words.splice(7, 2, 0x1e85, 0x0b3f);
  words.splice(25, 2, ...encodeFloat(3.6, 'little'));
  words[27] = 9;
  t.deepEqual(decodeMeterRegisters(words), {
    totalMl: 545_000,
    flowMlPerMin: 9083,
    pipeEmpty: false,
    remainingMl: 545_000,
    batteryMv: 3600,
    lowBattery: true,
    valve: 'open',
  });
});

test('what a meter cannot say is never taken for good news', t => {
  const words = encodeMeterRegisters(RUNNING);
  t.is(decodeMeterRegisters(words.slice(1)), undefined);
  const withTotal = (value: number) => words.toSpliced(0, 2, ...encodeFloat(value, 'little'));
  t.is(decodeMeterRegisters(withTotal(Number.NaN)), undefined);
  t.is(decodeMeterRegisters(withTotal(-1)), undefined);
  t.is(decodeMeterRegisters(withTotal(Number.POSITIVE_INFINITY)), undefined);
  t.is(decodeMeterRegisters(withTotal(3e38)), undefined, 'registers of something else');
  const withValve = (word: number) => decodeMeterRegisters(words.toSpliced(27, 1, word))?.valve;
  t.deepEqual([0, 1, 2, 3, 4, 5, 8].map(withValve), [
    'unknown',
    'open',
    'closed',
    'unknown',
    'fault',
    'fault',
    'unknown',
  ]);
  t.is(decodeMeterRegisters(words.toSpliced(6, 1, 0x55))?.flowMlPerMin, 0);
  const damaged = words
    .toSpliced(4, 2, ...encodeFloat(Number.NaN, 'little'))
    .toSpliced(7, 2, ...encodeFloat(Number.NaN, 'little'))
    .toSpliced(25, 2, ...encodeFloat(Number.NaN, 'little'));
  t.like(decodeMeterRegisters(damaged), {flowMlPerMin: 0, remainingMl: 0, batteryMv: 0});
});

test('the rest of a prepaid volume is written as a float to 0008', t => {
  t.deepEqual(remainingWrite(500_000), {address: 8, values: [0x0000, 0x003f]});
  t.throws(() => remainingWrite(-1), {code: 'codec/water-volume'});
  t.throws(() => remainingWrite(Number.NaN), {code: 'codec/water-volume'});
});

test('a meter answers what is read', t => {
  const registers = fc.record({
    // Below 16 m3 a single holds whole millilitres.
    totalMl: fc.nat(16_000_000),
    flowMlPerMin: fc.nat(100_000),
    pipeEmpty: fc.constant(false),
    remainingMl: fc.nat(16_000_000),
    batteryMv: fc.nat(5000),
    lowBattery: fc.boolean(),
    valve: fc.constantFrom('open', 'closed', 'fault', 'unknown'),
  }) satisfies fc.Arbitrary<MeterRegisters>;
  fc.assert(
    fc.property(registers, value => {
      t.deepEqual(decodeMeterRegisters(encodeMeterRegisters(value)), value);
    }),
  );
});
