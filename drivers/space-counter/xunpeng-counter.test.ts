import test from 'ava';
import {fromHex, toHex} from '../../protocols/base/bytes.js';
import {asId, type DeviceId} from '../../protocols/site/ids.js';
import {SPACE_COUNTER_VECTORS} from '../../protocols/space-counter/vectors.js';
import {VirtualClock} from '../../sim/clock/virtual-clock.js';
import {SpaceCounter} from '../../sim/devices/space-counter.js';
import {ScriptedFrameBus} from '../lifecycle/scripted-frame-bus.js';
import {XunpengCounter} from './xunpeng-counter.js';

function setup() {
  const clock = new VirtualClock({yieldTurn: () => new Promise(r => setImmediate(r))});
  const twin = new SpaceCounter();
  const bus = new ScriptedFrameBus(clock, request => twin.receive(request)[0]?.bytes);
  const heard: string[] = [];
  const counter = new XunpengCounter({
    id: asId<DeviceId>('S-1'),
    bus,
    clock,
    listener: {onHealth: health => heard.push(health)},
  });
  return {clock, twin, bus, heard, counter};
}

test('888 in green goes out as the maker published it, the last of two wins', async t => {
  const {clock, bus, counter} = setup();
  counter.show({count: 3, tone: 'few'});
  counter.show({count: 888, tone: 'plenty'});
  await clock.advance(100);
  t.deepEqual(bus.sent.map(toHex), [toHex(fromHex(SPACE_COUNTER_VECTORS.request))]);
  counter.close();
  clock.assertIdle();
});

test('numbers are cut to what the board can carry', async t => {
  const {clock, twin, counter} = setup();
  for (const [count, shown] of [
    [-2, 0],
    [70_000, 65_535],
    [2.4, 2],
  ] as const) {
    counter.show({count, tone: 'none'});
    await clock.advance(100);
    t.is(twin.shown?.count, shown);
  }
  t.is(twin.shown?.colour, 'red');
  counter.close();
});

test('a reply with another number is none, and the number is written again', async t => {
  const {clock, twin, bus, counter} = setup();
  const answer = bus.script;
  bus.script = () => fromHex(SPACE_COUNTER_VECTORS.reply);
  counter.show({count: 12, tone: 'few'});
  await clock.advance(1200);
  t.is(bus.sent.length, 2);
  bus.script = answer;
  await clock.advance(1200);
  t.is(twin.shown?.count, 12);
  t.is(bus.sent.length, 3);
  counter.close();
});

test('the proof of life is the number itself; before the first there is none', async t => {
  const {clock, twin, bus, heard, counter} = setup();
  bus.sweep();
  t.is(bus.sent.length, 0);
  counter.show({count: 5, tone: 'few'});
  await clock.advance(100);
  const [probe] = bus.entries;
  t.is(probe?.periodMs(), 5000);
  bus.sweep();
  t.deepEqual(
    twin.history.map(frame => frame.count),
    [5, 5],
  );
  bus.health('offline');
  counter.show({count: 6, tone: 'few'});
  await clock.advance(1000);
  t.is(twin.shown?.count, 5);
  bus.health('ok');
  await clock.advance(100);
  t.is(twin.shown?.count, 6);
  t.deepEqual(heard, ['offline', 'ok']);
  counter.close();
  counter.close();
  bus.health('ok');
  t.is(bus.entries.size, 0);
});
