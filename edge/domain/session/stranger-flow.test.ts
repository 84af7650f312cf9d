import test from 'ava';
import type {Grant} from '../../../protocols/site/grant.js';
import {LotRig} from '../lot/lot-rig.js';
import {bayId} from '../lot/rig-config.js';

/** Three bays at one collector. */
function rig(): LotRig {
  return new LotRig(oneCollector()).settled();
}

function oneCollector() {
  const {config} = new LotRig().state;
  const [first] = config.collectors;
  const bays = config.bays.map(bay => ({...bay, collector: first?.id ?? bay.collector}));
  return {...config, bays};
}

/** He has shown his card, and his bay lies open. */
function letIn(at: LotRig, uid: string, bay: string, more: Partial<Grant> = {}): Grant {
  const grant = at.grant(uid, [bay], more);
  at.tap('C1', uid);
  at.advance(5000);
  return grant;
}

const plate = (at: LotRig, bay: string, text: string) =>
  at.input({kind: 'plate', bay: bayId(bay), plate: text});
const phaseAt = (at: LotRig, bay: string) =>
  at.bodies('session').findLast(body => body.bay === bayId(bay))?.phase;
const lain = (...bays: readonly string[]) => {
  const at = new LotRig(oneCollector());
  for (const bay of bays) at.lock(bay).arm = 'down';
  return at.settled();
};

test('~E25 a car in an open bay of nobody while one neighbour is awaited is his: WRONG_BAY, said where he stands and to the cloud', t => {
  const at = lain('A-013');
  const grant = letIn(at, '01', 'A-012');
  at.sense('A-013', 'occupied');
  t.deepEqual(at.openAlarms(), ['WRONG_BAY']);
  t.deepEqual(at.screen('C1'), {code: 'WRONG_BAY', bay: bayId('A-013'), rightBay: bayId('A-012')});
  t.like(at.bodies('misparked'), [
    {
      ...{kind: 'WRONG_BAY', bay: 'A-013', rightBay: 'A-012', displaced: null},
      ...{grant: grant.id, holder: grant.holder, alarm: [...at.state.alarms.keys()][0]},
    },
  ] as object);
  at.advance(50_000);
  t.is(at.screen('C1')?.code, 'WRONG_BAY');
  at.advance(20_000);
  t.is(at.screen('C1')?.code, 'IDLE');
  const before = at.sent.length;
  at.sense('A-013', 'vacant');
  at.advance(20_000);
  t.is(at.sent.length, before, 'nothing moves for it');
  at.sense('A-012', 'occupied');
  t.is(phaseAt(at, 'A-012'), 'parked', 'and his own bay is his');
  at.advance(12_000);
  t.is(at.commands('raise', 'A-013').length, 1, 'barred again when it has left');
});

test('~E25 of several who are awaited nobody knows which, unless the camera reads his plate', t => {
  const blind = lain('B-017');
  letIn(blind, '01', 'A-012');
  letIn(blind, '02', 'A-013');
  blind.sense('B-017', 'occupied');
  t.like(blind.bodies('misparked')[0], {kind: 'WRONG_BAY', rightBay: null, grant: null});
  t.deepEqual(blind.screen('C1'), {
    ...({code: 'WRONG_BAY', bay: bayId('B-017')} as const),
    rightBay: undefined,
  });

  const seeing = lain('B-017');
  letIn(seeing, '01', 'A-012', {plates: ['粤B11111']});
  const grant = letIn(seeing, '02', 'A-013', {plates: ['粤B22222', '粤B33333']});
  plate(seeing, 'B-017', '粤B33333');
  seeing.sense('B-017', 'occupied');
  t.like(seeing.bodies('misparked')[0], {rightBay: 'A-013', grant: grant.id} as object);

  const foreign = lain('B-017');
  letIn(foreign, '01', 'A-012', {plates: ['粤B11111']});
  plate(foreign, 'B-017', '粤Z99999');
  foreign.sense('B-017', 'occupied');
  t.like(foreign.bodies('misparked')[0], {kind: 'INTRUDER', rightBay: null, displaced: null});
});

test('~E34 another car slips into a bay that was opened: by its plate an INTRUDER, the stay ends unbilled, the right is good for another bay', t => {
  const at = rig();
  const grant = letIn(at, '01', 'A-012', {plates: ['粤B11111']});
  plate(at, 'A-012', '粤Z99999');
  at.sense('A-012', 'occupied');
  t.deepEqual(at.openAlarms(), ['INTRUDER']);
  const stays = at.bodies('session').filter(({grant: of}) => of === grant.id);
  t.like(stays.at(-1), {phase: 'closed', closeCause: 'intruder'});
  t.like(at.bodies('misparked'), [
    {
      ...{kind: 'INTRUDER', bay: 'A-012', grant: null},
      displaced: {grant: grant.id, holder: grant.holder, session: stays[0]?.session},
    },
  ] as object);
  t.false(at.used.has(grant.id), 'one entry, and he has not had it');
  t.deepEqual(at.screen('C1'), {
    ...({code: 'BAY_OCCUPIED', bay: bayId('A-012')} as const),
    alternative: undefined,
  });
  at.grants.set(grant.id, {...grant, points: [bayId('A-012'), bayId('A-013')]});
  at.tap('C1', '01');
  at.advance(5000);
  t.is(phaseAt(at, 'A-013'), 'open_wait_car');
  t.deepEqual(at.commands('raise'), []);
  at.sense('A-012', 'vacant');
  at.advance(40_000);
  t.is(at.commands('raise', 'A-012').length, 1);
});

test('~E34 a plate that comes after the sensor, of his own, nearly his own, or too long before', t => {
  const late = rig();
  letIn(late, '01', 'A-012', {plates: ['粤B11111']});
  late.sense('A-012', 'occupied');
  t.is(phaseAt(late, 'A-012'), 'parked');
  late.advance(5000);
  plate(late, 'A-012', '粤Z99999');
  t.deepEqual(late.openAlarms(), ['INTRUDER']);
  t.like(
    late.bodies('session').find(({phase}) => phase === 'closed'),
    {closeCause: 'intruder'},
  );

  for (const seen of ['粤B11111', '粤B1111I']) {
    const own = rig();
    letIn(own, '01', 'A-012', {plates: ['粤B11111']});
    plate(own, 'A-012', seen);
    own.sense('A-012', 'occupied');
    t.deepEqual(own.openAlarms(), []);
    t.is(phaseAt(own, 'A-012'), 'parked');
  }
  const stale = rig();
  letIn(stale, '01', 'A-012', {plates: ['粤B11111']});
  plate(stale, 'A-012', '粤Z99999');
  stale.advance(31_000);
  stale.sense('A-012', 'occupied');
  t.deepEqual(stale.openAlarms(), [], 'that car drove by');
  stale.advance(31_000);
  plate(stale, 'A-012', '粤Z99999');
  t.deepEqual(stale.openAlarms(), [], 'and this one passes');
});

test('~E34 without a plate in his right, or without a camera, whatever car comes counts as his', t => {
  const unknown = rig();
  letIn(unknown, '01', 'A-012');
  plate(unknown, 'A-012', '粤Z99999');
  unknown.sense('A-012', 'occupied');
  const blind = rig();
  letIn(blind, '01', 'A-012', {plates: ['粤B11111']});
  blind.sense('A-012', 'occupied');
  for (const at of [unknown, blind]) {
    t.deepEqual(at.openAlarms(), []);
    t.is(phaseAt(at, 'A-012'), 'parked');
  }
});

test('~E34 a stranger in the place of one who is out for lunch: what he used is his, and he is displaced; after his time nobody is', t => {
  for (const [entries, displaced] of [
    ['multi', true],
    ['one', false],
  ] as const) {
    const at = rig();
    const grant = letIn(at, '01', 'A-012', {plates: ['粤B11111'], entries});
    plate(at, 'A-012', '粤B11111');
    at.sense('A-012', 'occupied');
    at.advance(60_000);
    at.sense('A-012', 'vacant');
    at.advance(10_000);
    plate(at, 'A-012', '粤Z99999');
    at.sense('A-012', 'occupied');
    t.like(
      at.bodies('session').find(({phase}) => phase === 'closed'),
      {closeCause: 'left'},
    );
    t.is(at.bodies('misparked')[0]?.displaced?.grant, displaced ? grant.id : undefined);
  }
});

test('a flickering sensor, a bay that a guard opened and one that was lowered by hand make nobody an intruder', t => {
  const flickering = lain('A-013');
  flickering.sense('A-013', 'vacant');
  flickering.sense('A-013', 'occupied', 'flapping');
  t.deepEqual(flickering.openAlarms(), ['SENSOR_FAULT']);
  const ordered = rig();
  ordered.input({
    ...({kind: 'order', bay: bayId('A-013'), desired: 'down'} as const),
    by: {kind: 'person', person: 'wang' as never, reason: 'a guest'},
  });
  ordered.advance(5000);
  plate(ordered, 'A-013', '粤Z99999');
  ordered.sense('A-013', 'occupied');
  t.deepEqual(ordered.openAlarms(), []);
  const byHand = rig();
  byHand.lock('A-013').arm = 'down';
  byHand.advance(1000);
  byHand.sense('A-013', 'occupied');
  t.deepEqual(byHand.openAlarms(), ['MANUAL_OPEN']);
});
