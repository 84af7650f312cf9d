import test from 'ava';
import {asId, type DeviceId} from '../../protocols/site/ids.js';
import {VirtualClock} from '../../sim/clock/virtual-clock.js';
import {type BusScript, ScriptedBus} from '../lifecycle/scripted-bus.js';
import type {LockReading} from './contract.js';
import {LockDriver} from './lock-driver.js';

// Registers 1..6 by device notes 3.4: down, no car, 12.40 V, tamper + over-current, 65,537 cycles.
const WORDS = [2, 0, 1240, 0b11000, 1, 1];

function setup(script: BusScript = {}) {
  const clock = new VirtualClock({yieldTurn: () => new Promise(r => setImmediate(r))});
  const bus = new ScriptedBus(clock, {
    read: () => ({kind: 'values', values: WORDS}),
    write: () => ({kind: 'written'}),
    ...script,
  });
  const readings: LockReading[] = [];
  const heard: string[] = [];
  const lock = new LockDriver({
    id: asId<DeviceId>('L-A-001'),
    bus,
    clock,
    unit: 3,
    listener: {
      onReading: reading => readings.push(reading),
      onHealth: health => heard.push(health),
    },
    onTrouble: code => heard.push(code),
  });
  return {clock, bus, lock, readings, heard};
}

test('one FC03 of registers 1..6 is one poll, decoded and stamped with both clocks', async t => {
  const {clock, bus, lock, readings} = setup();
  t.is(lock.latest, undefined);
  await clock.advance(250);
  bus.sweep();
  const [entry] = bus.entries;
  t.deepEqual(entry?.read, {unit: 3, table: 'holding', address: 1, quantity: 6});
  t.is(entry?.periodMs(), 500);
  t.deepEqual(readings, [
    {
      arm: 'down',
      vehicle: 'absent',
      supplyMv: 12_400,
      faults: {
        motor: false,
        limitSwitch: false,
        lowBattery: false,
        tamper: true,
        overCurrent: true,
      },
      cycles: 65_537,
      atMs: 250,
      wallMs: clock.wallMs(),
    },
  ]);
  t.is(lock.latest, readings[0]);
});

test('a command is one write in the command lane, whatever comes back', async t => {
  const {clock, bus, lock} = setup();
  t.is(await clock.settle(lock.command('lower')), 'acknowledged');
  bus.script = {write: () => ({kind: 'timeout'})};
  t.is(await clock.settle(lock.command('raise')), 'unanswered');
  bus.script = {write: () => ({kind: 'exception', exceptionCode: 2})};
  t.is(await clock.settle(lock.command('stop')), 'refused');
  bus.script = {write: () => ({kind: 'down'})};
  t.is(await clock.settle(lock.command('buzzer')), 'not_sent');
  t.deepEqual(
    bus.writes,
    [2, 1, 3, 4].map(value => ({
      unit: 3,
      address: 0,
      kind: 'register' as const,
      values: [value],
      lane: 'command' as const,
    })),
  );
});

test('watched, it reads every 500 ms in the confirm lane until watching ends', async t => {
  const {clock, bus, lock, readings} = setup();
  lock.watch(true);
  await clock.advance(1600);
  t.deepEqual(
    readings.map(reading => reading.atMs),
    [10, 510, 1010, 1510],
  );
  t.true(bus.reads.every(read => read.lane === 'confirm'));
  lock.watch(false);
  await clock.advance(2000);
  t.is(readings.length, 4);
  clock.assertIdle();
});

test('watching goes on over a lock that does not answer', async t => {
  const {clock, bus, lock, readings} = setup({read: () => ({kind: 'timeout'})});
  lock.watch(true);
  await clock.advance(2100);
  t.is(bus.reads.length, 3);
  t.is(readings.length, 0);
  lock.close();
});

test('a lock whose registers do not exist is offline, with one trouble', t => {
  const {bus, lock, heard} = setup({read: () => ({kind: 'exception', exceptionCode: 2})});
  bus.health('ok');
  bus.sweep();
  bus.sweep();
  t.is(lock.health, 'offline');
  t.deepEqual(heard, ['ok', 'offline', 'device/profile-misfit']);
});

test('a reading with a word missing is not a reading', t => {
  const {bus, readings} = setup({read: () => ({kind: 'values', values: [2, 0]})});
  bus.sweep();
  t.is(readings.length, 0);
});

test('closed: silent, off the sweep, no timer left, and no command goes out', async t => {
  const {clock, bus, lock, readings} = setup();
  lock.watch(true);
  await clock.advance(100);
  lock.close();
  t.is(await lock.command('lower'), 'not_sent');
  t.is(bus.writes.length, 0);
  t.is(bus.entries.size, 0);
  lock.watch(false);
  lock.watch(true);
  t.is(readings.length, 1);
  clock.assertIdle();
});
