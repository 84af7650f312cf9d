import test from 'ava';
import {asId, type DeviceId} from '../../protocols/site/ids.js';
import {VirtualClock} from '../../sim/clock/virtual-clock.js';
import {ScriptedBus, type ScriptedReply} from '../lifecycle/scripted-bus.js';
import type {Screen} from './contract.js';
import {ModbusDisplay} from './modbus-display.js';

const CHECKING: Screen = {lines: ['正在核验', ''], tone: 'neutral'};
const OPEN: Screen = {lines: ['A-012', 'OPEN'], tone: 'good'};
// By the display's register map: tone, then 16 UTF-16 units a line, padded with zeros.
const line = (units: readonly number[]) => [...units, ...new Array(16 - units.length).fill(0)];
const OPEN_WORDS = [1, ...line([0x41, 0x2d, 0x30, 0x31, 0x32]), ...line([0x4f, 0x50, 0x45, 0x4e])];

function setup() {
  const clock = new VirtualClock({yieldTurn: () => new Promise(r => setImmediate(r))});
  const reply: {write: ScriptedReply} = {write: {kind: 'written'}};
  const bus = new ScriptedBus(clock, {
    read: () => ({kind: 'values', values: [0]}),
    write: () => reply.write,
  });
  const heard: string[] = [];
  const display = new ModbusDisplay({
    id: asId<DeviceId>('D-1'),
    bus,
    clock,
    unit: 31,
    listener: {onHealth: health => heard.push(health)},
    onTrouble: code => heard.push(code),
  });
  return {clock, reply, bus, heard, display};
}

test('a screen is one FC16 of tone and both lines; the last of two wins', async t => {
  const {clock, bus, display} = setup();
  display.show(CHECKING);
  display.show(OPEN);
  t.is(bus.writes.length, 0, 'a lock command of the same instant goes first');
  await clock.advance(100);
  t.deepEqual(bus.writes, [
    {unit: 31, address: 0, kind: 'registers', values: OPEN_WORDS, lane: 'confirm'},
  ]);
});

test('what is shown is refreshed every 30 s, what was not taken is retried after 1 s', async t => {
  const {clock, reply, bus, display} = setup();
  display.show(OPEN);
  await clock.advance(30_100);
  t.is(bus.writes.length, 2);
  reply.write = {kind: 'timeout'};
  display.show(CHECKING);
  await clock.advance(1000);
  t.is(bus.writes.length, 3);
  reply.write = {kind: 'written'};
  await clock.advance(2000);
  t.is(bus.writes.length, 4);
  display.close();
  clock.assertIdle();
});

test('a display that comes back shows at once what is wanted now', async t => {
  const {clock, bus, heard, display} = setup();
  bus.health('ok');
  display.show(CHECKING);
  await clock.advance(100);
  bus.health('offline');
  display.show(OPEN);
  await clock.advance(60_000);
  t.is(bus.writes.length, 1, 'nothing is written to a display that is gone');
  bus.health('ok');
  await clock.advance(100);
  t.deepEqual(bus.writes.at(-1)?.values, OPEN_WORDS);
  t.deepEqual(heard, ['ok', 'offline', 'ok']);
});

test('a slow probe of one register watches over it', t => {
  const {bus, heard, display} = setup();
  const [entry] = bus.entries;
  t.deepEqual(entry?.read, {unit: 31, table: 'holding', address: 0, quantity: 1});
  t.is(entry?.periodMs(), 5000);
  bus.sweep();
  bus.script = {read: () => ({kind: 'exception', exceptionCode: 2})};
  bus.sweep();
  t.deepEqual(heard, ['offline', 'device/profile-misfit']);
  display.close();
  t.is(bus.entries.size, 0);
});
