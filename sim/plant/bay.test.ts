import test from 'ava';
import {fromHex} from '../../protocols/base/bytes.js';
import {asId, type BayId} from '../../protocols/site/ids.js';
import {VirtualClock} from '../clock/virtual-clock.js';
import {DiscreteInputs} from '../devices/discrete-inputs.js';
import {ParkingLock} from '../devices/parking-lock.js';
import {Bay} from './bay.js';
import {Car} from './car.js';
import {HarmLog} from './harm-log.js';

const ID = asId<BayId>('A-001');
const RAISE = fromHex('010600000001480a');
const LOWER = fromHex('010600000002080b');

function build(arm: 'up' | 'down') {
  const clock = new VirtualClock({yieldTurn: () => new Promise(r => setImmediate(r))});
  const lock = new ParkingLock({clock, unit: 1, arm, travelMs: 2000});
  const board = new DiscreteInputs({clock, unit: 40});
  const harm = new HarmLog(clock);
  const bay = new Bay({id: ID, lock, detector: {board, input: 3}, harm});
  const car = new Car({clock, plate: '粤B12345'});
  return {clock, lock, board, harm, bay, car};
}

test('a car on the bay is seen by the lock and by the input of the bay, until it leaves', async t => {
  const {clock, lock, board, bay, car, harm} = build('down');
  t.is(await clock.settle(car.enter(bay, 1000)), 'entered');
  t.is(clock.nowMs(), 1000);
  t.is(bay.plate, '粤B12345');
  t.is(car.bay, bay);
  t.is(lock.registers.vehicle, 'present');
  t.true(board.contacts[3]);
  await clock.settle(car.leave(500));
  t.is(clock.nowMs(), 1500);
  t.is(bay.plate, undefined);
  t.is(car.bay, undefined);
  t.is(lock.registers.vehicle, 'absent');
  t.false(board.contacts[3]);
  t.deepEqual(harm.entries, []);
});

test('a driver stops before a raised or moving arm, and at a bay that is taken', async t => {
  const {clock, lock, bay, car, harm} = build('up');
  t.is(await clock.settle(car.enter(bay)), 'barred');
  lock.receive(LOWER);
  t.is(await clock.settle(car.enter(bay, 1000)), 'barred');
  t.is(await clock.settle(car.enter(bay, 1000)), 'entered');
  const second = new Car({clock, plate: 'X'});
  t.is(await clock.settle(second.enter(bay)), 'occupied');
  t.is(second.ram(bay), 'occupied');
  t.is(second.bay, undefined);
  t.deepEqual(harm.entries, []);
});

test('a patient driver goes in when the arm lies flat, and gives up when it never does', async t => {
  const {clock, lock, bay, car} = build('up');
  const waiting = car.enterWhenDown(bay, {patienceMs: 10_000, manoeuvreMs: 300});
  await clock.advance(1000);
  lock.receive(LOWER);
  t.is(await clock.settle(waiting), 'entered');
  t.is(clock.nowMs(), 3300);
  const other = build('up');
  const giveUp = other.car.enterWhenDown(other.bay, {patienceMs: 5000});
  t.is(await other.clock.settle(giveUp), 'barred');
  t.is(other.clock.nowMs(), 5000);
});

test('a car driven over a raised arm bends it, and the plant remembers', t => {
  const {lock, bay, car, harm} = build('up');
  t.is(car.ram(bay), 'entered');
  t.is(lock.arm, 'forced');
  t.is(lock.registers.vehicle, 'present');
  t.deepEqual(harm.entries, [{bay: ID, what: 'car driven over a raised arm', atMs: 0}]);
});

test('ramming a bay whose arm lies flat is plain driving', t => {
  const {lock, bay, car, harm} = build('down');
  t.is(car.ram(bay), 'entered');
  t.is(lock.arm, 'down');
  t.deepEqual(harm.entries, []);
});

test('an arm raised under a car is harm with its time, even where the detector sees nothing', async t => {
  const {clock, lock, bay, car, harm} = build('down');
  lock.ail({detector: 'stuck_absent'});
  await clock.settle(car.enter(bay, 700));
  lock.receive(RAISE);
  t.deepEqual(harm.entries, [{bay: ID, what: 'arm raised under a car', atMs: 700}]);
  await clock.advance(5000);
  t.is(lock.arm, 'blocked');
});
