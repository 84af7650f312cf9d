import test, {type ExecutionContext} from 'ava';
import {fromHex, toHex} from '../../protocols/base/bytes.js';
import type {Millis} from '../../protocols/base/clock.js';
import {VirtualClock} from '../../sim/clock/virtual-clock.js';
import {RegisterUnit} from '../../sim/wire/register-unit.js';
import {Rs485Line} from '../../sim/wire/rs485-line.js';
import {createMemoryPair} from '../port/memory-link.js';
import type {BusOutcome, DeviceHealth, Lane} from './contract.js';
import {ModbusLine, type ModbusLineOptions} from './modbus-line.js';

const SEEDLESS = {
  bytes: (length: number) => new Uint8Array(length),
  fraction: () => 0.5,
  ulid: () => '01ARZ3NDEKTSV4RRFFQ69G5FAV',
};

async function makeRig(
  t: ExecutionContext,
  unitCount: number,
  options?: Partial<ModbusLineOptions>,
) {
  const clock = new VirtualClock({yieldTurn: () => new Promise(r => setImmediate(r))});
  const {link, far} = createMemoryPair({clock, name: 'line-1'});
  const wire = new Rs485Line({clock, entropy: SEEDLESS, farEnd: far, baudRate: 9600});
  const units = Array.from({length: unitCount}, (_, index) => new RegisterUnit(index + 1));
  wire.attach(...units);
  const told: string[] = [];
  const bus = new ModbusLine({
    link,
    clock,
    fraction: () => 0.5,
    baudRate: 9600,
    onLine: (isDown, why) => told.push(`${isDown ? 'down' : 'up'}: ${why}`),
    ...options,
  });
  bus.open();
  await clock.advance(0);
  t.teardown(async () => {
    await bus.close();
    await far.close();
    wire.close();
    clock.assertIdle();
  });
  const unit = (number: number) => units[number - 1] ?? new RegisterUnit(number);
  const read = (number: number, lane: Lane = 'confirm', resends = 0) =>
    bus.read({unit: number, table: 'holding', address: 1, quantity: 2, lane, resends});
  const write = (number: number, value: number) =>
    bus.write({unit: number, address: 0, kind: 'register', values: [value], lane: 'command'});
  return {clock, link, far, wire, bus, told, unit, read, write};
}

type Rig = Awaited<ReturnType<typeof makeRig>>;

function poll(rig: Rig, unit: number, periodMs: Millis = 0) {
  const outcomes: BusOutcome[] = [];
  const healths: DeviceHealth[] = [];
  const remove = rig.bus.poll({
    read: {unit, table: 'holding', address: 1, quantity: 6},
    periodMs: () => periodMs,
    onOutcome: outcome => outcomes.push(outcome),
    onHealth: health => {
      healths.push(health);
      rig.told.push(`${unit} ${health}`);
    },
  });
  return {outcomes, healths, remove, ok: () => outcomes.filter(o => o.kind === 'values').length};
}

const sentTo = (rig: Rig, unit: number) => rig.wire.log.framesTo(unit);

test('reads and writes carry values both ways, with the frames of the specification', async t => {
  const rig = await makeRig(t, 1);
  rig.unit(1).registers.set([0, 2, 1]);
  t.like(await rig.clock.settle(rig.read(1)), {kind: 'values', values: [2, 1]});
  t.like(await rig.clock.settle(rig.write(1, 2)), {kind: 'written'});
  t.is(rig.unit(1).registers[0], 2);
  t.is(toHex(sentTo(rig, 1)[0]?.bytes ?? fromHex('')), '010300010002' + '95cb');
});

test('a refusal is a value with its code, and the device counts as living', async t => {
  const rig = await makeRig(t, 1);
  rig.unit(1).exceptionCode = 6;
  t.like(await rig.clock.settle(rig.write(1, 2)), {kind: 'exception', exceptionCode: 6});
  t.is(rig.bus.counters().units[0]?.exceptions, 1);
});

test('a sweep keeps t3.5 before every frame and 0.99 of the wire limit on a perfect host', async t => {
  const rig = await makeRig(t, 8);
  const polls = [1, 2, 3, 4, 5, 6, 7, 8].map(unit => poll(rig, unit));
  await rig.clock.advance(10_000);
  const done = polls.reduce((sum, entry) => sum + entry.ok(), 0);
  // 8 + 17 bytes, two silences and 5 ms of turnaround.
  const cycleMs = 25 / 0.96 + (2 * 3.5) / 0.96 + 5;
  t.true(done >= (10_000 / cycleMs) * 0.99, `${done} polls`);
  t.is(rig.wire.gapViolations, 0);
  t.is(rig.wire.collisions, 0);
  t.true(rig.bus.counters().utilisation > 0.9);
  t.deepEqual(polls[3]?.healths, ['unknown', 'ok']);
});

test('a command goes before confirming reads, and both before polls; the frame in flight ends first', async t => {
  const rig = await makeRig(t, 4);
  poll(rig, 1);
  poll(rig, 2);
  await rig.clock.advance(20);
  const order: string[] = [];
  const done = [
    rig.read(4, 'poll').then(() => order.push('poll')),
    rig.read(3, 'confirm').then(() => order.push('confirm')),
    rig.write(4, 1).then(() => order.push('command')),
  ];
  const askedAtMs = rig.clock.nowMs();
  await rig.clock.settle(Promise.all(done));
  t.deepEqual(order, ['command', 'confirm', 'poll']);
  const command = sentTo(rig, 4)[0];
  t.true((command?.atMs ?? 0) - askedAtMs < 45, 'one poll of 41 ms at most');
  t.is(rig.wire.collisions, 0);
});

test('E21 a late answer of lock 3 in the slot of lock 4 is refused by its address and never credited', async t => {
  const rig = await makeRig(t, 4);
  rig.unit(3).registers.set([0, 7, 7]);
  rig.unit(4).registers.set([0, 4, 4]);
  // Its deadline is 8 + 9 bytes, 50 ms of turnaround and 30 ms of the host; the quarantine is 40 ms.
  rig.unit(3).turnaroundMs = 50 + 30 + 40 + 20;
  rig.unit(4).turnaroundMs = 40;
  const third = rig.read(3);
  const fourth = rig.read(4);
  t.like(await rig.clock.settle(third), {kind: 'timeout'});
  t.like(await rig.clock.settle(fourth), {kind: 'values', values: [4, 4]});
  const [three, four] = rig.bus.counters().units;
  t.like(three, {unit: 3, ok: 0, timeouts: 1, late: 1});
  t.like(four, {unit: 4, ok: 1, timeouts: 0, late: 0});
  t.true(
    rig.bus.dumpTrace().some(record => record.kind === 'drop' && record.hex.startsWith('0303')),
  );
});

test('a late reply between two requests is dropped, counted and answers nothing', async t => {
  const rig = await makeRig(t, 2);
  rig.unit(1).turnaroundMs = 95;
  t.like(await rig.clock.settle(rig.read(1)), {kind: 'timeout'});
  await rig.clock.advance(200);
  t.like(await rig.clock.settle(rig.read(2)), {kind: 'values', values: [0, 0]});
  t.like(rig.bus.counters().units[0], {unit: 1, ok: 0, late: 1});
});

test('a unit that timed out is left alone by the sweep for 1 s', async t => {
  const rig = await makeRig(t, 2);
  const first = poll(rig, 1);
  poll(rig, 2);
  rig.unit(1).isDead = true;
  await rig.clock.advance(1000);
  t.is(sentTo(rig, 1).length, 1);
  t.is(first.outcomes[0]?.kind, 'timeout');
  await rig.clock.advance(300);
  t.is(sentTo(rig, 1).length, 2);
});

test('three misses make a device offline; probes thin out; any reply makes it ok', async t => {
  const rig = await makeRig(t, 2);
  const dead = poll(rig, 1);
  const living = poll(rig, 2);
  rig.unit(1).isDead = true;
  await rig.clock.advance(60_000);
  t.deepEqual(dead.healths, ['unknown', 'suspect', 'offline']);
  // Misses at 0, 1 and 2 s, probes 1, 2, 4, 8, 16 s apart.
  t.is(sentTo(rig, 1).length, 3 + 5);
  t.true(living.ok() > 1300);
  rig.unit(1).isDead = false;
  await rig.clock.advance(40_000);
  t.deepEqual(dead.healths, ['unknown', 'suspect', 'offline', 'ok']);
  t.deepEqual(
    rig.told.filter(line => line.startsWith('down')),
    [],
  );
});

test('a command to an offline device still goes out, once', async t => {
  const rig = await makeRig(t, 2);
  const dead = poll(rig, 1);
  poll(rig, 2);
  rig.unit(1).isDead = true;
  await rig.clock.advance(4000);
  t.is(dead.healths.at(-1), 'offline');
  rig.unit(1).isDead = false;
  t.like(await rig.clock.settle(rig.write(1, 2)), {kind: 'written'});
  t.is(dead.healths.at(-1), 'ok');
  t.is(rig.unit(1).registers[0], 2);
});

test('a button asked every 200 ms is served in time on a line with 8 locks asked all the time', async t => {
  const rig = await makeRig(t, 9);
  const locks = [1, 2, 3, 4, 5, 6, 7, 8].map(unit => poll(rig, unit));
  poll(rig, 9, 200);
  await rig.clock.advance(20_000);
  const at = sentTo(rig, 9).map(entry => entry.atMs);
  const gaps = at.slice(1).map((ms, index) => ms - (at[index] ?? 0));
  t.true(
    gaps.every(gap => gap >= 200),
    'never sooner than its period',
  );
  t.true(
    gaps.every(gap => gap <= 245),
    `at most one lock in the way: ${Math.max(...gaps)}`,
  );
  const counts = locks.map(entry => entry.ok());
  t.true(Math.max(...counts) - Math.min(...counts) <= 1, 'the locks share the rest evenly');
});

test('echo of an adapter is stripped, and with a dead slave it never passes for an answer', async t => {
  const rig = await makeRig(t, 1, {echo: true});
  rig.wire.faults.set({echo: true});
  t.like(await rig.clock.settle(rig.write(1, 2)), {kind: 'written'});
  t.like(await rig.clock.settle(rig.read(1)), {kind: 'values'});
  rig.unit(1).isDead = true;
  t.like(await rig.clock.settle(rig.write(1, 1)), {kind: 'timeout'});
});

test('a block that the device refuses for good is asked once a minute, other blocks go on', async t => {
  const rig = await makeRig(t, 2);
  const refused = poll(rig, 1);
  const fine = poll(rig, 2);
  rig.unit(1).exceptionCode = 2;
  await rig.clock.advance(59_000);
  t.is(refused.outcomes.length, 1);
  t.is(refused.healths.at(-1), 'ok');
  t.true(fine.ok() > 1000);
  await rig.clock.advance(2000);
  t.is(refused.outcomes.length, 2);
});
