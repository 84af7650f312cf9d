import test from 'ava';
import {fromHex, toHex} from '../../protocols/base/bytes.js';
import {FK_VECTORS} from '../../protocols/fk-display/vectors.js';
import {asId, type DeviceId} from '../../protocols/site/ids.js';
import {VirtualClock} from '../../sim/clock/virtual-clock.js';
import {Aa55Display} from '../../sim/devices/aa55-display.js';
import {FkDisplay} from '../../sim/devices/fk-display.js';
import type {LineDevice} from '../../sim/wire/line-device.js';
import {ScriptedFrameBus} from '../lifecycle/scripted-frame-bus.js';
import {aa55DisplayModel} from './aa55-display.js';
import type {Screen} from './contract.js';
import {fkDisplayModel} from './fk-display.js';
import {type DisplayModel, FrameDisplay} from './frame-display.js';

const WELCOME: Screen = {lines: ['欢迎光临', '粤B12345'], tone: 'good'};
const FULL: Screen = {lines: ['车位已满', ''], tone: 'bad'};

function setup(model: DisplayModel, twin: LineDevice) {
  const clock = new VirtualClock({yieldTurn: () => new Promise(r => setImmediate(r))});
  const bus = new ScriptedFrameBus(
    clock,
    request => twin.receive(request, clock.nowMs())[0]?.bytes,
  );
  const heard: string[] = [];
  const display = new FrameDisplay({
    id: asId<DeviceId>('D-1'),
    bus,
    clock,
    model,
    listener: {onHealth: health => heard.push(health)},
    onTrouble: (code, text) => heard.push(`${code} ${text}`),
  });
  return {clock, bus, heard, display};
}

function setupFk(options: {readonly replies?: boolean} = {}) {
  const twin = new FkDisplay({address: 0});
  return {twin, ...setup(fkDisplayModel({address: 0, ...options}), twin)};
}

test('FK: both lines in the colour of the tone, the last of two screens wins', async t => {
  const {clock, bus, twin, display} = setupFk();
  display.show(FULL);
  display.show(WELCOME);
  t.is(bus.sent.length, 0, 'a command of the same instant goes first');
  await clock.advance(100);
  t.is(bus.sent.length, 2);
  const green = {red: 0, green: 255, blue: 0};
  t.deepEqual(twin.line(0), {text: '欢迎光临', colour: green});
  t.deepEqual(twin.line(1), {text: '粤B12345', colour: green});
  display.show(FULL);
  await clock.advance(100);
  t.deepEqual(twin.line(0), {text: '车位已满', colour: {red: 255, green: 0, blue: 0}});
  t.is(twin.line(1)?.text, ' ', 'an empty line wipes what stood there');
  display.close();
  clock.assertIdle();
});

test('FK: the words of the captured frame go out byte for byte, once, and are not refreshed', async t => {
  const {clock, bus, twin, display} = setupFk();
  display.speak('粤B12345,欢迎光临');
  await clock.advance(120_000);
  t.deepEqual(bus.sent.map(toHex), [toHex(fromHex(FK_VECTORS[0]?.frame ?? ''))]);
  t.deepEqual(twin.spoken, ['粤B12345,欢迎光临']);
  display.close();
  clock.assertIdle();
});

test('FK: a screen is refreshed every 30 s and retried after 1 s until acknowledged', async t => {
  const {clock, bus, twin, display} = setupFk();
  display.show(WELCOME);
  await clock.advance(100);
  twin.restart();
  await clock.advance(30_000);
  t.is(twin.line(0)?.text, '欢迎光临');
  t.is(bus.sent.length, 4);
  twin.isUnplugged = true;
  display.show(FULL);
  await clock.advance(100);
  t.is(bus.sent.length, 5, 'the second line does not follow a lost first one');
  twin.isUnplugged = false;
  await clock.advance(1100);
  t.is(twin.line(0)?.text, '车位已满');
  display.close();
  clock.assertIdle();
});

test('FK: a refusal is told once until the display obeys again', async t => {
  const {clock, twin, heard, display} = setupFk();
  twin.isRefusing = true;
  display.show(WELCOME);
  await clock.advance(5000);
  t.deepEqual(heard, ['device/failed D-1 refuses what it is told to show']);
  twin.isRefusing = false;
  await clock.advance(2000);
  t.is(twin.line(0)?.text, '欢迎光临');
  twin.isRefusing = true;
  display.show(FULL);
  await clock.advance(100);
  t.is(heard.length, 2);
  display.close();
});

test('FK: the connection proves it alive; one that comes back shows what is wanted now', async t => {
  const {clock, bus, twin, heard, display} = setupFk();
  const [probe] = bus.entries;
  t.is(probe?.periodMs(), 5000);
  bus.sweep();
  t.is(toHex(bus.sent[0] ?? new Uint8Array(0)), toHex(fromHex(FK_VECTORS[7]?.frame ?? '')));
  bus.health('offline');
  display.show(WELCOME);
  await clock.advance(60_000);
  t.is(twin.line(0), undefined, 'nothing is written to a display that is gone');
  bus.health('ok');
  await clock.advance(100);
  t.is(twin.line(0)?.text, '欢迎光临');
  t.deepEqual(heard, ['offline', 'ok']);
  display.close();
  t.is(bus.entries.size, 0);
});

test('FK: one that never answers is shown to blindly, and has no health', async t => {
  const {clock, bus, twin, display} = setupFk({replies: false});
  twin.isMute = true;
  display.show(WELCOME);
  await clock.advance(1000);
  t.is(twin.line(1)?.text, '粤B12345');
  t.is(bus.sent.length, 2);
  t.is(bus.entries.size, 0);
  display.close();
});

test('FK: the reply of another display or command is none', async t => {
  const {clock, bus, display} = setupFk();
  bus.script = () => fromHex('00 64 FF FF 30 01 00 36 BB');
  display.show(WELCOME);
  await clock.advance(500);
  t.is(bus.sent.length, 1);
  display.close();
});

test('words wait for nobody: newer ones replace those not sent, old ones are void', async t => {
  const {clock, bus, twin, display} = setupFk();
  const turns: Parameters<typeof bus.submit>[0][] = [];
  bus.submit = turn => void turns.push(turn);
  display.speak('one');
  display.speak('two');
  t.is(turns.length, 1);
  await clock.advance(5000);
  t.truthy(turns[0]?.compose(clock.nowMs()));
  display.speak('three');
  t.is(turns.length, 1, 'one at a time');
  turns[0]?.settle({kind: 'timeout', garbled: false, atMs: clock.nowMs()});
  t.is(turns.length, 2, 'and the next follows');
  await clock.advance(5001);
  t.is(turns[1]?.compose(clock.nowMs()), undefined);
  turns[1]?.settle({kind: 'down', atMs: clock.nowMs()});
  t.is(turns.length, 2);
  display.speak('four');
  display.close();
  t.is(turns[2]?.compose(clock.nowMs()), undefined);
  display.speak('five');
  t.is(turns.length, 3);
  t.deepEqual(twin.spoken, []);
});

test('AA55: lines, colours and words, with running numbers and no answer', async t => {
  const twin = new Aa55Display();
  const {clock, bus, display} = setup(aa55DisplayModel(), twin);
  display.show(WELCOME);
  await clock.advance(100);
  display.speak('请缴费');
  display.show({...FULL, tone: 'neutral'});
  await clock.advance(100);
  t.deepEqual(twin.line(1), {line: 1, colour: 3, text: '车位已满'});
  t.deepEqual(twin.line(2), {line: 2, colour: 3, text: ' '});
  t.deepEqual(twin.spoken, ['请缴费']);
  t.deepEqual(twin.serials, [1, 2, 3, 4, 5]);
  t.is(bus.entries.size, 0);
  await clock.advance(30_000);
  t.is(twin.serials.length, 7, 'lines are refreshed, words are not');
  display.close();
  clock.assertIdle();
});

test('AA55: the published words go out byte for byte', async t => {
  const {clock, bus, display} = setup(aa55DisplayModel(), new Aa55Display());
  display.speak('\u000b');
  await clock.advance(100);
  t.deepEqual(bus.sent.map(toHex), ['aa550164002200010b0776af']);
  display.close();
});

test('words for a line that is down are lost, and the line is not asked for ever', async t => {
  const {clock, bus, twin, display} = setupFk();
  const {submit} = bus;
  let refusals = 0;
  bus.submit = turn => {
    refusals += 1;
    turn.settle({kind: 'down', atMs: clock.nowMs()});
  };
  display.speak('one');
  t.is(refusals, 1);
  bus.submit = submit.bind(bus);
  await clock.advance(1000);
  t.is(twin.spoken.length, 0);
  display.close();
});
