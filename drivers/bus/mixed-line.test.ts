import test, {type ExecutionContext} from 'ava';
import {concatBytes} from '../../protocols/base/bytes.js';
import type {Millis} from '../../protocols/base/clock.js';
import {SeededEntropy} from '../../sim/clock/seeded-entropy.js';
import {VirtualClock} from '../../sim/clock/virtual-clock.js';
import {readRegisters, serveFrame} from '../../sim/devices/modbus-slave.js';
import type {LineDevice} from '../../sim/wire/line-device.js';
import {Rs485Line} from '../../sim/wire/rs485-line.js';
import {ToyBoard, ToyReader, xorOf} from '../../sim/wire/toy-devices.js';
import {UsbAdapter} from '../../sim/wire/usb-adapter.js';
import {createMemoryPair} from '../port/memory-link.js';
import type {Frame, FrameOutcome, FramePoll, FrameTurn, ReplyReader, UnitKey} from './contract.js';
import {ModbusBus} from './modbus-bus.js';
import {SharedLine, type SharedLineOptions} from './shared-line.js';

const BOARD = 1;
const READER = 5;
const BOARD_GAP_MS = 25;
const LONGEST_TOY_BYTES = 1440;
const PERIOD_MS = 500;

/** Registers that name their unit: a value credited to another one is seen at once. */
function bigUnit(unit: number, turnaroundMs: Millis): LineDevice {
  const words = Array.from({length: 200}, (_, index) => unit * 1000 + index);
  return {
    unit,
    receive: frame =>
      serveFrame({unit, turnaroundMs}, frame, request =>
        request.kind === 'read' ? readRegisters(request, words) : undefined,
      ),
  };
}

interface RigOptions {
  readonly packetBytes?: (entropy: SeededEntropy) => number;
  readonly line?: Partial<SharedLineOptions>;
}

async function makeRig(t: ExecutionContext, {packetBytes, line: options}: RigOptions = {}) {
  const clock = new VirtualClock({yieldTurn: () => new Promise(r => setImmediate(r))});
  const {link, far} = createMemoryPair({clock, name: 'line-1'});
  const entropy = new SeededEntropy(7);
  const adapter = packetBytes
    ? new UsbAdapter({clock, farEnd: far, packetBytes: () => packetBytes(entropy)})
    : far;
  const wire = new Rs485Line({
    clock,
    entropy,
    farEnd: adapter,
    baudRate: 9600,
    pacing: 'bytes',
    logLimit: 20_000,
  });
  const line = new SharedLine({link, clock, fraction: () => 0.5, baudRate: 9600, ...options});
  line.open();
  await clock.advance(0);
  t.teardown(async () => {
    await line.close();
    await adapter.close();
    wire.close();
    clock.assertIdle();
  });
  return {clock, wire, line, bus: new ModbusBus(line)};
}

type Rig = Awaited<ReturnType<typeof makeRig>>;

function pollRegisters(rig: Rig, t: ExecutionContext, unit: number, quantity: number, slowMs = 50) {
  const told = {values: 0, missed: 0};
  rig.bus.poll({
    read: {unit, table: 'holding', address: 3, quantity, turnaroundMs: slowMs},
    periodMs: () => PERIOD_MS,
    onHealth: () => {},
    onOutcome: outcome => {
      if (outcome.kind !== 'values') {
        told.missed += 1;
        return;
      }
      told.values += 1;
      t.is(outcome.values[0], unit * 1000 + 3);
      t.is(outcome.values.length, quantity);
    },
  });
  return told;
}

/** Five bytes that end with the XOR of those before; the reply repeats address and lock. */
function boardFrame(lock: number): Frame {
  const body = Uint8Array.of(0x80, BOARD, lock, 0x33);
  const reply: ReplyReader = {
    longestBytes: 5,
    read: received => {
      const start = received.indexOf(0x80);
      if (start < 0 && received.length > 0) {
        return {kind: 'discard', used: received.length, why: 'noise'};
      }
      if (start > 0) return {kind: 'discard', used: start, why: 'noise'};
      if (received.length < 5) return {kind: 'wait'};
      if (xorOf(received.subarray(0, 5)) !== 0) return {kind: 'discard', used: 1, why: 'crc'};
      const isOurs = received[1] === BOARD && received[2] === lock;
      return isOurs
        ? {kind: 'frame', frame: 'answer', used: 5}
        : {kind: 'discard', used: 5, why: 'foreign'};
    },
  };
  const bytes = concatBytes(body, Uint8Array.of(xorOf(body)));
  return {bytes, reply, turnaroundMs: 1000, gapMs: BOARD_GAP_MS};
}

function readerFrame(number: number): Frame {
  const body = Uint8Array.of(0x53, READER, 6, 0, number);
  const reply: ReplyReader = {
    longestBytes: LONGEST_TOY_BYTES,
    read: received => {
      const start = received.indexOf(0x53);
      if (start < 0 && received.length > 0) {
        return {kind: 'discard', used: received.length, why: 'noise'};
      }
      if (start > 0) return {kind: 'discard', used: start, why: 'noise'};
      const length = (received[2] ?? 0) | ((received[3] ?? 0) << 8);
      if (received.length < 5 || received.length < length) return {kind: 'wait'};
      if (length < 6 || xorOf(received.subarray(0, length)) !== 0) {
        return {kind: 'discard', used: 1, why: 'crc'};
      }
      const isOurs = received[1] === (READER | 0x80) && received[4] === number;
      return isOurs
        ? {kind: 'frame', frame: 'answer', used: length}
        : {kind: 'discard', used: length, why: 'foreign'};
    },
  };
  return {bytes: concatBytes(body, Uint8Array.of(xorOf(body))), reply};
}

function pollToy(
  rig: Rig,
  unit: UnitKey,
  compose: FramePoll['compose'],
  onOutcome: (outcome: FrameOutcome) => void,
) {
  rig.line.poll({unit, periodMs: () => PERIOD_MS, compose, onOutcome, onHealth: () => {}});
}

/** Sequence 1, 2, 3, 1 .. as a reader wants it: the next number only when the last was answered. */
function pollReader(rig: Rig) {
  const told = {answers: 0, missed: 0, bytes: 0};
  let number = 1;
  pollToy(
    rig,
    `toy:${READER}`,
    () => readerFrame(number),
    outcome => {
      if (outcome.kind !== 'reply') {
        told.missed += 1;
        return;
      }
      told.answers += 1;
      told.bytes = outcome.bytes.length;
      number = (number % 3) + 1;
    },
  );
  return told;
}

function pollBoard(rig: Rig) {
  const told = {answers: 0, missed: 0};
  pollToy(
    rig,
    `board:${BOARD}`,
    () => boardFrame(4),
    outcome => {
      if (outcome.kind === 'reply') told.answers += 1;
      else told.missed += 1;
    },
  );
  return told;
}

test('three protocols on one line never talk over each other, and each reply goes to its own', async t => {
  const rig = await makeRig(t);
  const reader = new ToyReader(READER);
  rig.wire.attach(bigUnit(BOARD, 5), bigUnit(READER, 5), new ToyBoard(BOARD), reader);
  const modbus = [BOARD, READER].map(unit => pollRegisters(rig, t, unit, 6));
  const board = pollBoard(rig);
  const pd = pollReader(rig);
  await rig.clock.advance(60_000);
  t.is(rig.wire.collisions, 0);
  t.is(rig.wire.gapViolations, 0);
  for (const told of [...modbus, board, pd]) t.is(told.missed, 0);
  t.true(board.answers >= 25, `${board.answers} of the board that takes 1 s`);
  t.true(pd.answers >= 25, `${pd.answers}`);
  t.true(modbus.every(({values}) => values >= 25));
  const {numbers} = reader;
  t.true(
    numbers.every((number, index) => number === (index % 3) + 1),
    'every number once, in turn',
  );
  const {entries} = rig.wire.log;
  const gaps = entries.flatMap((entry, index) => {
    const before = entries[index - 1];
    if (entry.direction !== 'toDevices' || entry.bytes[0] !== 0x80 || !before) return [];
    return [entry.atMs - before.atMs - before.bytes.length / 0.96];
  });
  t.true(gaps.length >= 25);
  t.true(Math.min(...gaps) >= BOARD_GAP_MS - 0.001, `${Math.min(...gaps)} ms before the board`);
});

test('a board that dies on a mixed line costs nobody else a reply', async t => {
  const rig = await makeRig(t);
  const board = new ToyBoard(BOARD);
  rig.wire.attach(bigUnit(2, 5), board, new ToyReader(READER));
  const modbus = pollRegisters(rig, t, 2, 6);
  const told = pollBoard(rig);
  const pd = pollReader(rig);
  await rig.clock.advance(10_000);
  rig.wire.detach(board);
  await rig.clock.advance(60_000);
  t.true(told.missed >= 3);
  t.is(modbus.missed + pd.missed, 0);
  t.is(rig.wire.collisions + rig.wire.gapViolations, 0);
});

const PACKETS: Readonly<Record<string, (entropy: SeededEntropy) => number>> = {
  'full packets of 62': () => 62,
  'single bytes': () => 1,
  'packets of 1 to 62': entropy => 1 + Math.floor(entropy.fraction() * 62),
};

for (const [name, packetBytes] of Object.entries(PACKETS)) {
  test(`a USB adapter with ${name} and 16 ms: slow slaves, 255 and 1440 bytes, nothing lost or miscredited`, async t => {
    const rig = await makeRig(t, {packetBytes});
    const reader = new ToyReader(READER);
    reader.replyBytes = LONGEST_TOY_BYTES;
    rig.wire.attach(bigUnit(1, 5), bigUnit(2, 45), bigUnit(3, 950), reader);
    const tallies = [
      pollRegisters(rig, t, 1, 125),
      pollRegisters(rig, t, 2, 6),
      pollRegisters(rig, t, 3, 1, 1000),
    ];
    const pd = pollReader(rig);
    await rig.clock.advance(60_000);
    t.true(pd.answers >= 10);
    t.is(pd.bytes, LONGEST_TOY_BYTES);
    t.is(pd.missed, 0);
    for (const {values, missed} of tallies) {
      t.true(values >= 10, `${values}`);
      t.is(missed, 0);
    }
    t.is(rig.wire.collisions, 0);
    t.is(rig.wire.gapViolations, 0);
    t.is(rig.line.counters().noise, 0);
  });
}

test('several lines of one process do not know each other', async t => {
  const [first, second] = [await makeRig(t), await makeRig(t)];
  first.wire.attach(bigUnit(1, 5));
  second.wire.attach(bigUnit(1, 5));
  const tallies = [first, second].map(rig => pollRegisters(rig, t, 1, 6));
  first.wire.unplug();
  await Promise.all([first.clock.advance(5000), second.clock.advance(5000)]);
  t.true(first.line.isDown);
  t.false(second.line.isDown);
  t.is(tallies[0]?.values, 0);
  t.true((tallies[1]?.values ?? 0) >= 9);
});

function turn(rig: Rig, unit: UnitKey, frame: Partial<FrameTurn>): Promise<FrameOutcome> {
  return new Promise(resolve => {
    rig.line.submit({unit, lane: 'confirm', compose: () => undefined, settle: resolve, ...frame});
  });
}

test('a frame that nobody answers is sent when it is off the wire and its rest is over', async t => {
  const rig = await makeRig(t);
  await rig.clock.advance(100);
  const bytes = new Uint8Array(96);
  const atMs = rig.clock.nowMs();
  const compose = () => ({bytes, reply: undefined, turnaroundMs: 40});
  t.deepEqual(await rig.clock.settle(turn(rig, 'toy:9', {compose})), {
    kind: 'sent',
    atMs: atMs + 100 + 40,
  });
  t.is(rig.line.counters().units[0]?.timeouts, 0);
});

test('a broadcast write rests for 150 ms and is written, a broadcast read is a mistake', async t => {
  const rig = await makeRig(t);
  await rig.clock.advance(100);
  const atMs = rig.clock.nowMs();
  const write = {unit: 0, address: 1, kind: 'register', values: [1], lane: 'command'} as const;
  const outcome = await rig.clock.settle(rig.bus.write(write));
  t.is(outcome.kind, 'written');
  t.true(Math.abs(outcome.atMs - atMs - 8 / 0.96 - 150) < 0.001);
  await t.throwsAsync(
    rig.bus.read({unit: 0, table: 'coil', address: 0, quantity: 1, lane: 'poll'}),
  );
});

test('a frame is composed when its turn has come; who has nothing to say is passed over', async t => {
  const rig = await makeRig(t);
  rig.wire.attach(new ToyReader(READER));
  const composedAt: Millis[] = [];
  const compose = (number: number) => (nowMs: Millis) => {
    composedAt.push(nowMs);
    return readerFrame(number);
  };
  const mute = turn(rig, 'toy:5', {});
  const first = turn(rig, 'toy:5', {compose: compose(1)});
  const second = turn(rig, 'toy:5', {compose: compose(2)});
  t.is((await rig.clock.settle(mute)).kind, 'down');
  t.is((await rig.clock.settle(first)).kind, 'reply');
  t.is((await rig.clock.settle(second)).kind, 'reply');
  const sentAt = rig.wire.log.entries.filter(e => e.direction === 'toDevices').map(e => e.atMs);
  t.deepEqual(composedAt, sentAt);
});

test('a poll with nothing to say lets the others go on and hears of no outcome', async t => {
  const rig = await makeRig(t);
  rig.wire.attach(bigUnit(1, 5));
  let asked = 0;
  pollToy(
    rig,
    'toy:9',
    () => {
      asked += 1;
      return undefined;
    },
    () => t.fail(),
  );
  const told = pollRegisters(rig, t, 1, 6);
  await rig.clock.advance(1000);
  t.true(told.values >= 2);
  t.true(asked > 10 && asked < 110, `${asked}`);
});

test('a lost read is repeated byte for byte before anything else of its unit, yet after a command of another', async t => {
  const rig = await makeRig(t);
  rig.wire.attach(new ToyReader(READER), bigUnit(1, 5));
  rig.wire.faults.setUnit(`toy-reader:${READER}`, {replyLoss: 1});
  let composed = 0;
  const order: string[] = [];
  const compose = () => {
    composed += 1;
    return {...readerFrame(1), turnaroundMs: 10};
  };
  const read = turn(rig, 'toy:5', {resends: 1, compose}).then(({kind}) => order.push(kind));
  await rig.clock.advance(20);
  const next = turn(rig, 'toy:5', {lane: 'command', compose: () => readerFrame(2)});
  const command = rig.bus
    .write({unit: 1, address: 0, kind: 'register', values: [1], lane: 'command'})
    .then(() => order.push('command'));
  await rig.clock.settle(Promise.all([read, next, command]));
  t.is(composed, 1);
  const sent = rig.wire.log.entries.filter(e => e.direction === 'toDevices' && e.bytes[0] === 0x53);
  t.deepEqual(
    sent.map(({bytes}) => bytes[4]),
    [1, 1, 2],
  );
});

test('what is composed and waits for its silence is told unsent when the line goes down', async t => {
  const rig = await makeRig(t);
  const compose = () => ({...boardFrame(1), gapMs: 200});
  const waiting = turn(rig, 'board:1', {compose});
  await rig.clock.advance(50);
  rig.wire.unplug();
  t.is((await rig.clock.settle(waiting)).kind, 'down');
  t.deepEqual(rig.wire.log.entries, []);
});
