import test from 'ava';
import fc from 'fast-check';
import {fromHex} from '../base/bytes.js';
import {decodeRequest} from '../modbus/rtu-frame.js';
import {
  decodeFlowMeter,
  encodeFlowMeter,
  type FlowMeterRegisters,
  TUF_2000M_FROM_1_PROFILE,
  TUF_2000M_PROFILE,
} from './flow-meter-profile.js';

/** 1.5 = 3FC00000, 0.25 = 3E800000, 100,000 = 000186A0, low word first; worked by hand from IEEE 754. */
const WORDS = new Array<number>(92).fill(0);
WORDS.splice(0, 2, 0x0000, 0x3fc0);
WORDS.splice(8, 4, 0x86a0, 0x0001, 0x0000, 0x3e80);
WORDS[91] = 0x035a;

test('the maker reads register 1 at address 0', t => {
  // TUF-2000F User Manual, 5.1: REG0001 to REG0010 of unit 1.
  const decoded = decodeRequest(fromHex('01 03 00 00 00 0A C5 CD'));
  t.is(decoded.kind, 'frame');
  t.like(decoded.kind === 'frame' && decoded.frame.request, {
    address: TUF_2000M_PROFILE.flow,
    quantity: 10,
  });
});

test('flow, total with its fraction, and the signal stand where the table has them', t => {
  const read: FlowMeterRegisters = {
    totalMl: 100_000_250_000,
    flowMlPerMin: 25_000,
    signalPercent: 90,
  };
  t.deepEqual(decodeFlowMeter(WORDS, TUF_2000M_PROFILE), read);
  t.deepEqual(decodeFlowMeter(WORDS, TUF_2000M_FROM_1_PROFILE), read);
});

test('what cannot be a total is never taken for one', t => {
  const changed = (at: number, ...words: readonly number[]) =>
    decodeFlowMeter(WORDS.toSpliced(at, words.length, ...words), TUF_2000M_PROFILE);
  t.is(decodeFlowMeter(WORDS.slice(1), TUF_2000M_PROFILE), undefined);
  t.is(changed(8, 0xffff, 0xffff), undefined, 'negative');
  t.is(changed(10, 0x0000, 0x7fc0), undefined, 'no number');
  t.is(changed(10, 0x0000, 0x3f80), undefined, 'a fraction of one');
  t.is(changed(91, 0x00c8), undefined, 'a signal of 200 %');
  t.is(changed(0, 0x0000, 0x7fc0)?.flowMlPerMin, 0);
  t.is(changed(0, 0x0000, 0xbfc0)?.flowMlPerMin, 0, 'backwards');
});

test('a flow meter answers what is read', t => {
  const registers = fc.record({
    totalMl: fc.nat(2_000_000_000),
    // A single of m3/h holds whole millilitres a minute up to here.
    flowMlPerMin: fc.nat(100_000),
    signalPercent: fc.nat(99),
  }) satisfies fc.Arbitrary<FlowMeterRegisters>;
  fc.assert(
    fc.property(
      registers,
      fc.constantFrom(TUF_2000M_PROFILE, TUF_2000M_FROM_1_PROFILE),
      (value, profile) => {
        t.deepEqual(decodeFlowMeter(encodeFlowMeter(value, profile), profile), value);
      },
    ),
  );
});
