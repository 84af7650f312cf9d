import test from 'ava';
import type {UnixMillis} from '../../../protocols/base/clock.js';
import {
  type ActuationId,
  type AlarmId,
  type AttemptId,
  asId,
  type GrantId,
  type PersonId,
  type SessionId,
} from '../../../protocols/site/ids.js';
import type {AlarmRecord} from '../alarms/alarm-record.js';
import type {ActuationRecord, OpenRecords, SessionRecord} from './contract.js';
import {LotRig} from './lot-rig.js';
import {bayId, collectorId, rigConfig} from './rig-config.js';

const WALL = 1_760_000_000_000 as UnixMillis;

const actuation = (more: Partial<ActuationRecord> = {}): ActuationRecord => ({
  id: asId<ActuationId>('old'),
  bay: bayId('A-012'),
  desired: 'down',
  state: 'sent',
  tryNo: 3,
  cause: {kind: 'grant', grant: asId<GrantId>('grant-01-0'), attempt: asId<AttemptId>('a')},
  why: null,
  startedMs: 990_000,
  startedWallMs: (WALL - 10_000) as UnixMillis,
  ...more,
});

const session = (more: Partial<SessionRecord> = {}): SessionRecord => ({
  id: asId<SessionId>('stay'),
  bay: bayId('A-012'),
  phase: 'parked',
  grant: null,
  holder: null,
  actuation: null,
  openedMs: -2_600_000,
  openedWallMs: (WALL - 3_600_000) as UnixMillis,
  closeCause: null,
  durationMs: 1000,
  ...more,
});

const alarm = (more: Partial<AlarmRecord> = {}): AlarmRecord => ({
  id: asId<AlarmId>('call'),
  kind: 'EMERGENCY_BUTTON',
  state: 'notified',
  bay: null,
  collector: collectorId('C1'),
  device: null,
  count: 1,
  escalation: 0,
  ring: 'normal',
  raisedMs: 970_000,
  raisedWallMs: (WALL - 29_000) as UnixMillis,
  ackedBy: null,
  closedBy: null,
  detail: '',
  ...more,
});

function boot(
  open: Partial<OpenRecords>,
  arm: 'up' | 'down' | 'moving',
  vehicle: 'absent' | 'present' = 'absent',
) {
  const rig = new LotRig(rigConfig(), open, [asId<GrantId>('grant-01-0')]);
  rig.grant('01', ['A-012']);
  rig.lock('A-012').arm = arm;
  rig.lock('A-012').vehicle = vehicle;
  return rig;
}

test('~E5 after a power cut in the series: DOWN is finished as opened; else INTERRUPTED, nothing moves, swipe again', t => {
  const grant = asId<GrantId>('grant-01-0');
  const down = boot({actuations: [actuation()]}, 'down').settled();
  t.like(down.bodies('boot')[0], {interrupted: 1});
  t.like(down.bodies('actuation')[0], {actuation: 'old', state: 'interrupted', why: 'sent'});
  t.like(down.bodies('session')[0], {
    phase: 'open_wait_car',
    grant: 'grant-01-0',
    holder: 'holder-01',
  });
  t.true(down.used.has(grant));
  t.true(down.codes('C1').includes('OPEN'));
  t.deepEqual(down.sent, []);

  const up = boot({actuations: [actuation()]}, 'up').settled();
  t.false(up.used.has(grant), 'nobody drove in, so the one entry is given back');
  t.is(up.screen('C1')?.code, 'SWIPE_AGAIN');
  up.advance(60_000);
  t.deepEqual(up.sent, []);
  t.deepEqual(up.bodies('session'), []);
  t.deepEqual(up.openAlarms(), []);
});

test('~E5 a second power cut before the first reading of the lock forgets no interrupted opening', t => {
  const grant = asId<GrantId>('grant-01-0');
  const first = boot({actuations: [actuation()]}, 'down');
  const left = first.records.findLast(record => record.table === 'actuation');
  t.like(left, {row: {state: 'interrupted', isUnsettled: true}});
  if (left?.table !== 'actuation') return;

  const second = new LotRig(rigConfig(), {actuations: [left.row]});
  second.grant('01', ['A-012']);
  second.lock('A-012').arm = 'down';
  t.like(second.bodies('boot')[0], {interrupted: 0});
  t.deepEqual(second.bodies('actuation'), [], 'it was told once');
  second.settled();
  t.like(second.bodies('session')[0], {phase: 'open_wait_car', grant});
  const settled = second.records.findLast(record => record.table === 'actuation');
  t.like(settled, {row: {id: 'old', state: 'interrupted', isUnsettled: false}});
});

test('what another order replaces, or whose bay is gone, is open no longer', t => {
  const unsettled = actuation({state: 'interrupted', isUnsettled: true});
  const closed = (rig: LotRig) =>
    rig.records.some(
      record => record.table === 'actuation' && record.row.id === 'old' && !record.row.isUnsettled,
    );
  const rig = new LotRig(rigConfig(), {actuations: [unsettled]});
  rig.grant('01', ['A-012']);
  rig.lock('A-012').polls = false;
  rig.lock('A-012').deafTo = 1;
  t.false(closed(rig));
  rig.tap('C1', '01');
  rig.lock('A-012').polls = true;
  rig.advance(6000);
  t.false(rig.codes('C1').includes('SWIPE_AGAIN'), 'replaced before it was read');
  t.true(closed(rig));
  t.true(closed(boot({actuations: [{...unsettled, bay: bayId('Z-9')}]}, 'up')));
});

test('one entry opens one bay, also when its holder opens another before the interrupted one is read', t => {
  const grant = asId<GrantId>('grant-01-0');
  const rig = new LotRig(rigConfig(), {actuations: [actuation()]}, [grant]);
  rig.grant('01', ['A-012', 'B-017']);
  rig.lock('A-012').arm = 'down';
  rig.lock('A-012').polls = false;
  rig.advance(1000);
  rig.tap('C3', '01');
  t.true(rig.used.has(grant));
  rig.lock('A-012').polls = true;
  rig.settled();
  rig.advance(10_000);
  const stays = rig.bodies('session').filter(({phase}) => phase === 'open_wait_car');
  t.deepEqual(
    stays.map(stay => [stay.bay, stay.grant]),
    [
      [bayId('A-012'), null],
      [bayId('B-017'), grant],
    ],
  );
});

test('an arm still moving at boot is judged when it stands', t => {
  const rig = boot({actuations: [actuation()]}, 'moving').settled();
  t.deepEqual(rig.bodies('session'), []);
  rig.lock('A-012').arm = 'down';
  rig.advance(1000);
  t.is(rig.bodies('session').length, 1);
  t.deepEqual(rig.openAlarms(), []);
});

test('an interrupted relock starts anew only by the vacant rule, 30 s after three good polls', t => {
  const relock = actuation({
    desired: 'up',
    cause: {kind: 'relock', session: asId<SessionId>('stay')},
  });
  const rig = boot({actuations: [relock], sessions: [session({phase: 'relocking'})]}, 'down');
  t.is(rig.bodies('session')[0]?.phase, 'leaving');
  const startMs = rig.nowMs;
  rig.settled();
  rig.advance(40_000);
  const [raise] = rig.commands('raise');
  t.is((raise ?? 0) - startMs, 250 + 30_000);
  t.is(rig.bodies('session').at(-1)?.closeCause, 'left');
});

test('a swipe before the first reading takes the place of the interrupted order', t => {
  const rig = boot({actuations: [actuation()]}, 'up');
  rig.lock('A-012').polls = false;
  rig.lock('A-012').deafTo = 1;
  rig.tap('C1', '01');
  rig.lock('A-012').polls = true;
  rig.advance(6000);
  t.false(rig.codes('C1').includes('SWIPE_AGAIN'));
  rig.advance(6000);
  t.is(rig.commands('lower').length, 2);
  t.is(rig.bodies('session').length, 1);
});

test('an order interrupted by the power cut is reported as such, and a driver who had not come has 180 s', t => {
  const byHand = actuation({
    cause: {kind: 'operator', person: asId<PersonId>('wang'), reason: 'help'},
  });
  const remote = actuation({
    id: asId<ActuationId>('old2'),
    bay: bayId('A-013'),
    cause: {kind: 'remote', command: 'cmd' as never, by: 'desk'},
  });
  const waiting = session({phase: 'open_wait_car', bay: bayId('B-017')});
  const rig = boot({actuations: [byHand, remote], sessions: [waiting]}, 'up');
  rig.lock('B-017').arm = 'down';
  t.like(rig.bodies('override')[0], {result: 'interrupted: sent', person: 'wang'});
  t.like(rig.bodies('command')[0], {command: 'cmd', result: 'interrupted'});
  rig.settled();
  // Once its lock is read somebody knows.
  t.like(rig.bodies('command')[1], {command: 'cmd', result: 'failed', why: 'INTERRUPTED'});
  rig.advance(190_000);
  t.deepEqual(
    rig.sent.map(one => `${one.command} ${one.bay}`),
    ['raise B-017'],
  );
});

test('open alarms ring on after a restart and escalate by their age; health alarms are judged anew', t => {
  const offline = alarm({id: asId<AlarmId>('off'), kind: 'DEVICE_OFFLINE', device: 'L-A-012'});
  const acked = alarm({id: asId<AlarmId>('acked'), state: 'acked', collector: collectorId('C2')});
  const rig = boot({alarms: [alarm(), offline, acked]}, 'up');
  t.deepEqual(rig.openAlarms(), ['EMERGENCY_BUTTON', 'EMERGENCY_BUTTON']);
  t.is(rig.screen('C1')?.code, 'CALL_SENT');
  t.is(rig.screen('C2')?.code, 'STAFF_COMING');
  const contacts = () =>
    rig.effects.flatMap(({effect}) => (effect.kind === 'notify' ? [effect.contact] : []));
  t.deepEqual(contacts(), ['guard']);
  rig.advance(29_000);
  t.deepEqual(contacts(), ['guard']);
  rig.advance(1000);
  t.deepEqual(contacts(), ['guard', 'captain']);
});

test('a stay goes on after a restart with the car in it', t => {
  const rig = boot({sessions: [session()]}, 'down', 'present');
  rig.sense('A-012', 'occupied');
  rig.advance(60_000);
  rig.sense('A-012', 'vacant');
  t.like(rig.bodies('session').at(-1), {session: 'stay', phase: 'leaving'});
  t.true((rig.bodies('session').at(-1)?.durationMs ?? 0) >= 3_660_000);
});
