import test from 'ava';
import {asId, type DeviceId} from '../../protocols/site/ids.js';
import {VirtualClock} from '../../sim/clock/virtual-clock.js';
import {Dwin} from '../../sim/devices/dwin.js';
import {ScriptedFrameBus} from '../lifecycle/scripted-frame-bus.js';
import {type DwinLayout, DwinPanel} from './dwin-panel.js';

const KEYS = 0x2001;
const LAYOUT: DwinLayout = {
  lines: [
    {address: 0x1000, longestBytes: 32},
    {address: 0x1100, longestBytes: 6},
  ],
  pages: {neutral: 1, good: 2, bad: 3, call: 4},
  keyAddress: KEYS,
};

function setup(layout: DwinLayout = LAYOUT) {
  const clock = new VirtualClock({yieldTurn: () => new Promise(r => setImmediate(r))});
  const twin = new Dwin({unit: 'dwin:1', hasCrc: layout.hasCrc ?? false});
  const bus = new ScriptedFrameBus(clock, request => twin.receive(request)[0]?.bytes);
  const heard: string[] = [];
  const panel = new DwinPanel({
    id: asId<DeviceId>('D-1'),
    bus,
    clock,
    unit: 'dwin:1',
    layout,
    listener: {
      onHealth: health => heard.push(health),
      onKey: (key, atMs) => heard.push(`key ${key} @${atMs}`),
    },
  });
  return {clock, twin, bus, heard, panel};
}

for (const hasCrc of [false, true]) {
  test(`texts first, then the page of the tone${hasCrc ? ', with a CRC' : ''}`, async t => {
    const {clock, twin, bus, panel} = setup({...LAYOUT, hasCrc});
    panel.show({lines: ['请刷卡', '粤B12345'], tone: 'good'});
    await clock.advance(200);
    t.is(twin.text(0x1000), '请刷卡');
    t.is(twin.text(0x1100), '粤B123', 'cut to what the page has room for');
    t.is(twin.page, 2);
    t.is(bus.sent.length, 3);
    panel.show({lines: ['', ''], tone: 'call'});
    await clock.advance(200);
    t.is(twin.text(0x1000), '');
    t.is(twin.page, 4);
    panel.close();
    clock.assertIdle();
  });
}

test('without pages only the texts change', async t => {
  const {pages: _, ...onePage} = LAYOUT;
  const {clock, twin, bus, panel} = setup(onePage);
  panel.show({lines: ['A', 'B'], tone: 'bad'});
  await clock.advance(200);
  t.is(twin.page, 0);
  t.is(bus.sent.length, 2);
  panel.close();
});

test('a pressed key is told once and set back', async t => {
  const {clock, twin, bus, heard, panel} = setup();
  const [probe] = bus.entries;
  t.is(probe?.periodMs(), 250);
  bus.sweep();
  twin.press(KEYS, 7);
  await clock.advance(250);
  bus.sweep();
  await clock.advance(250);
  t.is(twin.word(KEYS), 0);
  bus.sweep();
  t.deepEqual(heard, ['key 7 @250']);
  twin.press(KEYS, 7);
  bus.sweep();
  await clock.advance(250);
  t.deepEqual(heard, ['key 7 @250', 'key 7 @500'], 'pressed again, told again');
  panel.close();
  clock.assertIdle();
});

test('a key is told once even while it cannot be set back', async t => {
  const {clock, twin, bus, heard, panel} = setup();
  const answer = bus.script;
  bus.script = request => (request[3] === 0x82 ? undefined : answer(request));
  bus.sweep();
  twin.press(KEYS, 9);
  for (let poll = 0; poll < 3; poll += 1) {
    bus.sweep();
    await clock.advance(250);
  }
  t.is(twin.word(KEYS), 9);
  bus.script = answer;
  bus.sweep();
  await clock.advance(250);
  t.is(twin.word(KEYS), 0);
  t.deepEqual(heard, ['key 9 @0']);
  panel.close();
});

test('a touch that the panel sends by itself is not taken for the answer', t => {
  const {bus, heard, panel} = setup();
  bus.script = () => Uint8Array.from([0x5a, 0xa5, 6, 0x83, 0x30, 0x01, 1, 0, 5]);
  bus.sweep();
  bus.script = () => Uint8Array.from([0x5a, 0xa5, 3, 0x82, 0x4f, 0x4b]);
  bus.sweep();
  t.deepEqual(heard, []);
  panel.close();
});

test('health comes from reading the keys', t => {
  const {bus, heard, panel} = setup();
  bus.health('ok');
  t.deepEqual(heard, ['ok']);
  panel.close();
  t.is(bus.entries.size, 0);
});

test('a key that was pressed while the panel was out of reach never acts, and is set back', async t => {
  const {clock, twin, bus, heard, panel} = setup();
  twin.press(KEYS, 3);
  bus.sweep();
  await clock.advance(100);
  bus.sweep();
  bus.health('offline');
  twin.press(KEYS, 4);
  bus.health('ok');
  bus.sweep();
  await clock.advance(100);
  bus.sweep();
  t.deepEqual(heard, ['offline', 'ok']);
  twin.press(KEYS, 5);
  bus.sweep();
  t.is(heard.length, 3);
  t.true(heard[2]?.startsWith('key 5'));
  await clock.advance(100);
  panel.close();
});
