import test, {type ExecutionContext} from 'ava';
import type {Millis} from '../../protocols/base/clock.js';
import {SeededEntropy} from '../../sim/clock/seeded-entropy.js';
import {VirtualClock} from '../../sim/clock/virtual-clock.js';
import {RegisterUnit} from '../../sim/wire/register-unit.js';
import {Rs485Line} from '../../sim/wire/rs485-line.js';
import {createMemoryPair} from '../port/memory-link.js';
import {ModbusBus} from './modbus-bus.js';
import {SharedLine} from './shared-line.js';

async function makeRig(t: ExecutionContext, unitCount: number, baudRate = 9600) {
  const clock = new VirtualClock({yieldTurn: () => new Promise(r => setImmediate(r))});
  const {link, far} = createMemoryPair({clock, name: 'line-1'});
  const entropy = new SeededEntropy(3);
  const wire = new Rs485Line({clock, entropy, farEnd: far, baudRate, logLimit: 20_000});
  const units = Array.from({length: unitCount}, (_, index) => new RegisterUnit(index + 1));
  wire.attach(...units);
  const line = new SharedLine({link, clock, fraction: () => 0.5, baudRate});
  const bus = new ModbusBus(line);
  line.open();
  await clock.advance(0);
  t.teardown(async () => {
    await line.close();
    await far.close();
    wire.close();
    clock.assertIdle();
  });
  const poll = (unit: number, periodMs: Millis, quantity = 1) => {
    bus.poll({
      read: {unit, table: 'holding', address: 1, quantity},
      periodMs: () => periodMs,
      onOutcome: () => {},
      onHealth: () => {},
    });
  };
  const write = (unit: number) =>
    bus.write({unit, address: 0, kind: 'register', values: [2], lane: 'command'});
  const framesTo = (unit: number, functionCode: number) =>
    wire.log.framesTo(unit).filter(({bytes}) => bytes[1] === functionCode);
  /** Distances of the polls of a unit, start to start. */
  const gapsOf = (unit: number) => {
    const at = framesTo(unit, 3).map(({atMs}) => atMs);
    return at.slice(1).map((atMs, index) => atMs - (at[index] ?? 0));
  };
  return {clock, wire, line, units, poll, write, framesTo, gapsOf};
}

type Rig = Awaited<ReturnType<typeof makeRig>>;

test('a unit asked every 50 ms and 30 asked every 1.5 s all keep within twice their period', async t => {
  const rig = await makeRig(t, 31);
  rig.poll(31, 50);
  for (let unit = 1; unit <= 30; unit += 1) rig.poll(unit, 1500);
  await rig.clock.advance(3000);
  const {starvedPolls} = rig.line.counters();
  rig.wire.log.clear();
  await rig.clock.advance(30_000);
  const fast = rig.gapsOf(31);
  t.true(fast.length > 300, `${fast.length}`);
  t.true(Math.max(...fast) <= 100, `${Math.max(...fast)} ms for the fast one`);
  for (let unit = 1; unit <= 30; unit += 1) {
    const gaps = rig.gapsOf(unit);
    t.true(gaps.length >= 15 && Math.max(...gaps) <= 3000, `${unit}: ${Math.max(...gaps)} ms`);
  }
  t.is(rig.line.counters().starvedPolls, starvedPolls, 'none after the first round');
});

test('on a line that cannot keep all periods lateness is shared: nobody is left out, and it is counted', async t => {
  const rig = await makeRig(t, 31);
  rig.poll(31, 50);
  for (let unit = 1; unit <= 30; unit += 1) rig.poll(unit, 200);
  await rig.clock.advance(30_000);
  const counts = Array.from({length: 30}, (_, index) => rig.gapsOf(index + 1).length);
  t.true(Math.min(...counts) > 20, `${Math.min(...counts)}`);
  t.true(rig.gapsOf(31).length > 1.3 * Math.max(...counts), `${rig.gapsOf(31).length}`);
  t.true(Math.max(...counts) - Math.min(...counts) <= 1, 'all alike');
  t.true(rig.line.counters().starvedPolls > 0);
});

/** Two writers to each of `units` that never rest. */
function storm(rig: Rig, units: readonly number[], untilMs: Millis): Promise<unknown> {
  const writer = async (unit: number) => {
    while (rig.clock.nowMs() < untilMs) await rig.write(unit);
  };
  return Promise.all(units.flatMap(unit => [writer(unit), writer(unit)]));
}

test('a storm of commands leaves every fifth turn to the polls', async t => {
  const rig = await makeRig(t, 6);
  rig.poll(6, 400);
  rig.poll(5, 400);
  await rig.clock.advance(1000);
  await rig.clock.settle(storm(rig, [1, 2], rig.clock.nowMs() + 20_000));
  for (const unit of [5, 6]) {
    const gaps = rig.gapsOf(unit);
    t.true(gaps.length >= 40 && Math.max(...gaps) <= 800, `${Math.max(...gaps)} ms`);
  }
  const commands = rig.framesTo(1, 6).length + rig.framesTo(2, 6).length;
  t.true(commands > 500, `${commands}`);
  t.is(rig.line.counters().starvedPolls, 0);
});

test('a command that meets the poll of a dead unit waits at most 100 ms at 9600 baud', async t => {
  const rig = await makeRig(t, 3);
  rig.poll(1, 0, 1);
  rig.poll(2, 0, 6);
  await rig.clock.advance(1000);
  const waits: Millis[] = [];
  for (let round = 0; round < 40; round += 1) {
    for (const unit of rig.units) unit.isDead = unit.unit === 1 + (round % 2);
    await rig.clock.advance(1500 + 13.7 * round);
    const before = rig.framesTo(3, 6).length;
    const askedAtMs = rig.clock.nowMs();
    t.is((await rig.clock.settle(rig.write(3))).kind, 'written');
    waits.push((rig.framesTo(3, 6)[before]?.atMs ?? 0) - askedAtMs);
  }
  t.true(Math.max(...waits) <= 100, `${Math.max(...waits)} ms`);
  t.is(rig.wire.collisions + rig.wire.gapViolations, 0);
});

test('the worst moment: asked right behind the poll of a dead unit, a command goes after 100 ms', async t => {
  for (const quantity of [1, 6]) {
    const rig = await makeRig(t, 2);
    rig.poll(1, 0, quantity);
    await rig.clock.advance(1000);
    const [dead] = rig.units;
    if (dead) dead.isDead = true;
    const pollsSent = () => rig.line.counters().lanes.poll.sent;
    const sent = pollsSent();
    await rig.clock.until(() => pollsSent() > sent, 2000);
    const askedAtMs = rig.clock.nowMs();
    t.is((await rig.clock.settle(rig.write(2))).kind, 'written');
    const waitedMs = (rig.framesTo(2, 6)[0]?.atMs ?? 0) - askedAtMs;
    t.true(waitedMs > 95 && waitedMs <= 100, `${quantity} registers: ${waitedMs} ms`);
  }
});

test('a slow device is heard out: a command never cuts off a turnaround that was declared', async t => {
  const rig = await makeRig(t, 2);
  const [slow] = rig.units;
  if (slow) slow.turnaroundMs = 180;
  const bus = new ModbusBus(rig.line);
  const kinds: string[] = [];
  bus.poll({
    read: {unit: 1, table: 'holding', address: 1, quantity: 1, turnaroundMs: 200},
    periodMs: () => 0,
    onOutcome: ({kind}) => kinds.push(kind),
    onHealth: () => {},
  });
  for (let round = 0; round < 20; round += 1) {
    await rig.clock.advance(150);
    t.is((await rig.clock.settle(rig.write(2))).kind, 'written');
  }
  t.deepEqual([...new Set(kinds)], ['values']);
  t.is(rig.wire.collisions, 0);
});

test('the metrics tell the line, the lanes and each device', async t => {
  const rig = await makeRig(t, 2);
  rig.poll(1, 100);
  rig.poll(2, 100);
  await rig.clock.advance(2000);
  for (let round = 0; round < 5; round += 1) await rig.clock.settle(rig.write(1));
  const pending = [rig.write(1), rig.write(1)];
  await rig.clock.advance(10);
  const {units, lanes, utilisation} = rig.line.counters();
  t.like(units[0], {unit: 'modbus:1', timeouts: 0, late: 0, crcErrors: 0});
  t.true((units[0]?.rttP50Ms ?? 0) > 20 && (units[0]?.rttP95Ms ?? 99) < 40);
  t.true(lanes.command.p99WaitMs <= lanes.command.worstWaitMs);
  t.is(lanes.command.queueAgeMs, 10);
  t.is(lanes.poll.queueAgeMs, 0);
  t.true(utilisation > 0.4 && utilisation < 0.9, `${utilisation}`);
  await rig.clock.settle(Promise.all(pending));
});
