import test from 'ava';
import {
  type LockProfile,
  REFERENCE_LOCK_PROFILE,
} from '../../protocols/profiles/parking-lock-profile.js';
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
      onIdentity: identity => heard.push(identity),
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
      supplyPercent: 86,
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
  const polls = bus.reads.filter(read => read.address === 1);
  t.true(polls.every(read => read.lane === 'confirm'));
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

test('a lock found, and found again, is asked once what it is', async t => {
  let model = 7;
  const {clock, bus, lock, heard} = setup({
    read: request => ({kind: 'values', values: request.address === 7 ? [model, 3] : WORDS}),
  });
  bus.sweep();
  bus.sweep();
  await clock.advance(20);
  bus.sweep();
  t.deepEqual(heard, ['reference model 7 firmware 3']);
  t.deepEqual(bus.reads, [{unit: 3, table: 'holding', address: 7, quantity: 2, lane: 'poll'}]);
  bus.health('ok');
  bus.health('suspect');
  bus.health('ok');
  bus.health('offline');
  model = 8;
  bus.health('ok');
  bus.sweep();
  await clock.advance(20);
  t.deepEqual(heard.slice(1), [
    'ok',
    'suspect',
    'ok',
    'offline',
    'ok',
    'reference model 8 firmware 3',
  ]);
  lock.close();
});

test('a lock that does not know the question goes by its profile', async t => {
  const {clock, bus, lock, heard} = setup({
    read: request =>
      request.address === 7
        ? {kind: 'exception', exceptionCode: 2}
        : {kind: 'values', values: WORDS},
  });
  bus.sweep();
  await clock.advance(20);
  t.deepEqual(heard, ['reference']);
  t.is(lock.health, 'unknown', 'which is no misfit');
  lock.close();
});

test('a lock silent to the question is asked three times, 5 s apart, then goes by its profile', async t => {
  const {clock, bus, lock, heard} = setup({
    read: request => (request.address === 7 ? {kind: 'timeout'} : {kind: 'values', values: WORDS}),
  });
  for (let second = 0; second < 20; second += 1) {
    bus.sweep();
    await clock.advance(1000);
  }
  t.is(bus.reads.length, 3);
  t.deepEqual(heard, ['reference']);
  lock.close();
});

test('closed while it is asked, it tells nothing', async t => {
  const {clock, bus, lock, heard} = setup();
  bus.sweep();
  lock.close();
  await clock.advance(20);
  t.deepEqual(heard, []);
});

test('a model without identity registers goes by its profile, and locks of a collector by their base', async t => {
  const {clock, bus} = setup();
  const heard: string[] = [];
  const make = (profile: LockProfile) =>
    new LockDriver({
      id: asId<DeviceId>('L-A-002'),
      bus,
      clock,
      unit: 3,
      profile,
      base: 110,
      listener: {
        onReading: () => {},
        onHealth: () => {},
        onIdentity: identity => heard.push(identity),
      },
    });
  const mute = make({...REFERENCE_LOCK_PROFILE, name: 'mute', identity: undefined});
  const known = make(REFERENCE_LOCK_PROFILE);
  bus.sweep();
  await clock.advance(20);
  t.deepEqual(heard, ['mute', 'reference model 2 firmware 0']);
  t.deepEqual(
    bus.reads.map(read => read.address),
    [7, 117],
  );
  t.is(await clock.settle(known.command('lower')), 'acknowledged');
  t.is(bus.writes[0]?.address, 110);
  mute.close();
  known.close();
});
