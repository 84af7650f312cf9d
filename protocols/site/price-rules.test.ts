import test from 'ava';
import fc from 'fast-check';
import type {UnixMillis} from '../base/clock.js';
import {HOUR_MS, MINUTE_MS} from '../base/units.js';
import {
  chargeFen,
  type Price,
  type PriceRule,
  percentAfter,
  refundFen,
  rulesFor,
  sharesOf,
  USUAL_TERMS,
} from './price-rules.js';

const noon: PriceRule = {
  ...{id: 'noon', ver: 1, points: [], roles: [], fromMs: null, untilMs: null, percent: -20},
  weekly: [{days: [1, 2, 3, 4, 5], fromMinute: 11 * 60, toMinute: 14 * 60}],
};
const price: Price = {
  ...{fenPerHour: 600, terms: USUAL_TERMS, tariffVer: 0, percent: 100, rules: [], coupon: null},
};
const start = (hour: number, isoWeekday: 1 | 6 = 1) => ({
  ...{point: 'A-012', roles: ['tenant'], atMs: 5 as UnixMillis},
  local: {isoWeekday, minuteOfDay: hour * 60},
});

test('a rule holds by weekday, hour, point, role and date', t => {
  const holds = (rule: PriceRule, at = start(12)) => rulesFor([rule], at).length === 1;
  t.true(holds(noon));
  t.false(holds(noon, start(18)));
  t.false(holds(noon, start(12, 6)));
  t.true(holds({...noon, points: ['A-012', 'B']}));
  t.false(holds({...noon, points: ['B']}));
  t.true(holds({...noon, roles: ['tenant']}));
  t.false(holds({...noon, roles: ['lender']}));
  t.false(holds({...noon, fromMs: 6 as UnixMillis}));
  t.true(holds({...noon, fromMs: 5 as UnixMillis}));
  t.false(holds({...noon, untilMs: 5 as UnixMillis}));
});

test('percents add up and never go below nothing', t => {
  t.is(percentAfter([]), 100);
  t.is(percentAfter([noon, {...noon, percent: -10}]), 70);
  t.is(percentAfter([noon, {...noon, percent: -90}]), 0);
  t.is(percentAfter([{...noon, percent: 50}]), 150);
});

test('time beyond the end has its own price, a coupon takes nothing off it', t => {
  const used = {regularMs: 95 * MINUTE_MS, overtimeMs: 0};
  t.is(chargeFen(price, used), 1050);
  t.is(chargeFen({...price, percent: 80}, used), 840);
  t.is(chargeFen(price, {regularMs: HOUR_MS, overtimeMs: 20 * MINUTE_MS}), 600 + 450);
  const half = {id: 'c', terms: {kind: 'percent', percent: 50}} as const;
  t.is(chargeFen({...price, coupon: half}, {regularMs: HOUR_MS, overtimeMs: HOUR_MS}), 300 + 900);
  const more = {id: 'c', terms: {kind: 'amount', offFen: 700}} as const;
  t.is(chargeFen({...price, coupon: more}, {regularMs: HOUR_MS, overtimeMs: 0}), 0);
});

test('who cancels earlier is given back more; after the start nothing', t => {
  const {refunds} = USUAL_TERMS;
  t.is(refundFen(1001, refunds, 2 * HOUR_MS), 1001);
  t.is(refundFen(1001, refunds, HOUR_MS), 1001);
  t.is(refundFen(1001, refunds, HOUR_MS - 1), 500);
  t.is(refundFen(1001, refunds, 0), 500);
  t.is(refundFen(1001, refunds, -1), 0);
  t.is(refundFen(1001, [], 2 * HOUR_MS), 0);
});

test('shares are whole, add up, and charges never fall with time', t => {
  fc.assert(
    fc.property(
      ...[fc.nat(1_000_000), fc.nat(100), fc.nat(10_000_000), fc.nat(10_000_000), fc.nat(300)],
      (amountFen, lenderPercent, usedMs, moreMs, percent) => {
        const {lenderFen, houseFen} = sharesOf(amountFen, lenderPercent);
        t.is(lenderFen + houseFen, amountFen);
        t.true(lenderFen >= 0 && houseFen >= 0);
        const charge = (regularMs: number) =>
          chargeFen({...price, percent}, {regularMs, overtimeMs: 0});
        t.true(charge(usedMs + moreMs) >= charge(usedMs));
      },
    ),
  );
});
