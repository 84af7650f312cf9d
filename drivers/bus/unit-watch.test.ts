import test from 'ava';
import type {UnitKey} from './contract.js';
import {UnitWatch} from './unit-watch.js';

function makeWatch() {
  const told: string[] = [];
  const watch = new UnitWatch({
    fraction: () => 0.5,
    tell: (unit, health) => told.push(`${unit.slice('modbus:'.length)} ${health}`),
  });
  const silence = (unit: UnitKey, fromMs: number) => {
    for (const afterMs of [0, 1000, 2000]) watch.missed(unit, fromMs + afterMs);
  };
  return {watch, told, silence};
}

test('offline is told at once when another unit answered meanwhile', t => {
  const {watch, told, silence} = makeWatch();
  watch.replied('modbus:1', 0);
  watch.missed('modbus:2', 100);
  watch.replied('modbus:1', 200);
  silence('modbus:2', 1100);
  t.deepEqual(told, ['1 ok', '2 suspect', '2 offline']);
});

test('offline is held while the whole line is silent, until another unit answers', t => {
  const {watch, told, silence} = makeWatch();
  silence('modbus:2', 100);
  t.deepEqual(told, ['2 suspect']);
  t.is(watch.healthOf('modbus:2'), 'suspect');
  t.true(watch.gateOf('modbus:2').isProbe);
  watch.replied('modbus:1', 5000);
  t.deepEqual(told, ['2 suspect', '1 ok', '2 offline']);
  t.is(watch.healthOf('modbus:2'), 'offline');
});

test('a unit that answers before the line is judged was never offline to anybody', t => {
  const {watch, told, silence} = makeWatch();
  silence('modbus:2', 100);
  watch.replied('modbus:2', 5000);
  t.deepEqual(told, ['2 suspect', '2 ok']);
});

test('all units silent is known as soon as the last is offline, and of no units never', t => {
  const {watch, silence} = makeWatch();
  silence('modbus:1', 0);
  t.false(watch.areAllSilent(new Set<UnitKey>(['modbus:1', 'modbus:2'])));
  silence('modbus:2', 0);
  t.true(watch.areAllSilent(new Set<UnitKey>(['modbus:1', 'modbus:2'])));
  t.false(watch.areAllSilent(new Set()));
});
