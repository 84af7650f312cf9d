import test from 'ava';
import type {UnixMillis} from '../../protocols/base/clock.js';
import {asId, type DeviceId} from '../../protocols/site/ids.js';
import {VirtualClock} from '../../sim/clock/virtual-clock.js';
import type {ArmState, LockReading, VehicleFlag} from '../parking-lock/contract.js';
import {DebouncedSensor} from './debounced-sensor.js';

function reading(arm: ArmState, vehicle: VehicleFlag, atMs: number): LockReading {
  const faults = {
    motor: false,
    limitSwitch: false,
    lowBattery: false,
    tamper: false,
    overCurrent: false,
  };
  return {arm, vehicle, supplyMv: 12_000, faults, cycles: 4, atMs, wallMs: 0 as UnixMillis};
}

function setup(source: 'lock' | 'input') {
  const clock = new VirtualClock({yieldTurn: () => new Promise(r => setImmediate(r))});
  const told: string[] = [];
  const sensor = new DebouncedSensor({
    id: asId<DeviceId>('S-A-001'),
    clock,
    source,
    listener: {onChange: state => told.push(`${state.occupancy}/${state.fault}`)},
  });
  return {clock, told, sensor};
}

test("from a lock: its vehicle flag is the bay's, every value of it", t => {
  const {sensor} = setup('lock');
  const raws = (['absent', 'present', 'none', 'fault'] as const).map((flag, index) => {
    sensor.onLockReading(reading('down', flag, index * 100));
    return sensor.raw;
  });
  t.deepEqual(raws, ['vacant', 'occupied', 'unknown', 'unknown']);
  t.is(sensor.state.fault, 'device');
});

test('from a lock: offline is unknown', async t => {
  const {clock, told, sensor} = setup('lock');
  sensor.onLockReading(reading('down', 'present', 0));
  sensor.onLockReading(reading('down', 'present', 2000));
  await clock.advance(3000);
  sensor.onLockHealth('suspect');
  sensor.onLockHealth('offline');
  t.deepEqual(told, ['occupied/undefined', 'unknown/undefined']);
});

test('from an input: the contact counts, the lock tells only its arm', async t => {
  const {clock, told, sensor} = setup('input');
  sensor.onLockReading(reading('up', 'absent', 0));
  t.is(sensor.raw, 'unknown');
  sensor.onInput(true, 100);
  sensor.onInput(true, 2100);
  t.deepEqual(told, ['occupied/contradiction']);
  sensor.onLockHealth('offline');
  t.is(sensor.raw, 'occupied');
  await clock.advance(3000);
  sensor.onInputHealth('ok');
  sensor.onInputHealth('offline');
  t.is(sensor.raw, 'unknown');
  sensor.onInput(false, 3500);
  t.is(sensor.raw, 'vacant');
});

test('an arm not heard of for a while proves nothing', t => {
  const {told, sensor} = setup('input');
  sensor.onLockReading(reading('up', 'none', 0));
  sensor.onLockHealth('offline');
  sensor.onInput(true, 100);
  sensor.onInput(true, 5000);
  t.deepEqual(told, ['occupied/undefined']);
});

test('tells nothing after close', t => {
  const {told, sensor} = setup('input');
  sensor.close();
  sensor.onInput(true, 0);
  sensor.onInput(true, 5000);
  t.deepEqual(told, []);
});
