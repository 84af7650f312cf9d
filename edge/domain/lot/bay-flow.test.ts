import test from 'ava';
import {asId, type PersonId} from '../../../protocols/site/ids.js';
import {LotRig} from './lot-rig.js';
import {bayId, NO_FAULTS, rigConfig} from './rig-config.js';

/** A tenant stands in A-012. */
function parked(more: {entries?: 'one' | 'multi'} = {}): LotRig {
  const rig = new LotRig().settled();
  rig.grant('01', ['A-012'], more);
  rig.tap('C1', '01');
  rig.advance(5000);
  rig.sense('A-012', 'occupied');
  rig.advance(60_000);
  return rig;
}

test('a poll that changes nothing gives the same state object and empty arrays', t => {
  const rig = parked();
  const before = rig.state;
  const reading = rig.state.bays.get(bayId('A-012'))?.reading;
  if (!reading) return t.fail();
  const step = rig.input({
    kind: 'lockReading',
    bay: bayId('A-012'),
    reading: {...reading, atMs: rig.nowMs + 10, supplyMv: 11_990, cycles: 7},
  });
  t.is(step.state, before);
  t.deepEqual([step.facts, step.records, step.effects], [[], [], []]);
});

test('~E31 a car that rolls in stops the rising arm and has it lowered again', t => {
  const rig = parked();
  rig.sense('A-012', 'vacant');
  rig.advance(30_500);
  rig.lock('A-012').vehicle = 'present';
  rig.advance(10_000);
  const after = rig.sent.slice(1).map(one => one.command);
  t.deepEqual(after, ['raise', 'stop', 'lower']);
  const up = rig
    .bodies('actuation')
    .filter(body => body.desired === 'up')
    .at(-1);
  t.like(up, {state: 'aborted', why: 'CAR_PRESENT'});
  t.is(rig.lock('A-012').arm, 'down');
  rig.sense('A-012', 'occupied');
  t.is(rig.bodies('session').at(-1)?.phase, 'parked');
});

test('~E31 an anti-crush report lowers the arm, raises an alarm and leaves the sensor suspect', t => {
  const rig = parked();
  rig.sense('A-012', 'vacant');
  rig.lock('A-012').endsAs = 'blocked';
  rig.advance(33_000);
  rig.lock('A-012').endsAs = undefined;
  rig.advance(10_000);
  t.deepEqual(
    rig.sent.slice(1).map(one => one.command),
    ['raise', 'lower'],
  );
  t.deepEqual(rig.openAlarms(), ['RELOCK_FAILED']);
  t.is(rig.bodies('bay').at(-1)?.saleable, false);
  t.true(rig.state.bays.get(bayId('A-012'))?.sensorSuspect);
  rig.input({
    kind: 'order',
    bay: bayId('A-012'),
    desired: 'up',
    by: {kind: 'person', person: 'wang' as never, reason: 'try'},
  });
  t.is(rig.commands('raise').length, 1);
});

test('~E32 an obstacle stops at once, without repeats, and the guard is called', t => {
  const rig = new LotRig().settled();
  rig.grant('01', ['A-012']);
  rig.lock('A-012').endsAs = 'blocked';
  rig.tap('C1', '01');
  rig.advance(3500);
  t.deepEqual(rig.openAlarms(), ['UNLOCK_FAILED']);
  rig.advance(60_000);
  t.is(rig.commands('lower').length, 1);
  t.true(rig.effects.some(({effect}) => effect.kind === 'notify'));
});

test('~E33 a driver who never enters: after 180 s the arm rises, the grant stays valid, and it is counted', t => {
  const rig = new LotRig().settled();
  const grant = rig.grant('01', ['A-012']);
  rig.tap('C1', '01');
  rig.advance(3000);
  const openMs = rig.facts.find(({fact}) => fact.kind === 'session')?.atMs ?? 0;
  rig.advance(200_000);
  t.deepEqual(
    rig.commands('raise').map(at => at - openMs),
    [180_000],
  );
  t.is(rig.bodies('session').at(-1)?.closeCause, 'never_entered');
  t.false(rig.used.has(grant.id));
  rig.tap('C1', '01');
  t.like(rig.bodies('attempt.closed').at(-1), {result: 'ALLOW'});
});

test('~E35 out for lunch within the window the stay is only away, and ends when the arm is up', t => {
  const rig = parked({entries: 'multi'});
  rig.sense('A-012', 'vacant');
  rig.advance(40_000);
  t.deepEqual(
    rig.bodies('session').map(body => body.phase),
    ['open_wait_car', 'parked', 'away', 'relocking', 'closed'],
  );
  rig.tap('C1', '01');
  rig.advance(5000);
  t.is(rig.bodies('session').at(-1)?.phase, 'open_wait_car');
});

test('~P23 a relock repeats 5 x 5 s, then alarms and withdraws the bay', t => {
  const rig = parked();
  rig.sense('A-012', 'vacant');
  rig.lock('A-012').deafTo = Number.POSITIVE_INFINITY;
  const leftMs = rig.nowMs;
  rig.advance(90_000);
  t.deepEqual(
    rig.commands('raise').map(at => (at - leftMs) / 1000),
    [30, 35, 40, 45, 50, 55],
  );
  t.deepEqual(rig.openAlarms(), ['RELOCK_FAILED']);
  t.is(rig.bodies('bay').at(-1)?.saleable, false);
  t.is(rig.bodies('session').at(-1)?.closeCause, 'relock_failed');
});

test('~P23 the 30 s count from the moment the flag fell, not from the end of its debouncing', t => {
  const rig = parked();
  const leftMs = rig.nowMs;
  rig.lock('A-012').vehicle = 'absent';
  rig.advance(5000);
  rig.sense('A-012', 'vacant');
  rig.advance(60_000);
  t.deepEqual(
    rig.commands('raise').map(at => at - leftMs),
    [30_250],
  );

  const wired = parked();
  wired.lock('A-012').vehicle = 'none';
  wired.advance(500);
  const sensor = {occupancy: 'vacant', fault: undefined, sinceMs: wired.nowMs} as const;
  const fellMs = wired.nowMs - 4000;
  wired.input({kind: 'occupancy', bay: bayId('A-012'), sensor: {...sensor, flagSinceMs: fellMs}});
  wired.advance(60_000);
  t.deepEqual(
    wired.commands('raise').map(at => at - fellMs),
    [30_000],
  );
});

test('a bay that nothing watches is never raised, however empty its lock reads', t => {
  const rig = new LotRig();
  const bay = bayId('A-012');
  rig.input({kind: 'lockHealth', bay, health: 'ok'});
  rig.advance(2000);
  rig.grant('01', ['A-012']);
  rig.tap('C1', '01');
  rig.advance(3_600_000);
  const by = {kind: 'person', person: asId<PersonId>('wang'), reason: 'looks empty'} as const;
  rig.input({kind: 'order', bay, desired: 'up', by});
  t.is(rig.lock('A-012').arm, 'down');
  t.deepEqual(rig.commands('raise'), []);
});

test('a flicker of the flag while the bay waits starts the 30 s anew', t => {
  const rig = parked();
  rig.sense('A-012', 'vacant');
  rig.advance(20_000);
  rig.lock('A-012').vehicle = 'present';
  rig.advance(1000);
  rig.lock('A-012').vehicle = 'absent';
  const clearMs = rig.nowMs;
  rig.advance(60_000);
  t.deepEqual(
    rig.commands('raise').map(at => at - clearMs),
    [30_250],
  );
});

test('a faulty sensor or a silent lock keeps the arm down until the bay is proven empty again', t => {
  const rig = parked();
  rig.sense('A-012', 'vacant', 'flapping');
  rig.advance(60_000);
  t.deepEqual(rig.openAlarms(), ['SENSOR_FAULT']);
  t.deepEqual(rig.commands('raise'), []);
  rig.sense('A-012', 'vacant');
  t.deepEqual(rig.openAlarms(), []);
  rig.lock('A-012').polls = false;
  rig.advance(45_000);
  t.deepEqual(rig.commands('raise'), []);
  rig.lock('A-012').polls = true;
  rig.advance(30_000);
  t.is(rig.commands('raise').length, 1);
});

test('the holder who swipes while his arm rises has it lowered, and his stay goes on', t => {
  const rig = parked();
  rig.sense('A-012', 'vacant');
  rig.advance(31_000);
  rig.tap('C1', '01');
  rig.advance(6000);
  t.deepEqual(
    rig.sent.map(one => one.command),
    ['lower', 'raise', 'stop', 'lower'],
  );
  t.is(rig.lock('A-012').arm, 'down');
  t.is(rig.records.filter(record => record.table === 'grantUse').length, 1);
});

test('overtime begins when the window ends under the car, and the arm never rises under it', t => {
  const rig = parked();
  rig.advance(11 * 3_600_000);
  t.is(rig.bodies('session').at(-1)?.phase, 'overtime');
  t.deepEqual(rig.commands('raise'), []);
});

test('E51 an arm opened by hand key raises MANUAL_OPEN, which a guard links and closes', t => {
  const rig = new LotRig().settled();
  rig.lock('A-013').arm = 'moving';
  rig.advance(1000);
  rig.lock('A-013').arm = 'down';
  rig.advance(1000);
  t.deepEqual(rig.openAlarms(), ['MANUAL_OPEN']);
  rig.sense('A-013', 'occupied');
  t.deepEqual(rig.openAlarms(), ['MANUAL_OPEN']);
  t.deepEqual(rig.sent, []);
});

test('E24 a forced arm: siren, WRONG_STATE, guard', t => {
  const rig = new LotRig().settled();
  rig.lock('A-013').arm = 'forced';
  rig.lock('A-013').faults = {...NO_FAULTS, tamper: true};
  rig.advance(1000);
  t.deepEqual(rig.openAlarms(), ['WRONG_STATE', 'TAMPER']);
  t.true(rig.effects.some(({effect}) => effect.kind === 'signal' && effect.buzzer));
  t.true(rig.effects.some(({effect}) => effect.kind === 'notify' && effect.contact === 'guard'));
});

test("~E25 a car in a neighbour's open bay is WRONG_BAY while its own bay waits, a stranger else", t => {
  const wrong = new LotRig().settled();
  wrong.lock('A-013').arm = 'down';
  wrong.advance(1000);
  wrong.grant('01', ['A-012']);
  wrong.tap('C1', '01');
  wrong.advance(5000);
  wrong.sense('A-013', 'occupied');
  t.true(wrong.openAlarms().includes('MANUAL_OPEN'));

  const stranger = new LotRig();
  stranger.lock('A-013').arm = 'down';
  stranger.settled();
  stranger.sense('A-013', 'occupied');
  t.deepEqual(stranger.openAlarms(), ['INTRUDER']);

  const neighbour = new LotRig();
  neighbour.lock('A-013').arm = 'down';
  neighbour.settled();
  neighbour.grant('01', ['A-012']);
  neighbour.tap('C1', '01');
  neighbour.advance(5000);
  neighbour.sense('A-013', 'occupied');
  t.deepEqual(neighbour.openAlarms(), ['WRONG_BAY']);
});

test('an arm raised by hand ends the stay as manual', t => {
  const rig = parked();
  rig.sense('A-012', 'vacant');
  rig.lock('A-012').arm = 'up';
  rig.advance(1000);
  t.is(rig.bodies('session').at(-1)?.closeCause, 'manual');
  rig.advance(60_000);
  t.deepEqual(rig.commands('raise'), []);
});

test('what names an unknown bay or collector is counted and dropped', t => {
  const rig = new LotRig(rigConfig()).settled();
  rig.tap('C9', '01');
  rig.input({kind: 'lockHealth', bay: bayId('Z-1'), health: 'ok'});
  t.is(rig.state.strayInputs, 3);
  t.deepEqual(rig.bodies('attempt.opened'), []);
});
