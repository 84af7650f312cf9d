import test from 'ava';
import type {UnixMillis} from '../base/clock.js';
import {UsageError} from '../base/errors.js';
import {isInAnyWindow, type WeeklyWindow} from './windows.js';
import {SiteZone} from './zone.js';

const instant = (iso: string) => Date.parse(iso) as UnixMillis;
const local = (zone: string, iso: string) => {
  const {isoWeekday, minuteOfDay} = new SiteZone(zone).localTime(instant(iso));
  return `${isoWeekday} ${Math.floor(minuteOfDay / 60)}:${minuteOfDay % 60}`;
};

test('the clock on the wall of the site, not of the machine', t => {
  t.is(local('Asia/Shanghai', '2026-11-21T22:30:00Z'), '7 6:30');
  t.is(local('UTC', '2026-11-21T22:30:00Z'), '6 22:30');
  t.is(local('America/New_York', '2026-11-21T22:30:00Z'), '6 17:30');
  t.is(local('Asia/Kathmandu', '2026-11-21T22:30:00Z'), '7 4:15');
});

test('midnight is minute 0 of the new day', t => {
  t.is(local('Asia/Shanghai', '2026-11-22T15:59:59.999Z'), '7 23:59');
  t.is(local('Asia/Shanghai', '2026-11-22T16:00:00Z'), '1 0:0');
});

test('month end, year end and the leap day', t => {
  t.is(local('Asia/Shanghai', '2026-11-30T15:59:00Z'), '1 23:59');
  t.is(local('Asia/Shanghai', '2026-11-30T16:00:00Z'), '2 0:0');
  t.is(local('Asia/Shanghai', '2026-12-31T16:00:00Z'), '5 0:0');
  t.is(local('Asia/Shanghai', '2028-02-28T16:00:00Z'), '2 0:0');
});

test('daylight saving: the hour that is missing and the hour that comes twice', t => {
  t.is(local('Europe/Berlin', '2026-03-29T00:59:00Z'), '7 1:59');
  t.is(local('Europe/Berlin', '2026-03-29T01:00:00Z'), '7 3:0');
  t.is(local('Europe/Berlin', '2026-10-25T00:30:00Z'), '7 2:30');
  t.is(local('Europe/Berlin', '2026-10-25T01:30:00Z'), '7 2:30');
});

test('~E10 a booking over midnight at month end holds by the clock of the site', t => {
  const zone = new SiteZone('Asia/Shanghai');
  const mondayNight: WeeklyWindow = {days: [1], fromMinute: 22 * 60, toMinute: 6 * 60};
  const holds = (iso: string) => isInAnyWindow([mondayNight], zone.localTime(instant(iso)));
  // Monday 30 November 22:00 to Tuesday 1 December 06:00 in Shanghai, 8 hours ahead of UTC.
  t.false(holds('2026-11-30T13:59:59Z'));
  t.true(holds('2026-11-30T14:00:00Z'));
  t.true(holds('2026-11-30T16:00:00Z'));
  t.true(holds('2026-11-30T21:59:59Z'));
  t.false(holds('2026-11-30T22:00:00Z'));
});

test('a zone nobody knows is refused by name', t => {
  const error = t.throws(() => new SiteZone('Asia/Shanhai'), {instanceOf: UsageError});
  t.is(error.code, 'site/zone');
  t.regex(error.message, /Asia\/Shanhai/);
  t.is(new SiteZone('Asia/Shanghai').name, 'Asia/Shanghai');
});
