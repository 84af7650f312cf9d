import test from 'ava';
import type {UnixMillis} from '../base/clock.js';
import {DAY_MS, MINUTE_MS} from '../base/units.js';
import type {GeoPoint} from './distance.js';
import {areTooNear, LONGEST_WAY_MS, leastWayMs} from './travel-rules.js';

const GUANGZHOU = {latE7: 231_290_000, lngE7: 1_132_640_000};
/** About 105 km away. */
const SHENZHEN = {latE7: 225_430_000, lngE7: 1_140_580_000};
const NEXT_DOOR = {latE7: 231_290_000, lngE7: 1_132_650_000};

const use = (site: string, place: GeoPoint | undefined, minute: number) => ({
  ...{site, place},
  atMs: (minute * MINUTE_MS) as UnixMillis,
});

test('~E45 two sites 105 km apart within 40 minutes are too near in time, in either order; after an hour, within one site or next door they are not', t => {
  const first = use('lot-1', GUANGZHOU, 0);
  const least = leastWayMs(first, use('lot-2', SHENZHEN, 0));
  t.true(least > 40 * MINUTE_MS && least < 45 * MINUTE_MS, `${least} ms`);
  t.true(areTooNear(first, use('lot-2', SHENZHEN, 40)));
  t.true(areTooNear(use('lot-2', SHENZHEN, 40), first));
  t.false(areTooNear(first, use('lot-2', SHENZHEN, 60)));
  t.false(areTooNear(first, use('lot-1', GUANGZHOU, 0)));
  t.false(areTooNear(first, use('lot-2', NEXT_DOOR, 0)), 'clocks of gateways may differ so far');
});

test('~E45 where nobody has said where a site lies ten minutes must pass', t => {
  t.true(areTooNear(use('lot-1', undefined, 0), use('lot-2', SHENZHEN, 9)));
  t.false(areTooNear(use('lot-1', GUANGZHOU, 0), use('lot-2', undefined, 10)));
});

test('no two places on earth need longer than what is looked back', t => {
  const [one, other] = [
    {latE7: 0, lngE7: 0},
    {latE7: 0, lngE7: 1_800_000_000},
  ];
  const least = leastWayMs(use('a', one, 0), use('b', other, 0));
  t.true(least < LONGEST_WAY_MS && least > LONGEST_WAY_MS - DAY_MS);
});
