import test, {type ExecutionContext} from 'ava';
import {SeededEntropy} from '../../sim/clock/seeded-entropy.js';
import {VirtualClock} from '../../sim/clock/virtual-clock.js';
import {exceptionReply, readRegisters, serveFrame} from '../../sim/devices/modbus-slave.js';
import {Rs485Line} from '../../sim/wire/rs485-line.js';
import {createMemoryPair} from '../port/memory-link.js';
import type {BusOutcome, DeviceHealth} from './contract.js';
import {ModbusBus} from './modbus-bus.js';
import {SharedLine} from './shared-line.js';

const WORDS = Array.from({length: 60}, (_, index) => 1000 + index);

/** One unit of 60 registers; `hole` is a register that it does not have. */
function makeRig(t: ExecutionContext, hole?: number) {
  const clock = new VirtualClock({yieldTurn: () => new Promise(r => setImmediate(r))});
  const {link, far} = createMemoryPair({clock, name: 'line-1'});
  const wire = new Rs485Line({clock, entropy: new SeededEntropy(1), farEnd: far, baudRate: 9600});
  const device = {
    unit: 1,
    receive: (frame: Uint8Array) =>
      serveFrame({unit: 1, turnaroundMs: 5}, frame, request => {
        if (request.kind !== 'read') return undefined;
        const {address, quantity, functionCode} = request;
        const isHit = hole !== undefined && address <= hole && hole < address + quantity;
        return isHit ? exceptionReply(functionCode, 2) : readRegisters(request, WORDS);
      }),
  };
  wire.attach(device);
  const line = new SharedLine({link, clock, fraction: () => 0.5, baudRate: 9600});
  const bus = new ModbusBus(line);
  line.open();
  t.teardown(async () => {
    await line.close();
    await far.close();
    wire.close();
    clock.assertIdle();
  });
  const poll = (address: number, quantity: number, periodMs = 500) => {
    const outcomes: BusOutcome[] = [];
    const healths: DeviceHealth[] = [];
    const leave = bus.poll({
      read: {unit: 1, table: 'holding', address, quantity},
      periodMs: () => periodMs,
      onOutcome: outcome => outcomes.push(outcome),
      onHealth: health => healths.push(health),
    });
    return {outcomes, healths, leave};
  };
  /** Address and quantity of the reads since the last call. */
  const reads = () => {
    const frames = wire.log.framesTo(1).map(({bytes}) => `${bytes[3]}+${bytes[5]}`);
    wire.log.clear();
    return [...new Set(frames)].toSorted();
  };
  return {clock, wire, device, poll, reads};
}

test('blocks side by side go alone once and then share a read, each with its own values', async t => {
  const {clock, poll, reads} = makeRig(t);
  const tallies = [poll(2, 2), poll(10, 1), poll(4, 3), poll(40, 2), poll(8, 1, 100)];
  await clock.advance(400);
  const alone = reads();
  for (const read of ['10+1', '2+2', '4+3', '40+2', '8+1']) t.true(alone.includes(read), read);
  await clock.advance(2000);
  t.deepEqual(reads(), ['2+9', '40+2', '8+1']);
  const expected = [[1002, 1003], [1010], [1004, 1005, 1006], [1040, 1041], [1008]];
  for (const [index, {outcomes, healths}] of tallies.entries()) {
    t.true(outcomes.length >= 4);
    for (const outcome of outcomes) t.like(outcome, {kind: 'values', values: expected[index]});
    t.deepEqual(healths, ['unknown', 'ok']);
  }
});

test('a read that the device refuses for what lies between is split for good, and nobody hears of it', async t => {
  const {clock, poll, reads} = makeRig(t, 5);
  const tallies = [poll(2, 2), poll(7, 1)];
  await clock.advance(5000);
  t.deepEqual(reads(), ['2+2', '2+6', '7+1']);
  await clock.advance(130_000);
  t.deepEqual(reads(), ['2+2', '7+1'], 'and never tried again');
  for (const {outcomes, healths} of tallies) {
    t.true(outcomes.length > 200);
    t.true(outcomes.every(({kind}) => kind === 'values'));
    t.deepEqual(healths, ['unknown', 'ok']);
  }
});

test('a block that is refused by itself is told so and spoils no other', async t => {
  const {clock, poll, reads} = makeRig(t, 5);
  const [refused, fine, near] = [poll(5, 1), poll(6, 1), poll(7, 1)];
  await clock.advance(3000);
  t.deepEqual(reads(), ['5+1', '6+1', '6+2', '7+1']);
  t.deepEqual(
    refused.outcomes.map(({kind}) => kind),
    ['exception'],
  );
  for (const {outcomes} of [fine, near]) t.true(outcomes.every(({kind}) => kind === 'values'));
});

test('a dead unit is told to all blocks of a read; a block that leaves is read no more', async t => {
  const {clock, wire, device, poll, reads} = makeRig(t);
  const [first, second] = [poll(2, 2), poll(4, 2)];
  await clock.advance(2000);
  wire.detach(device);
  await clock.advance(10_000);
  for (const {outcomes, healths} of [first, second]) {
    t.is(outcomes.at(-1)?.kind, 'timeout');
    t.is(healths.at(-1), 'offline');
  }
  wire.attach(device);
  await clock.advance(60_000);
  second.leave();
  second.leave();
  const told = second.outcomes.length;
  reads();
  await clock.advance(2000);
  t.deepEqual(reads(), ['2+2']);
  t.is(second.outcomes.length, told);
  first.leave();
  await clock.advance(1000);
  reads();
  await clock.advance(1000);
  t.deepEqual(reads(), []);
});

test('a device that stays silent to a shared read is asked block by block again, and nobody is told', async t => {
  const {clock, device, wire, poll, reads} = makeRig(t);
  wire.detach(device);
  wire.attach({
    ...device,
    receive: frame => ((frame[5] ?? 0) > 4 ? [] : device.receive(frame)),
  });
  const left = poll(2, 3);
  const right = poll(6, 3);
  await clock.advance(10_000);
  reads();
  await clock.advance(2000);
  t.deepEqual(reads(), ['2+3', '6+3']);
  for (const {healths, outcomes} of [left, right]) {
    t.false(healths.includes('offline'));
    t.is(outcomes.at(-1)?.kind, 'values');
  }
});
