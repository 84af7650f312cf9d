import test from 'ava';
import fc from 'fast-check';
import type {UnixMillis} from '../base/clock.js';
import {cancelDeadline, type Deadline, nextDueAt, setDeadline, takeDue} from './deadlines.js';

const deadline = (id: string, dueAt: number): Deadline => ({id, dueAt: dueAt as UnixMillis});
const idsOf = (deadlines: readonly Deadline[]) => deadlines.map(({id}) => id);
const at = (ms: number) => ms as UnixMillis;

test('~E101 what fell due during a pause comes at the first tick, in due order, once each', t => {
  const pending = [
    deadline('c', 300),
    deadline('a', 100),
    deadline('later', 900),
    deadline('b', 200),
  ];
  const first = takeDue(pending, at(500));
  t.deepEqual(idsOf(first.due), ['a', 'b', 'c']);
  const second = takeDue(first.pending, at(500));
  t.deepEqual(second.due, []);
  t.deepEqual(idsOf(second.pending), ['later']);
});

test('due at its instant, not before; equal instants in the order set', t => {
  const pending = [deadline('y', 100), deadline('x', 100)];
  t.deepEqual(takeDue(pending, at(99)).due, []);
  t.deepEqual(idsOf(takeDue(pending, at(100)).due), ['y', 'x']);
});

test('one deadline per id', t => {
  const pending = setDeadline(setDeadline([], deadline('a', 100)), deadline('a', 900));
  t.deepEqual(pending, [deadline('a', 900)]);
  t.deepEqual(takeDue(pending, at(500)).due, []);
});

test('a cancelled deadline never comes', t => {
  const pending = [deadline('a', 100), deadline('b', 100)];
  t.deepEqual(idsOf(cancelDeadline(pending, 'a')), ['b']);
  t.deepEqual(cancelDeadline(pending, 'nobody'), pending);
});

test('when to wake next', t => {
  t.is(nextDueAt([]), undefined);
  t.is(nextDueAt([deadline('b', 200), deadline('a', 100), deadline('c', 300)]), at(100));
});

test('however the ticks fall, each comes once and in order', t => {
  fc.assert(
    fc.property(
      fc.array(fc.nat(1000), {maxLength: 20}),
      fc.array(fc.nat(1000), {maxLength: 10}),
      (dueTimes, ticks) => {
        let pending: readonly Deadline[] = dueTimes.map((due, index) => deadline(`${index}`, due));
        const seen: Deadline[] = [];
        for (const tick of [...ticks.toSorted((left, right) => left - right), 1000]) {
          const step = takeDue(pending, at(tick));
          seen.push(...step.due);
          pending = step.pending;
        }
        t.is(seen.length, dueTimes.length);
        t.is(new Set(idsOf(seen)).size, seen.length);
        t.deepEqual(
          seen.map(({dueAt}): number => dueAt),
          dueTimes.toSorted((left, right) => left - right),
        );
      },
    ),
  );
});
