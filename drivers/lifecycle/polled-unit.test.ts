import test from 'ava';
import {VirtualClock} from '../../sim/clock/virtual-clock.js';
import {PolledUnit} from './polled-unit.js';
import {ScriptedBus} from './scripted-bus.js';

function setup() {
  const clock = new VirtualClock({yieldTurn: () => new Promise(r => setImmediate(r))});
  const bus = new ScriptedBus(clock, {read: () => ({kind: 'values', values: [7]})});
  const heard: string[] = [];
  const unit = new PolledUnit({
    name: 'D-1',
    bus,
    read: {unit: 31, table: 'holding', address: 0, quantity: 1},
    periodMs: () => 5000,
    onValues: (values, atMs) => heard.push(`${values} @${atMs}`),
    onHealth: health => heard.push(health),
    onTrouble: (code, text) => heard.push(`${code}: ${text}`),
  });
  return {clock, bus, heard, unit};
}

test('polls, confirms and tells both in order', async t => {
  const {clock, bus, heard, unit} = setup();
  bus.sweep();
  const outcome = await clock.settle(unit.confirm());
  t.is(outcome.kind, 'values');
  t.deepEqual(heard, ['7 @0', '7 @10']);
  t.is(bus.reads[0]?.lane, 'confirm');
});

test('a confirming read that resolves after a younger poll is dropped', async t => {
  const {clock, bus, heard, unit} = setup();
  const late = unit.confirm();
  const entry = [...bus.entries][0];
  entry?.onOutcome({kind: 'values', values: [8], atMs: 20});
  await clock.settle(late);
  t.deepEqual(heard, ['8 @20']);
});

test('a refusal is told once, names the device and ends with the next reading', t => {
  const {bus, heard, unit} = setup();
  bus.health('ok');
  bus.script = {read: () => ({kind: 'exception', exceptionCode: 2})};
  bus.sweep();
  bus.sweep();
  t.is(unit.health, 'offline');
  bus.script = {read: () => ({kind: 'values', values: [1]})};
  bus.sweep();
  t.deepEqual(heard, [
    'ok',
    'offline',
    'device/profile-misfit: D-1 refuses its registers with exception 2',
    'ok',
    '1 @0',
  ]);
});

test('nothing is told after close, not even of a read in flight', async t => {
  const {clock, bus, heard, unit} = setup();
  const late = unit.confirm();
  unit.close();
  unit.close();
  await clock.settle(late);
  t.is(bus.entries.size, 0);
  t.deepEqual(heard, []);
});
