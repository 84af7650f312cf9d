import test from 'ava';
import {UnitWatch} from './unit-watch.js';

function makeWatch() {
  const told: string[] = [];
  const watch = new UnitWatch({
    fraction: () => 0.5,
    tell: (unit, health) => told.push(`${unit} ${health}`),
  });
  const silence = (unit: number, fromMs: number) => {
    for (const afterMs of [0, 1000, 2000]) watch.missed(unit, fromMs + afterMs);
  };
  return {watch, told, silence};
}

test('offline is told at once when another unit answered meanwhile', t => {
  const {watch, told, silence} = makeWatch();
  watch.replied(1, 0);
  watch.missed(2, 100);
  watch.replied(1, 200);
  silence(2, 1100);
  t.deepEqual(told, ['1 ok', '2 suspect', '2 offline']);
});

test('offline is held while the whole line is silent, until another unit answers', t => {
  const {watch, told, silence} = makeWatch();
  silence(2, 100);
  t.deepEqual(told, ['2 suspect']);
  t.is(watch.healthOf(2), 'suspect');
  t.true(watch.gateOf(2).isProbe);
  watch.replied(1, 5000);
  t.deepEqual(told, ['2 suspect', '1 ok', '2 offline']);
  t.is(watch.healthOf(2), 'offline');
});

test('a unit that answers before the line is judged was never offline to anybody', t => {
  const {watch, told, silence} = makeWatch();
  silence(2, 100);
  watch.replied(2, 5000);
  t.deepEqual(told, ['2 suspect', '2 ok']);
});

test('all units silent is known as soon as the last is offline, and of no units never', t => {
  const {watch, silence} = makeWatch();
  silence(1, 0);
  t.false(watch.areAllSilent(new Set([1, 2])));
  silence(2, 0);
  t.true(watch.areAllSilent(new Set([1, 2])));
  t.false(watch.areAllSilent(new Set()));
});
