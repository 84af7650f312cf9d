import test from 'ava';
import {asId, type DeviceId} from '../../protocols/site/ids.js';
import {VirtualClock} from '../../sim/clock/virtual-clock.js';
import {ScriptedBus} from '../lifecycle/scripted-bus.js';
import {ModbusButton, type ModbusButtonOptions} from './modbus-button.js';

function setup(options: Partial<ModbusButtonOptions> = {}) {
  const clock = new VirtualClock({yieldTurn: () => new Promise(r => setImmediate(r))});
  const board = {words: [0, 5, 0]};
  const bus = new ScriptedBus(clock, {
    read: () => ({kind: 'values', values: board.words}),
    write: () => ({kind: 'written'}),
  });
  const heard: string[] = [];
  const button = new ModbusButton({
    id: asId<DeviceId>('E-1'),
    bus,
    clock,
    unit: 32,
    ...options,
    listener: {
      onPress: (presses, atMs) => heard.push(`press ${presses} @${atMs}`),
      onLine: line => heard.push(`line ${line}`),
      onHealth: health => heard.push(health),
    },
  });
  return {clock, board, bus, heard, button};
}

const coils = (bus: ScriptedBus) => bus.writes.map(({address, values}) => `${address}=${values}`);

test('~P22 input registers 0..2 are polled every 150 ms, and presses are told from there', async t => {
  const {clock, board, bus, heard, button} = setup();
  const [entry] = bus.entries;
  t.deepEqual(entry?.read, {unit: 32, table: 'input', address: 0, quantity: 3});
  t.is(entry?.periodMs(), 150);
  t.is(button.line, undefined);
  bus.sweep();
  await clock.advance(150);
  board.words = [1, 6, 0];
  bus.sweep();
  t.deepEqual(heard, ['line ok', 'press 1 @150']);
  board.words = [1, 6, 2];
  bus.sweep();
  t.is(button.line, 'short');
});

test('a button that was not read for 300 ms goes before what nobody waits for', async t => {
  const {clock, bus} = setup();
  const [entry] = bus.entries;
  t.true(entry?.isUrgent?.());
  bus.sweep();
  await clock.advance(299);
  t.false(entry?.isUrgent?.());
  await clock.advance(1);
  t.true(entry?.isUrgent?.());
});

test('what was pressed since its counter was kept is a press, and the counter is told behind it', t => {
  const counts: number[] = [];
  const {board, bus, heard} = setup({formerCount: 3, onCount: count => counts.push(count)});
  t.deepEqual(counts, []);
  bus.sweep();
  t.deepEqual(heard, ['press 2 @0', 'line ok']);
  t.deepEqual(counts, [5]);
  bus.sweep();
  t.deepEqual(counts, [5]);
  board.words = [1, 6, 0];
  bus.sweep();
  t.deepEqual(counts, [5, 6]);
});

test('sounder and lamp are set by coils and kept so every 30 s', async t => {
  const {clock, bus, button} = setup();
  button.signal({buzzer: true, lamp: true});
  await clock.advance(30_100);
  t.deepEqual(coils(bus), ['0=1', '1=1', '0=1', '1=1']);
  t.true(bus.writes.every(({kind, unit}) => kind === 'coil' && unit === 32));
  button.signal({buzzer: false, lamp: true});
  await clock.advance(100);
  t.deepEqual(coils(bus).slice(4), ['0=0', '1=1']);
  button.close();
  clock.assertIdle();
});

test('a board that comes back or restarts is told its signals again', async t => {
  const {clock, board, bus, heard, button} = setup();
  bus.health('ok');
  bus.sweep();
  button.signal({buzzer: true, lamp: false});
  await clock.advance(100);
  bus.health('offline');
  await clock.advance(40_000);
  t.is(bus.writes.length, 2);
  bus.health('ok');
  await clock.advance(100);
  t.is(bus.writes.length, 4);
  board.words = [0, 0, 0];
  bus.sweep();
  await clock.advance(100);
  t.deepEqual(coils(bus).slice(4), ['0=1', '1=0']);
  t.deepEqual(heard, ['ok', 'line ok', 'offline', 'ok']);
});

test('a sounder that did not answer is tried again after 1 s, the lamp with it', async t => {
  const {clock, bus, button} = setup();
  bus.script = {write: () => ({kind: 'timeout'})};
  button.signal({buzzer: true, lamp: true});
  await clock.advance(100);
  bus.script = {write: () => ({kind: 'written'})};
  await clock.advance(1000);
  t.deepEqual(coils(bus), ['0=1', '0=1', '1=1']);
});

test('nothing is told after close, and words that miss are no poll', t => {
  const {board, bus, heard, button} = setup();
  board.words = [1, 9];
  bus.sweep();
  button.close();
  board.words = [1, 9, 0];
  bus.sweep();
  t.deepEqual(heard, []);
});
