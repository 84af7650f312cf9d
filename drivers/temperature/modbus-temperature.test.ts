import test from 'ava';
import {asId, type DeviceId} from '../../protocols/site/ids.js';
import {VirtualClock} from '../../sim/clock/virtual-clock.js';
import {ScriptedBus} from '../lifecycle/scripted-bus.js';
import {ModbusTemperature} from './modbus-temperature.js';

test('thousandths of a degree, none without a probe, and silence after close', t => {
  const clock = new VirtualClock({yieldTurn: () => Promise.resolve()});
  let word = 423;
  const bus = new ScriptedBus(clock, {read: () => ({kind: 'values', values: [word]})});
  const heard: (number | string | undefined)[] = [];
  const input = new ModbusTemperature({
    id: asId<DeviceId>('T-1'),
    bus,
    unit: 9,
    listener: {
      onTemperature: reading => heard.push(reading.milliCelsius),
      onHealth: health => heard.push(health),
    },
  });
  const [entry] = bus.entries;
  t.deepEqual(entry?.read, {unit: 9, table: 'holding', address: 0, quantity: 1});
  t.is(entry?.periodMs(), 5000);
  bus.health('ok');
  bus.sweep();
  word = 0xffff;
  bus.sweep();
  t.deepEqual(heard, ['ok', 42_300, undefined]);
  t.is(input.health, 'ok');
  t.is(input.latest?.milliCelsius, undefined);
  input.close();
  t.is(bus.entries.size, 0);
});
