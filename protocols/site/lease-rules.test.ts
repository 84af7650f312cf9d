import test from 'ava';
import fc from 'fast-check';
import type {UnixMillis} from '../base/clock.js';
import {UsageError} from '../base/errors.js';
import {DAY_MS, HOUR_MS} from '../base/units.js';
import {leaseFen, leaseFenUntil, overtimeOf} from './lease-rules.js';

const MONTH = {priceFen: 30_000, termMs: 30 * DAY_MS};
const at = (ms: number) => ms as UnixMillis;

test('a part of a term costs its share, a fraction of a fen is paid whole', t => {
  t.is(leaseFen(MONTH, 30 * DAY_MS), 30_000);
  t.is(leaseFen(MONTH, DAY_MS), 1000);
  t.is(leaseFen(MONTH, HOUR_MS), 42);
  t.is(leaseFen(MONTH, 1), 1);
  t.is(leaseFen(MONTH, 0), 0);
  t.is(leaseFen({priceFen: 900_000_000, termMs: 365 * DAY_MS}, 365 * DAY_MS), 900_000_000);
  for (const wrong of [-1, 0.5, Number.NaN]) {
    t.throws(() => leaseFen(MONTH, wrong), {instanceOf: UsageError, code: 'site/lease'});
  }
  t.throws(() => leaseFen({priceFen: 1, termMs: 0}, 1), {code: 'site/lease'});
});

test('what a term costs until an instant never falls, and is never more than all of it', t => {
  const days = fc.integer({min: 1, max: 400});
  fc.assert(
    fc.property(fc.nat(10_000_000), days, fc.nat(), fc.nat(), (priceFen, length, one, other) => {
      const untilMs = at(1000 + length * DAY_MS);
      const term = {fromMs: at(1000), untilMs, rate: {priceFen, termMs: 30 * DAY_MS}};
      const [early, late] = [Math.min(one, other), Math.max(one, other)].map(ms =>
        leaseFenUntil(term, at(ms * 20)),
      ) as [number, number];
      t.true(early <= late && late <= leaseFenUntil(term, untilMs));
    }),
  );
  const term = {fromMs: at(1000), untilMs: at(2000), rate: MONTH};
  t.is(leaseFenUntil(term, at(1000)), 0);
  t.is(leaseFenUntil(term, at(0)), 0);
});

test('overtime is the part of a stay beyond the end', t => {
  t.is(overtimeOf({durationMs: 500, endMs: at(1000)}, at(1000)), 0);
  t.is(overtimeOf({durationMs: 500, endMs: at(1200)}, at(1000)), 200);
  t.is(overtimeOf({durationMs: 500, endMs: at(5000)}, at(1000)), 500);
  t.is(overtimeOf({durationMs: 10.4, endMs: at(5000)}, at(1000)), 10);
});
