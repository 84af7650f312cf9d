import test from 'ava';
import {DAY_MS, HOUR_MS, MINUTE_MS} from '../base/units.js';
import {doClash, isOpenThroughout, type Openings} from './openings.js';
import type {IsoWeekday} from './windows.js';
import {SiteZone} from './zone.js';

const shanghai = new SiteZone('Asia/Shanghai');
const berlin = new SiteZone('Europe/Berlin');
const WORKDAYS: readonly IsoWeekday[] = [1, 2, 3, 4, 5];
const ALL: readonly IsoWeekday[] = [1, 2, 3, 4, 5, 6, 7];
/** Monday, 2 March 2026, midnight in Shanghai. */
const MONDAY = Date.parse('2026-03-02T00:00:00+08:00');

const weekly = (days: readonly IsoWeekday[], from: number, to: number): Openings => ({
  single: [],
  weekly: [{days, fromMinute: from * 60, toMinute: to * 60}],
});
const single = (fromMs: number, untilMs: number): Openings => ({
  single: [{fromMs, untilMs}],
  weekly: [],
});
const hours = (day: number, from: number, to: number) => ({
  fromMs: MONDAY + day * DAY_MS + from * HOUR_MS,
  untilMs: MONDAY + day * DAY_MS + to * HOUR_MS,
});

test('a stretch is open when each of its minutes is', t => {
  const office = weekly(WORKDAYS, 8.5, 18);
  const isOpen = (day: number, from: number, to: number) =>
    isOpenThroughout(office, hours(day, from, to), shanghai);
  t.true(isOpen(1, 10, 12));
  t.true(isOpen(1, 8.5, 18));
  t.false(isOpen(1, 8, 10), 'begins too early');
  t.false(isOpen(1, 17, 18.25), 'ends too late');
  t.false(isOpen(1, 10, 34), 'a night lies between');
  t.false(isOpen(5, 10, 12), 'Saturday');
  const late = {...hours(1, 17, 18), untilMs: hours(1, 17, 18).untilMs + 1};
  t.false(isOpenThroughout(office, late, shanghai), 'one millisecond too long');
});

test('hours over midnight, of one day after the other, and single stretches join', t => {
  const nights = weekly(ALL, 20, 8);
  t.true(isOpenThroughout(nights, hours(0, 20, 32), shanghai));
  t.false(isOpenThroughout(nights, hours(0, 20, 32.1), shanghai));
  const joined = {...nights, single: [hours(1, 8, 12)]};
  t.true(isOpenThroughout(joined, hours(0, 20, 36), shanghai));
  const always = weekly(ALL, 0, 24);
  const year = {fromMs: MONDAY, untilMs: MONDAY + 366 * DAY_MS};
  t.true(isOpenThroughout(always, year, shanghai));
  t.false(isOpenThroughout(weekly(WORKDAYS, 0, 24), year, shanghai));
  t.false(isOpenThroughout(single(MONDAY, MONDAY + 30 * DAY_MS), year, shanghai));
});

test('the night in which summer time begins or ends has its own hours', t => {
  const nights = weekly(ALL, 22, 6);
  for (const [evening, nightHours] of [
    ['2026-03-28T22:00:00+01:00', 7],
    ['2026-10-24T22:00:00+02:00', 9],
  ] as const) {
    const fromMs = Date.parse(evening);
    const until = (untilMs: number) => isOpenThroughout(nights, {fromMs, untilMs}, berlin);
    t.true(until(fromMs + nightHours * HOUR_MS), evening);
    t.false(until(fromMs + nightHours * HOUR_MS + MINUTE_MS), evening);
  }
});

test('openings clash when there is an instant in both', t => {
  const office = weekly(WORKDAYS, 8.5, 18);
  const clash = (other: Openings) => [
    doClash(office, other, shanghai),
    doClash(other, office, shanghai),
  ];
  const [yes, no] = [
    [true, true],
    [false, false],
  ];
  t.deepEqual(clash(weekly([6, 7], 0, 24)), no);
  t.deepEqual(clash(weekly([5], 18, 8)), no, 'Friday evening until Saturday morning');
  t.deepEqual(clash(weekly([4], 18, 9)), yes, 'Friday 08:30-09:00');
  t.deepEqual(clash(weekly([7], 20, 8.5)), no);
  t.deepEqual(clash(weekly([3], 9, 9.25)), yes);
  const at = ({fromMs, untilMs}: {fromMs: number; untilMs: number}) => single(fromMs, untilMs);
  t.deepEqual(clash(at(hours(5, 0, 48))), no);
  t.deepEqual(clash(at(hours(5, 0, 60))), yes);
  t.deepEqual(clash(at(hours(1, 18, 24))), no);
  t.true(doClash(at(hours(0, 1, 3)), at(hours(0, 2, 4)), shanghai));
  t.false(doClash(at(hours(0, 1, 2)), at(hours(0, 2, 4)), shanghai));
});
