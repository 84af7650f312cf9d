import test from 'ava';
import {asId, type DeviceId} from '../../protocols/site/ids.js';
import {SeededEntropy} from '../../sim/clock/seeded-entropy.js';
import {VirtualClock} from '../../sim/clock/virtual-clock.js';
import {Keypad} from '../../sim/devices/keypad.js';
import {Rs485Line} from '../../sim/wire/rs485-line.js';
import {ModbusBus} from '../bus/modbus-bus.js';
import {SharedLine} from '../bus/shared-line.js';
import {ScriptedBus} from '../lifecycle/scripted-bus.js';
import {createMemoryPair} from '../port/memory-link.js';
import {CodeEntry} from './code-entry.js';
import {ModbusKeypad} from './modbus-keypad.js';

const id = asId<DeviceId>('K-1');

async function setup() {
  const clock = new VirtualClock({yieldTurn: () => new Promise(r => setImmediate(r))});
  const {link, far} = createMemoryPair({clock, name: 'line-1'});
  const wire = new Rs485Line({clock, entropy: new SeededEntropy(), farEnd: far, baudRate: 9600});
  const twin = new Keypad({clock, unit: 9});
  wire.attach(twin);
  const line = new SharedLine({link, clock, fraction: () => 0.5, baudRate: 9600});
  line.open();
  const heard: string[] = [];
  const entry = new CodeEntry({
    name: id,
    clock,
    listener: {
      onEntry: digits => heard.push(`entry ${digits}`),
      onProgress: () => {},
      onCleared: why => heard.push(`cleared ${why}`),
      onCommand: () => {},
      onFault: isStanding => heard.push(`fault ${isStanding}`),
    },
  });
  const healths: string[] = [];
  const keypad = new ModbusKeypad({
    id,
    bus: new ModbusBus(line),
    clock,
    unit: 9,
    listener: entry.ear(health => healths.push(health)),
  });
  await clock.advance(1000);
  const close = async () => {
    keypad.close();
    entry.close();
    twin.close();
    await line.close();
    await far.close();
    wire.close();
    clock.assertIdle();
  };
  return {clock, line, twin, keypad, heard, healths, close};
}

test('~B6 a worn keypad on a line: what was keyed arrives, bounce does not, equal digits both count', async t => {
  const {clock, twin, heard, healths, keypad, close} = await setup();
  twin.bounces = 2;
  twin.type('11223#');
  await clock.advance(3000);
  t.deepEqual(heard, ['entry 11223']);
  t.deepEqual(healths, ['ok']);
  t.is(keypad.health, 'ok');
  await close();
});

test('no digit that somebody types stands in the trace of the line', async t => {
  const {clock, line, twin, heard, close} = await setup();
  twin.type('8642#');
  await clock.advance(3000);
  t.deepEqual(heard, ['entry 8642']);
  const trace = line.dumpTrace();
  t.true(trace.length > 20);
  for (const {kind, hex} of trace) t.regex(hex, kind === 'none' ? /^$/ : /^0904(\.\.)+$/);
  await close();
});

test('~B6 a key of a keypad on a line sticks, down or chattering, and comes free', async t => {
  const {clock, twin, heard, close} = await setup();
  twin.stick('5');
  await clock.advance(11_000);
  t.deepEqual(heard, ['cleared stuck', 'fault true']);
  twin.release();
  await clock.advance(3000);
  t.deepEqual(heard.splice(0), ['cleared stuck', 'fault true', 'fault false']);
  twin.chatter('6', 90);
  await clock.advance(11_000);
  t.is(heard.at(-1), 'fault true');
  twin.release();
  await clock.advance(3000);
  t.is(heard.at(-1), 'fault false');
  await close();
});

test('a keypad that was out of reach for longer than its ring lasts clears what was typed', async t => {
  const {clock, twin, heard, close} = await setup();
  twin.type('12');
  await clock.advance(1000);
  twin.isUnplugged = true;
  twin.type('3456789012', 50);
  await clock.advance(1000);
  twin.isUnplugged = false;
  await clock.advance(10_000);
  t.deepEqual(heard.splice(0), ['cleared lost']);
  twin.powerCycle();
  await clock.advance(500);
  twin.type('42#');
  await clock.advance(2000);
  t.deepEqual(heard, ['entry 42']);
  await close();
});

test('a code typed while the keypad was out of reach never acts', async t => {
  const {clock, twin, heard, healths, close} = await setup();
  twin.isUnplugged = true;
  await clock.until(() => healths.at(-1) === 'offline', 20_000);
  twin.type('8642#', 200);
  await clock.advance(5000);
  twin.isUnplugged = false;
  await clock.until(() => healths.at(-1) === 'ok', 70_000);
  await clock.advance(1000);
  t.deepEqual(heard, []);
  twin.type('42#');
  await clock.advance(2000);
  t.deepEqual(heard, ['entry 42']);
  await close();
});

test("the counter is polled every 500 ms, every 250 ms while somebody types; only a new count has the ring read; presses before the first poll are nobody's", async t => {
  const clock = new VirtualClock({yieldTurn: () => new Promise(r => setImmediate(r))});
  const words = [3, 0, 1000, 2, 900, 3, 0xfff0, ...new Array<number>(12).fill(0)];
  const board = {words: words.slice(0, 1)};
  const bus = new ScriptedBus(clock, {
    read: ({quantity}) => ({kind: 'values', values: board.words.slice(0, quantity)}),
  });
  const heard: string[] = [];
  new ModbusKeypad({
    id,
    bus,
    clock,
    unit: 9,
    listener: {
      onKey: (key, atMs) => heard.push(`${key} @${atMs}`),
      onHeld: key => heard.push(`down ${key}`),
      onKeysLost: () => heard.push('lost'),
      onHealth: () => {},
    },
  });
  const [entry] = bus.entries;
  const place = {unit: 9, table: 'input', address: 0, isSecret: true} as const;
  t.deepEqual(entry?.read, {...place, quantity: 3});
  t.is(entry?.periodMs(), 500);
  const sweep = async () => {
    bus.sweep();
    await clock.advance(10);
  };
  await sweep();
  board.words = words;
  await sweep();
  t.deepEqual([heard, bus.reads], [[], []]);
  board.words = [5, 12, ...words.slice(2)];
  await sweep();
  t.deepEqual(bus.reads, [{...place, quantity: 19, lane: 'command', resends: 1}]);
  // The board's clock is at 1000: 900 was 100 ms before the reading, FFF0 was before it turned over.
  t.deepEqual(heard.splice(0), ['2 @-986', '1 @-70', 'down #']);
  t.is(entry?.periodMs(), 250);
  board.words = [0, 0, ...words.slice(2)];
  await sweep();
  t.deepEqual(heard.splice(0), ['lost', 'down undefined']);
  await clock.advance(21_000);
  await sweep();
  t.is(entry?.periodMs(), 500);
  t.is(bus.reads.length, 2);
});

test('a keypad that was not read for 1.5 s goes before what nobody waits for', async t => {
  const clock = new VirtualClock({yieldTurn: () => new Promise(r => setImmediate(r))});
  const board = {words: [3, 0, 1000, ...new Array<number>(16).fill(0)]};
  const bus = new ScriptedBus(clock, {
    read: ({quantity}) => ({kind: 'values', values: board.words.slice(0, quantity)}),
  });
  const listener = {onKey: () => {}, onHeld: () => {}, onKeysLost: () => {}, onHealth: () => {}};
  new ModbusKeypad({id, bus, clock, unit: 9, listener});
  const [entry] = bus.entries;
  t.false(entry?.isUrgent?.(), 'all others have their first turn too');
  bus.sweep();
  await clock.advance(1499);
  t.false(entry?.isUrgent?.());
  await clock.advance(1);
  t.true(entry?.isUrgent?.());
  bus.sweep();
  t.false(entry?.isUrgent?.());
});
