import test from 'ava';
import fc from 'fast-check';
import {type IsoWeekday, isInAnyWindow, isInWindow, type WeeklyWindow} from './windows.js';

const at = (isoWeekday: IsoWeekday, clock: string) => {
  const [hour, minute] = clock.split(':').map(Number);
  return {isoWeekday, minuteOfDay: (hour ?? 0) * 60 + (minute ?? 0)};
};
const OFFICE: WeeklyWindow = {days: [1, 2, 3, 4, 5], fromMinute: 8 * 60, toMinute: 18 * 60};
const FRIDAY_NIGHT: WeeklyWindow = {days: [5], fromMinute: 22 * 60, toMinute: 6 * 60};
const SUNDAY_NIGHT: WeeklyWindow = {days: [7], fromMinute: 22 * 60, toMinute: 6 * 60};

test('first minute in, last minute out, other days not', t => {
  t.false(isInWindow(OFFICE, at(1, '07:59')));
  t.true(isInWindow(OFFICE, at(1, '08:00')));
  t.true(isInWindow(OFFICE, at(5, '17:59')));
  t.false(isInWindow(OFFICE, at(5, '18:00')));
  t.false(isInWindow(OFFICE, at(6, '12:00')));
});

test('a window over midnight belongs to the day it begins on', t => {
  t.false(isInWindow(FRIDAY_NIGHT, at(5, '05:00')));
  t.false(isInWindow(FRIDAY_NIGHT, at(5, '21:59')));
  t.true(isInWindow(FRIDAY_NIGHT, at(5, '22:00')));
  t.true(isInWindow(FRIDAY_NIGHT, at(5, '23:59')));
  t.true(isInWindow(FRIDAY_NIGHT, at(6, '00:00')));
  t.true(isInWindow(FRIDAY_NIGHT, at(6, '05:59')));
  t.false(isInWindow(FRIDAY_NIGHT, at(6, '06:00')));
  t.false(isInWindow(FRIDAY_NIGHT, at(6, '22:00')));
});

test('over the end of the week', t => {
  t.true(isInWindow(SUNDAY_NIGHT, at(7, '22:00')));
  t.true(isInWindow(SUNDAY_NIGHT, at(1, '05:59')));
  t.false(isInWindow(SUNDAY_NIGHT, at(1, '06:00')));
  t.false(isInWindow(SUNDAY_NIGHT, at(7, '05:59')));
});

test('a whole day, from midnight or from any other minute', t => {
  const saturday: WeeklyWindow = {days: [6], fromMinute: 0, toMinute: 1440};
  t.true(isInWindow(saturday, at(6, '00:00')));
  t.true(isInWindow(saturday, at(6, '23:59')));
  t.false(isInWindow(saturday, at(7, '00:00')));
  const noonToNoon: WeeklyWindow = {days: [6], fromMinute: 720, toMinute: 720};
  t.false(isInWindow(noonToNoon, at(6, '11:59')));
  t.true(isInWindow(noonToNoon, at(6, '12:00')));
  t.true(isInWindow(noonToNoon, at(7, '11:59')));
  t.false(isInWindow(noonToNoon, at(7, '12:00')));
});

test('any of several windows, and none at all is no limit', t => {
  t.true(isInAnyWindow([], at(3, '03:00')));
  t.true(isInAnyWindow([OFFICE, FRIDAY_NIGHT], at(6, '01:00')));
  t.false(isInAnyWindow([OFFICE, FRIDAY_NIGHT], at(6, '12:00')));
  t.false(isInWindow({days: [], fromMinute: 0, toMinute: 1440}, at(6, '12:00')));
});

test('a window on every day holds for exactly its length each day', t => {
  fc.assert(
    fc.property(fc.nat(1439), fc.nat(1439), fc.integer({min: 1, max: 7}), (from, to, day) => {
      const window: WeeklyWindow = {days: [1, 2, 3, 4, 5, 6, 7], fromMinute: from, toMinute: to};
      let minutes = 0;
      for (let minuteOfDay = 0; minuteOfDay < 1440; minuteOfDay += 1) {
        if (isInWindow(window, {isoWeekday: day as IsoWeekday, minuteOfDay})) minutes += 1;
      }
      t.is(minutes, to > from ? to - from : 1440 - from + to);
    }),
    {numRuns: 30},
  );
});
