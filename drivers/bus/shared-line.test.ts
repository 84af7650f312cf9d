import test, {type ExecutionContext} from 'ava';
import {fromHex, toHex} from '../../protocols/base/bytes.js';
import type {Millis} from '../../protocols/base/clock.js';
import {CodecMisuse} from '../../protocols/base/errors.js';
import {VirtualClock} from '../../sim/clock/virtual-clock.js';
import {RegisterUnit} from '../../sim/wire/register-unit.js';
import {Rs485Line} from '../../sim/wire/rs485-line.js';
import type {ByteLink, ByteLinkListener} from '../port/byte-link.js';
import {createMemoryPair} from '../port/memory-link.js';
import type {BusOutcome, DeviceHealth, Lane} from './contract.js';
import {ModbusBus} from './modbus-bus.js';
import {SharedLine, type SharedLineOptions} from './shared-line.js';

const SEEDLESS = {
  bytes: (length: number) => new Uint8Array(length),
  fraction: () => 0.5,
  ulid: () => '01ARZ3NDEKTSV4RRFFQ69G5FAV',
};

/** Up, yet taking nothing: a driver whose buffer is full. */
class StuckLink implements ByteLink {
  readonly name = 'stuck';
  readonly isUp = true;
  readonly #inner: ByteLink;

  constructor(inner: ByteLink) {
    this.#inner = inner;
  }

  open(listener: ByteLinkListener): void {
    this.#inner.open(listener);
  }

  write(): boolean {
    return false;
  }

  reopen(why: string): void {
    this.#inner.reopen(why);
  }

  close(): Promise<void> {
    return this.#inner.close();
  }
}

async function makeRig(
  t: ExecutionContext,
  unitCount: number,
  options?: Partial<SharedLineOptions>,
  fraction = () => 0.5,
  wrap = (link: ByteLink): ByteLink => link,
) {
  const clock = new VirtualClock({yieldTurn: () => new Promise(r => setImmediate(r))});
  const {link, far} = createMemoryPair({clock, name: 'line-1'});
  const wire = new Rs485Line({
    clock,
    entropy: {...SEEDLESS, fraction},
    farEnd: far,
    baudRate: 9600,
  });
  const units = Array.from({length: unitCount}, (_, index) => new RegisterUnit(index + 1));
  wire.attach(...units);
  const told: string[] = [];
  const line = new SharedLine({
    link: wrap(link),
    clock,
    fraction: () => 0.5,
    baudRate: 9600,
    onLine: (isDown, why) => told.push(`${isDown ? 'down' : 'up'}: ${why}`),
    ...options,
  });
  const bus = new ModbusBus(line);
  line.open();
  await clock.advance(0);
  t.teardown(async () => {
    await line.close();
    await far.close();
    wire.close();
    clock.assertIdle();
  });
  const unit = (number: number) => units[number - 1] ?? new RegisterUnit(number);
  const read = (number: number, lane: Lane = 'confirm', resends = 0) =>
    bus.read({unit: number, table: 'holding', address: 1, quantity: 2, lane, resends});
  const write = (number: number, value: number) =>
    bus.write({unit: number, address: 0, kind: 'register', values: [value], lane: 'command'});
  return {clock, link, far, wire, line, bus, told, unit, read, write};
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
  t.is(rig.line.counters().units[0]?.exceptions, 1);
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
  t.true(rig.line.counters().utilisation > 0.9);
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

test('E21 a late answer of lock 3 in the slot of lock 4 is refused by its address and never credited (libmodbus #83)', async t => {
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
  const [three, four] = rig.line.counters().units;
  t.like(three, {unit: 'modbus:3', ok: 0, timeouts: 1, late: 1});
  t.like(four, {unit: 'modbus:4', ok: 1, timeouts: 0, late: 0});
  t.true(
    rig.line.dumpTrace().some(record => record.kind === 'drop' && record.hex.startsWith('0303')),
  );
});

test('a late reply between two requests is dropped, counted and answers nothing', async t => {
  const rig = await makeRig(t, 2);
  rig.unit(1).turnaroundMs = 95;
  t.like(await rig.clock.settle(rig.read(1)), {kind: 'timeout'});
  await rig.clock.advance(200);
  t.like(await rig.clock.settle(rig.read(2)), {kind: 'values', values: [0, 0]});
  t.like(rig.line.counters().units[0], {unit: 'modbus:1', ok: 0, late: 1});
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

/** A small linear congruential generator: noise that is the same at every run. */
function noise(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state * 1_664_525 + 1_013_904_223) % 2 ** 32;
    return state / 2 ** 32;
  };
}

test('E20 with 5 % bad frames reads are resent at most twice and an actuation frame goes exactly once', async t => {
  const rig = await makeRig(t, 1, {}, noise(20));
  // 17 bytes of request and reply: 1 - (1 - rate)^136 = 0.05.
  rig.wire.faults.set({bitErrorRate: 0.00038});
  rig.unit(1).registers.set([0, 2, 1]);
  let reads = 0;
  let writes = 0;
  let unknown = 0;
  for (let round = 0; round < 400; round += 1) {
    const sentBefore = sentTo(rig, 1).length;
    const outcome = await rig.clock.settle(rig.read(1, 'confirm', 5));
    const frames = sentTo(rig, 1).length - sentBefore;
    t.true(frames >= 1 && frames <= 3, `${frames} frames for one read`);
    if (outcome.kind === 'values') {
      t.deepEqual(outcome.values, [2, 1]);
      reads += 1;
    }
    if (round % 4 !== 0) continue;
    const beforeWrite = sentTo(rig, 1).length;
    const written = await rig.clock.settle(rig.write(1, 2));
    t.is(sentTo(rig, 1).length - beforeWrite, 1);
    if (written.kind === 'written') writes += 1;
    else unknown += 1;
    t.true(written.kind === 'written' || written.kind === 'timeout');
  }
  const counters = rig.line.counters().units[0];
  t.is(reads, 400, 'two resends carry every read through');
  t.true((counters?.resent ?? 0) >= 5, 'and they were needed');
  t.is(writes + unknown, 100);
  t.true((counters?.crcErrors ?? 0) > 0);
});

test('~X4 retries of one lock never hold up the line, commands pass polls, and a dead line is one alarm', async t => {
  const rig = await makeRig(t, 8);
  for (let number = 1; number <= 8; number += 1) poll(rig, number);
  await rig.clock.advance(1000);
  rig.unit(1).isDead = true;
  // The retries of the first lock are its own affair: one frame every 5 s, the line waits for none.
  const series = (async () => {
    for (let attempt = 0; attempt < 6; attempt += 1) {
      t.like(await rig.write(1, 2), {kind: 'timeout'});
      if (attempt < 5) await rig.clock.sleep(5000);
    }
  })();
  const delays: Millis[] = [];
  for (let tap = 0; tap < 100; tap += 1) {
    await rig.clock.advance(251);
    const before = sentTo(rig, 5).length;
    const askedAtMs = rig.clock.nowMs();
    t.like(await rig.clock.settle(rig.write(5, 2)), {kind: 'written'});
    const frame = sentTo(rig, 5)
      .slice(before)
      .find(entry => entry.bytes[1] === 6);
    delays.push((frame?.atMs ?? 0) - askedAtMs);
  }
  await rig.clock.settle(series);
  const commands = sentTo(rig, 1).filter(entry => entry.bytes[1] === 6);
  t.is(commands.length, 6);
  const deadlineMs = 25 / 0.96 + 50 + 30;
  t.true(Math.max(...delays) <= deadlineMs + 40 + 1, `worst ${Math.max(...delays)} ms`);
  const sorted = delays.toSorted((left, right) => left - right);
  t.true((sorted[50] ?? 0) <= 30, `half within ${sorted[50]} ms`);
  t.is(rig.wire.gapViolations, 0, 't3.5 before every frame');
  t.is(rig.wire.collisions, 0, 'one talker');
  rig.told.length = 0;
  rig.wire.faults.set({stuck: true});
  await rig.clock.advance(30_000);
  t.is(rig.told.filter(line => line.startsWith('down')).length, 1);
});

test('a lost link is one event: commands fail at once, devices follow, the first reply ends it', async t => {
  const rig = await makeRig(t, 3);
  for (const number of [1, 2, 3]) poll(rig, number);
  await rig.clock.advance(1000);
  rig.told.length = 0;
  const inFlight = rig.write(1, 2);
  await rig.clock.advance(5);
  const waiting = rig.write(2, 2);
  rig.wire.unplug();
  t.like(await rig.clock.settle(waiting), {kind: 'down'});
  t.like(await rig.clock.settle(inFlight), {kind: 'timeout'}, 'on the wire: nobody knows');
  t.like(await rig.clock.settle(rig.write(3, 2)), {kind: 'down'});
  t.deepEqual(rig.told, [
    'down: memory:line-1 was unplugged [port/lost]',
    '1 offline',
    '2 offline',
    '3 offline',
  ]);
  t.true(rig.line.isDown);
  rig.told.length = 0;
  rig.wire.replug();
  await rig.clock.advance(10_000);
  t.deepEqual(rig.told, ['up: a unit answers', '1 ok', '2 ok', '3 ok']);
  t.is(rig.line.counters().linkLosses, 1);
});

test('all units silent: the line is down once, before its devices, and the port is reopened 1, 2, 4 s apart', async t => {
  const rig = await makeRig(t, 4);
  for (const number of [1, 2, 3, 4]) poll(rig, number);
  await rig.clock.advance(1000);
  rig.told.length = 0;
  rig.wire.faults.set({stuck: true});
  await rig.clock.advance(20_000);
  const healths = rig.told.filter(line => line.endsWith('offline'));
  t.is(rig.told.filter(line => line.startsWith('down')).length, 1);
  t.is(rig.told.indexOf('down: no unit of the line answers'), 4, 'behind four suspects');
  t.is(healths.length, 4);
  const {reopenings} = rig.line.counters();
  t.true(reopenings >= 4 && reopenings <= 5, `${reopenings}`);
  rig.told.length = 0;
  rig.wire.faults.clear();
  await rig.clock.advance(40_000);
  t.deepEqual(rig.told.toSorted(), ['1 ok', '2 ok', '3 ok', '4 ok', 'up: a unit answers']);
});

test('a command that waited more than 500 ms in its lane is told, a quicker one is not', async t => {
  const late: (readonly [string, number])[] = [];
  const rig = await makeRig(t, 2, {onLateCommand: (unit, waitedMs) => late.push([unit, waitedMs])});
  const behindDead = (turnaroundMs: Millis) => {
    const write = {unit: 1, address: 0, kind: 'register', values: [1], lane: 'command'} as const;
    return Promise.all([rig.bus.write({...write, turnaroundMs}), rig.write(2, 1)]);
  };
  rig.unit(1).isDead = true;
  await rig.clock.settle(behindDead(350));
  t.true(rig.line.counters().lanes.command.worstWaitMs > 300);
  t.deepEqual(late, []);
  await rig.clock.settle(behindDead(700));
  const {worstWaitMs} = rig.line.counters().lanes.command;
  t.true(worstWaitMs > 500);
  t.deepEqual(late, [['modbus:2', worstWaitMs]]);
});

test('a full lane refuses with an outcome instead of growing', async t => {
  const rig = await makeRig(t, 1, {queueLimit: 4});
  rig.unit(1).isDead = true;
  const outcomes = Array.from({length: 10}, () => rig.write(1, 2));
  const settled = await rig.clock.settle(Promise.all(outcomes));
  const kinds = settled.map(outcome => outcome.kind);
  t.is(kinds.filter(kind => kind === 'timeout').length, 4);
  t.is(kinds.filter(kind => kind === 'down').length, 6);
  t.is(rig.line.counters().lanes.command.refused, 6);
});

test('closing settles what waits as never sent and what is on the wire as unanswered', async t => {
  const rig = await makeRig(t, 1);
  const sent = rig.write(1, 2);
  await rig.clock.advance(5);
  const waiting = rig.read(1);
  await rig.line.close();
  t.like(await sent, {kind: 'timeout'});
  t.like(await waiting, {kind: 'down'});
  t.like(await rig.read(1), {kind: 'down'});
});

test('noise that never ends does not stop the line for ever', async t => {
  const rig = await makeRig(t, 1);
  const jabber = () => {
    rig.far.send(Uint8Array.of(0xff));
    timer = rig.clock.timer('jabber', 2, jabber);
  };
  let timer = rig.clock.timer('jabber', 0, jabber);
  t.like(await rig.clock.settle(rig.read(1), 1000), {kind: 'values'});
  timer.cancel();
});

test('a request that no frame can carry is a mistake of the caller', async t => {
  const rig = await makeRig(t, 1);
  const wrong = {table: 'holding', address: 0, quantity: 1, lane: 'poll'} as const;
  await t.throwsAsync(rig.bus.read({...wrong, unit: 0}), {instanceOf: CodecMisuse});
  await t.throwsAsync(rig.bus.read({...wrong, unit: 1, quantity: 200}), {instanceOf: CodecMisuse});
  await t.throwsAsync(rig.bus.read({...wrong, unit: 1, address: 70_000}), {
    instanceOf: CodecMisuse,
  });
});

test('a link that refuses a frame although it is up costs that frame and nothing else', async t => {
  const rig = await makeRig(
    t,
    1,
    {},
    () => 0.5,
    link => new StuckLink(link),
  );
  t.like(await rig.clock.settle(rig.write(1, 2)), {kind: 'down'});
  t.is(rig.line.counters().units.length, 0);
  t.deepEqual(rig.line.dumpTrace(), []);
});
