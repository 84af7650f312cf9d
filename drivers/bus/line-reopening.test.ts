import test, {type ExecutionContext} from 'ava';
import {SeededEntropy} from '../../sim/clock/seeded-entropy.js';
import {VirtualClock} from '../../sim/clock/virtual-clock.js';
import {RegisterUnit} from '../../sim/wire/register-unit.js';
import {Rs485Line} from '../../sim/wire/rs485-line.js';
import type {ByteLink} from '../port/byte-link.js';
import {createMemoryPair} from '../port/memory-link.js';
import type {BusOutcome} from './contract.js';
import {ModbusBus} from './modbus-bus.js';
import {SharedLine} from './shared-line.js';

const WRITE_REGISTER = 6;
/** Two frames of 8 bytes at 9600 baud, 50 ms for the device and 30 ms for the host. */
const WRITE_DEADLINE_MS = 96;

/** Calls back within each reopening, between the old port and the fresh one. */
function reopeningLink(inner: ByteLink, onReopen: () => void): ByteLink {
  return {
    name: inner.name,
    get isUp() {
      return inner.isUp;
    },
    open: listener => inner.open(listener),
    write: bytes => inner.write(bytes),
    reopen(why) {
      inner.reopen(why);
      onReopen();
    },
    close: () => inner.close(),
  };
}

/** A line with one polled unit, and a hand between the old port and the fresh one. */
async function makeRig(t: ExecutionContext, onReopen: () => void) {
  const clock = new VirtualClock({yieldTurn: () => new Promise(r => setImmediate(r))});
  const {link, far} = createMemoryPair({clock, name: 'line-1'});
  const entropy = new SeededEntropy(1);
  const wire = new Rs485Line({clock, entropy, farEnd: far, baudRate: 9600});
  wire.attach(new RegisterUnit(1));
  const port = reopeningLink(link, onReopen);
  const line = new SharedLine({link: port, clock, fraction: () => 0.5, baudRate: 9600});
  const bus = new ModbusBus(line);
  line.open();
  bus.poll({
    read: {unit: 1, table: 'holding', address: 1, quantity: 6},
    periodMs: () => 0,
    onOutcome: () => {},
    onHealth: () => {},
  });
  t.teardown(async () => {
    await line.close();
    await far.close();
    wire.close();
    clock.assertIdle();
  });
  await clock.advance(1000);
  wire.faults.set({stuck: true});
  const write = () =>
    bus.write({unit: 1, address: 0, kind: 'register', values: [2], lane: 'command'});
  const writesSeen = () =>
    wire.log.framesTo(1).filter(({bytes}) => bytes[1] === WRITE_REGISTER).length;
  return {clock, far, wire, line, write, writesSeen};
}

type Rig = Awaited<ReturnType<typeof makeRig>>;

test('a command given while a silent line reopens its port goes out on the fresh one, once', async t => {
  const outcomes: Promise<BusOutcome>[] = [];
  const onReopen = () => {
    if (outcomes.length === 0) outcomes.push(rig.write());
  };
  const rig: Rig = await makeRig(t, onReopen);
  await rig.clock.until(() => outcomes.length > 0, 20_000);
  await rig.clock.advance(2000);
  t.like(await outcomes[0], {kind: 'timeout'});
  t.is(rig.writesSeen(), 1);
});

test('a command given while a port is reopened is void after 500 ms without one, and never sent later', async t => {
  const outcomes: Promise<BusOutcome>[] = [];
  const onReopen = () => {
    if (outcomes.length > 0) return;
    rig.far.unplug();
    outcomes.push(rig.write());
  };
  const rig: Rig = await makeRig(t, onReopen);
  await rig.clock.until(() => outcomes.length > 0, 20_000);
  const askedMs = rig.clock.nowMs();
  await rig.clock.advance(1000);
  t.deepEqual(await outcomes[0], {kind: 'down', atMs: askedMs + 500});
  rig.wire.faults.clear();
  rig.far.replug();
  await rig.clock.advance(40_000);
  t.false(rig.line.isDown);
  t.is(rig.writesSeen(), 0);
});

test('a command on the wire is not cut short by a reopening that falls due', async t => {
  let reopenings = 0;
  const onReopen = () => {
    reopenings += 1;
  };
  const rig: Rig = await makeRig(t, onReopen);
  await rig.clock.until(() => rig.line.isDown, 20_000);
  const times = [rig.clock.nowMs()];
  // The next command follows as soon as one is given up, so that the line is hardly ever free.
  const commandOn = async () => {
    while (times.length <= 30) {
      const outcome = await rig.write();
      t.is(outcome.kind, 'timeout');
      times.push(outcome.atMs);
    }
  };
  await rig.clock.settle(commandOn());
  t.true(reopenings > 0);
  const waits = times.slice(1).map((atMs, index) => atMs - (times[index] ?? 0));
  t.true(Math.min(...waits) >= WRITE_DEADLINE_MS, `${Math.min(...waits)} ms`);
});
