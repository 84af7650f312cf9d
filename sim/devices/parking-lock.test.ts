import test from 'ava';
import {fromHex, toHex} from '../../protocols/base/bytes.js';
import {VirtualClock} from '../clock/virtual-clock.js';
import {HEALTHY_LOCK, ParkingLock, type ParkingLockOptions} from './parking-lock.js';

/** Frames of devices.md 3.4 at unit 1; their CRCs were computed apart from this project. */
const POLL = '0103000100069408';
const RAISE = '010600000001480a';
const LOWER = '010600000002080b';
const STOP = '010600000003c9cb';
const BUZZER = '0106000000048809';
const UP_12_4_V = '01030c0001000004d8000000000000ce72';
const MOVING_12_4_V = '01030c0003000004d8000000000000c5ca';
const DOWN_WITH_CAR_1_CYCLE = '01030c0002000104d80000000100009d66';

function build(options: Partial<ParkingLockOptions> = {}) {
  const clock = new VirtualClock({yieldTurn: () => new Promise(r => setImmediate(r))});
  const lock = new ParkingLock({clock, unit: 1, ...options});
  /** The reply to a frame as hex, empty for silence. */
  const ask = (frame: string) =>
    lock
      .receive(fromHex(frame))
      .map(reply => toHex(reply.bytes))
      .join();
  return {clock, lock, ask};
}

test('one poll tells arm, vehicle, supply, faults and cycles by the reference map', async t => {
  const {clock, lock, ask} = build();
  t.is(ask(POLL), UP_12_4_V);
  t.is(ask(LOWER), LOWER);
  t.is(ask(POLL), MOVING_12_4_V);
  await clock.advance(3000);
  lock.setCarAbove(true);
  t.is(ask(POLL), DOWN_WITH_CAR_1_CYCLE);
  t.deepEqual(lock.receive(fromHex(POLL))[0]?.afterMs, 5);
});

test('low battery, tamper and a counter above 16 bits stand in their registers', t => {
  const {lock, ask} = build({cycles: 0x1_ffff});
  lock.setSupply(10_400);
  lock.ail({tamper: true});
  t.is(ask(POLL), '01030c000100000410000cffff0001565b');
});

test('travel takes its time both ways and counts when the limit is reached', async t => {
  for (const travelMs of [1000, 6000]) {
    const {clock, lock, ask} = build({travelMs});
    ask(LOWER);
    await clock.advance(travelMs - 1);
    t.is(lock.arm, 'moving');
    t.is(lock.registers.cycles, 0);
    await clock.advance(1);
    t.is(lock.arm, 'down');
    ask(RAISE);
    await clock.advance(travelMs);
    t.is(lock.arm, 'up');
    t.is(lock.registers.cycles, 2);
  }
});

test('an arm that is already there neither moves nor counts', async t => {
  const {clock, lock, ask} = build({arm: 'down'});
  t.is(ask(LOWER), LOWER);
  t.is(lock.arm, 'down');
  await clock.advance(5000);
  t.is(lock.registers.cycles, 0);
});

test('stop leaves the arm between its limits, and half a way takes half the time', async t => {
  const {clock, lock, ask} = build({travelMs: 2000});
  ask(LOWER);
  await clock.advance(1000);
  t.is(ask(STOP), STOP);
  await clock.advance(5000);
  t.is(lock.arm, 'unknown');
  ask(LOWER);
  await clock.advance(1000);
  t.is(lock.arm, 'down');
  t.is(lock.registers.cycles, 1);
});

test('the log of commands holds what was heard and when, the buzzer too', async t => {
  const {clock, lock, ask} = build();
  t.is(ask(BUZZER), BUZZER);
  await clock.advance(5000);
  ask(LOWER);
  t.deepEqual(lock.commands, [
    {command: 'buzzer', atMs: 0},
    {command: 'lower', atMs: 5000},
  ]);
  t.is(ask('010300000001840a'), '01030200023985', 'register 0 holds the last order');
});

test('wrong values, registers and functions get the exceptions of the specification', t => {
  const {lock, ask} = build();
  t.is(ask('01060000000949cc'), '0186030261');
  t.is(ask('01060001000119ca'), '018602c3a1');
  t.is(ask('0103000400068409'), '018302c0f1');
  t.is(ask('01040000000131ca'), '01840182c0');
  t.deepEqual(lock.commands, []);
});

test('other units, damaged frames and broadcasts get no answer; a broadcast is obeyed', t => {
  const {lock, ask} = build();
  t.is(ask('0206000000020838'), '');
  t.is(ask('010600000002080c'), '');
  t.is(ask(LOWER + POLL), '');
  t.is(lock.arm, 'up');
  t.is(ask('00060000000209da'), '');
  t.is(lock.arm, 'moving');
});

test('a deaf lock answers polls; it is silent to commands or acknowledges in vain', async t => {
  const {clock, lock, ask} = build();
  lock.ail({deaf: 'silent'});
  t.is(ask(LOWER), '');
  t.is(ask(POLL), UP_12_4_V);
  lock.ail({deaf: 'acks'});
  t.is(ask(LOWER), LOWER);
  await clock.advance(10_000);
  t.is(lock.arm, 'up');
  t.is(lock.commands.length, 2);
  lock.heal();
  ask(LOWER);
  t.is(lock.arm, 'moving');
});

test('a lock that obeys the fourth lower acknowledges three in vain, then is well', async t => {
  const {clock, lock, ask} = build();
  lock.ail({obeysNth: 4});
  for (let no = 1; no <= 3; no += 1) {
    t.is(ask(LOWER), LOWER);
    await clock.advance(5000);
    t.is(lock.arm, 'up', `after command ${no}`);
  }
  ask(LOWER);
  await clock.advance(3000);
  t.is(lock.arm, 'down');
  lock.heal();
  ask(RAISE);
  t.is(lock.arm, 'moving');
});

test('a jam stops the arm midway as blocked with over-current until it is mended', async t => {
  const {clock, lock, ask} = build({travelMs: 2000});
  lock.ail({jamAt: 0.5});
  ask(LOWER);
  await clock.advance(1399);
  t.is(lock.arm, 'moving');
  await clock.advance(1);
  t.is(lock.arm, 'blocked');
  t.true(lock.registers.faults.overCurrent);
  t.is(lock.registers.cycles, 0);
  ask(LOWER);
  await clock.advance(400);
  t.is(lock.arm, 'blocked');
  lock.heal();
  ask(LOWER);
  await clock.advance(1000);
  t.is(lock.arm, 'down');
  t.false(lock.registers.faults.overCurrent);
});

test('a jam that happens during the movement stops it too', async t => {
  const {clock, lock, ask} = build({travelMs: 2000});
  ask(LOWER);
  await clock.advance(500);
  lock.ail({jamAt: 0.5});
  await clock.advance(900);
  t.is(lock.arm, 'blocked');
});

test('an obstacle blocks its direction only', async t => {
  const {clock, lock, ask} = build({travelMs: 1000});
  lock.ail({obstacle: 'lower'});
  ask(LOWER);
  await clock.advance(400);
  t.is(lock.arm, 'blocked');
  lock.ail({obstacle: 'raise'});
  ask(LOWER);
  await clock.advance(1000);
  t.is(lock.arm, 'down');
  ask(RAISE);
  await clock.advance(400);
  t.is(lock.arm, 'blocked');
});

test('motor, limit switch and over-current faults show as bits; a dead motor never moves', async t => {
  const {clock, lock, ask} = build();
  ask(LOWER);
  await clock.advance(100);
  lock.ail({motorFault: true, limitSwitchFault: true, overCurrent: true});
  t.is(lock.arm, 'unknown');
  t.is(ask(LOWER), LOWER);
  await clock.advance(10_000);
  t.is(lock.arm, 'unknown');
  t.deepEqual(lock.registers.faults, {
    motor: true,
    limitSwitch: true,
    lowBattery: false,
    tamper: false,
    overCurrent: true,
  });
});

test('a forced arm says so until the next movement', async t => {
  const {clock, lock, ask} = build({travelMs: 2000});
  lock.force();
  t.is(lock.arm, 'forced');
  ask(RAISE);
  t.is(lock.arm, 'moving');
  await clock.advance(1000);
  t.is(lock.arm, 'up');
});

test('an arm raised under a car stops against it, reports it and comes down only by command', async t => {
  const {clock, lock, ask} = build({arm: 'down', travelMs: 2000});
  const harm: string[] = [];
  lock.onHarm(what => harm.push(what));
  lock.setCarAbove(true);
  ask(RAISE);
  t.deepEqual(harm, ['arm raised under a car']);
  await clock.advance(10_000);
  t.is(lock.arm, 'blocked');
  t.true(lock.registers.faults.overCurrent);
  ask(LOWER);
  await clock.advance(500);
  t.is(lock.arm, 'down');
});

test('a car that drives onto a rising arm is harm as well; onto a lying one it is not', async t => {
  const {clock, lock, ask} = build({arm: 'down', travelMs: 2000});
  const harm: string[] = [];
  lock.onHarm(what => harm.push(what));
  lock.setCarAbove(true);
  lock.setCarAbove(false);
  t.deepEqual(harm, []);
  ask(RAISE);
  await clock.advance(1000);
  lock.setCarAbove(true);
  t.deepEqual(harm, ['arm raised under a car']);
  await clock.advance(400);
  t.is(lock.arm, 'blocked');
});

test('the detector may lie: stuck, flapping or broken, whatever stands there', async t => {
  const {clock, lock} = build({arm: 'down'});
  const seen = () => lock.registers.vehicle;
  lock.ail({detector: 'stuck_present'});
  t.is(seen(), 'present');
  lock.ail({detector: 'fault'});
  t.is(seen(), 'fault');
  lock.setCarAbove(true);
  lock.ail({detector: 'stuck_absent'});
  t.is(seen(), 'absent');
  lock.ail({detector: {flappingMs: 100}});
  t.is(seen(), 'absent');
  await clock.advance(100);
  t.is(seen(), 'present');
  lock.heal();
  t.deepEqual(lock.ailments, HEALTHY_LOCK);
  t.is(seen(), 'present');
});

test('an unplugged lock answers nothing and obeys nothing', t => {
  const {lock, ask} = build();
  lock.ail({unplugged: true});
  t.is(ask(POLL), '');
  t.is(ask(LOWER), '');
  t.deepEqual(lock.commands, []);
  lock.heal();
  t.is(ask(POLL), UP_12_4_V);
});
