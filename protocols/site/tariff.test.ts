import test from 'ava';
import fc from 'fast-check';
import {UsageError} from '../base/errors.js';
import {MINUTE_MS} from '../base/units.js';
import {priceFen, type StepTariff} from './tariff.js';

const SIX_YUAN: StepTariff = {fenPerHour: 600, stepMinutes: 15};

test('~P35 95 min at 6.00/h in 15-min steps = 1050 fen', t => {
  t.is(priceFen(95 * MINUTE_MS, SIX_YUAN), 1050);
});

test('a step begun is paid whole, a step not begun is free', t => {
  t.is(priceFen(0, SIX_YUAN), 0);
  t.is(priceFen(1, SIX_YUAN), 150);
  t.is(priceFen(15 * MINUTE_MS, SIX_YUAN), 150);
  t.is(priceFen(15 * MINUTE_MS + 1, SIX_YUAN), 300);
  t.is(priceFen(60 * MINUTE_MS, SIX_YUAN), 600);
});

test('a fraction of a fen is not charged', t => {
  t.is(priceFen(MINUTE_MS, {fenPerHour: 100, stepMinutes: 1}), 1);
  t.is(priceFen(3 * MINUTE_MS, {fenPerHour: 100, stepMinutes: 1}), 5);
});

test('a price is a whole number and never falls with time', t => {
  fc.assert(
    fc.property(
      fc.nat(10_000_000),
      fc.nat(10_000_000),
      fc.record({fenPerHour: fc.nat(10_000), stepMinutes: fc.integer({min: 1, max: 120})}),
      (stayMs, moreMs, tariff) => {
        const price = priceFen(stayMs, tariff);
        t.true(Number.isSafeInteger(price) && price >= 0);
        t.true(priceFen(stayMs + moreMs, tariff) >= price);
      },
    ),
  );
});

test('half milliseconds, negative times and empty steps are refused', t => {
  for (const make of [
    () => priceFen(-1, SIX_YUAN),
    () => priceFen(0.5, SIX_YUAN),
    () => priceFen(1, {fenPerHour: -1, stepMinutes: 15}),
    () => priceFen(1, {fenPerHour: 0.5, stepMinutes: 15}),
    () => priceFen(1, {fenPerHour: 600, stepMinutes: 0}),
    () => priceFen(Number.NaN, SIX_YUAN),
  ]) {
    t.is(t.throws(make, {instanceOf: UsageError}).code, 'site/tariff');
  }
});
