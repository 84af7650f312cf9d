import test from 'ava';
import {asId, type CommandId, type DeviceId, type PersonId} from '../../../protocols/site/ids.js';
import type {LockTestRecord, OrderOrigin} from '../lot/contract.js';
import {LotRig} from '../lot/lot-rig.js';
import {bayId, rigConfig} from '../lot/rig-config.js';

const LOCK = asId<DeviceId>('L-A-012');
const OLD = 'reference model 1 firmware 1';
const NEW = 'reference model 2 firmware 1';
const WHERE = {kind: 'UNCOMMISSIONED', bay: 'A-012', device: LOCK};

const tested = (identity: string, movedUp = true, movedDown = true): LockTestRecord => ({
  lock: LOCK,
  identity,
  movedUp,
  movedDown,
});

function identify(rig: LotRig, identity: string, bay = 'A-012'): LotRig {
  rig.input({kind: 'lockIdentity', bay: bayId(bay), identity});
  return rig;
}

/** A site where the old lock was tried, and hangs no more. */
function exchanged(): LotRig {
  const rig = new LotRig(rigConfig(), {lockTests: [tested(OLD)]}).settled();
  return identify(rig, NEW);
}

function order(rig: LotRig, desired: 'up' | 'down', waitMs = 5000): void {
  const by: OrderOrigin = {kind: 'person', person: asId<PersonId>('wang'), reason: 'trying it'};
  rig.input({kind: 'order', bay: bayId('A-012'), desired, by});
  rig.advance(waitMs);
}

const rows = (rig: LotRig) =>
  rig.records.flatMap(record => (record.table === 'lockTest' ? [record.row] : []));

test('~E22 another model where a tried lock hung: alarm, bay off sale, its tenant refused without a failed swipe', t => {
  const rig = exchanged();
  t.like([...rig.state.alarms.values()][0], WHERE);
  t.deepEqual(rows(rig), [tested(NEW, false, false)]);
  t.false(rig.bodies('bay').at(-1)?.saleable);
  rig.grant('01', ['A-012']);
  rig.tap('C1', '01');
  rig.advance(1000);
  t.deepEqual(rig.sent, []);
  t.deepEqual(rig.screen('C1'), {code: 'NOT_READY', bay: 'A-012'});
  t.like(rig.bodies('decision')[0], {result: 'DENY', reason: 'UNCOMMISSIONED', bay: 'A-012'});
  t.like(rig.bodies('attempt.closed')[0], {reason: 'UNCOMMISSIONED', failures: 0});
});

test('~E22 a grant for two bays opens the tried one beside it', t => {
  const rig = exchanged();
  rig.grant('01', ['A-012', 'A-013']);
  rig.tap('C1', '01');
  rig.advance(5000);
  t.deepEqual(
    rig.sent.map(sent => sent.bay),
    [bayId('A-013')],
  );
});

test('~E22 a person lowers and raises it once: alarm over, on sale, and the tenant gets in', t => {
  const rig = exchanged();
  order(rig, 'down');
  t.deepEqual(rig.openAlarms(), ['UNCOMMISSIONED']);
  t.deepEqual(rows(rig).at(-1), tested(NEW, false, true));
  order(rig, 'up');
  t.deepEqual(rig.openAlarms(), []);
  t.deepEqual(rows(rig).at(-1), tested(NEW));
  t.true(rig.bodies('bay').at(-1)?.saleable);
  rig.grant('01', ['A-012']);
  rig.tap('C1', '01');
  rig.advance(5000);
  t.deepEqual(rig.screen('C1'), {code: 'OPEN', bay: 'A-012'});
});

test('~E22 only arrivals count: an order that fails, and one where nothing moved, prove nothing', t => {
  const rig = exchanged();
  order(rig, 'up');
  t.deepEqual(rig.sent, []);
  rig.lock('A-012').deafTo = 99;
  order(rig, 'down', 60_000);
  t.deepEqual(rows(rig), [tested(NEW, false, false)]);
  rig.lock('A-012').deafTo = 0;
  order(rig, 'down');
  t.deepEqual(rows(rig).at(-1), tested(NEW, false, true));
});

test('an untried lock obeys neither the cloud nor a timer, and interlocks hold for persons', t => {
  const rig = exchanged();
  const by: OrderOrigin = {kind: 'remote', command: asId<CommandId>('cmd-1'), by: 'desk'};
  rig.input({kind: 'order', bay: bayId('A-012'), desired: 'down', by});
  t.like(rig.bodies('command')[0], {result: 'refused', why: 'UNCOMMISSIONED'});
  order(rig, 'down');
  rig.advance(600_000);
  t.deepEqual(rig.commands('raise'), [], 'nobody came within 180 s, and still it stays down');
  rig.sense('A-012', 'occupied');
  order(rig, 'up');
  rig.sense('A-012', 'vacant');
  rig.advance(120_000);
  t.deepEqual(rig.commands('raise'), []);
  order(rig, 'up');
  t.is(rig.commands('raise').length, 1);
  t.deepEqual(rig.openAlarms(), []);
});

test('what was tried stays tried over a restart, and over the same lock found again', t => {
  const rig = new LotRig(rigConfig(), {lockTests: [tested(OLD)]}).settled();
  identify(rig, OLD);
  identify(rig, OLD);
  t.deepEqual(rig.openAlarms(), []);
  t.deepEqual(rows(rig), []);
});

test('half a test goes on after a restart, with its alarm', t => {
  const rig = new LotRig(rigConfig(), {lockTests: [tested(NEW, false, true)]}).settled();
  identify(rig, NEW);
  t.deepEqual(rig.openAlarms(), ['UNCOMMISSIONED']);
  rig.lock('A-012').arm = 'down';
  rig.advance(1000);
  order(rig, 'up');
  t.false(rig.openAlarms().includes('UNCOMMISSIONED'));
});

test('a lock seen for the first time is trusted by the rule `replaced`, and tried by the rule `all`', t => {
  const trusting = identify(new LotRig(rigConfig({commissioning: 'replaced'})).settled(), NEW);
  t.deepEqual(trusting.openAlarms(), []);
  t.deepEqual(rows(trusting), [tested(NEW)]);
  const strict = new LotRig(rigConfig({commissioning: 'all'})).settled();
  strict.grant('01', ['A-012']);
  strict.tap('C1', '01');
  strict.advance(1000);
  t.deepEqual(strict.sent, [], 'nor before it said what it is');
  identify(strict, NEW);
  t.deepEqual(strict.openAlarms(), ['UNCOMMISSIONED']);
  order(strict, 'down');
  order(strict, 'up');
  t.deepEqual(strict.openAlarms(), []);
});

test('a lock that only hands can raise is tried by lowering it', t => {
  const config = rigConfig({commissioning: 'all'});
  const bays = config.bays.map(bay => ({...bay, canRaise: false}));
  const rig = identify(new LotRig({...config, bays}).settled(), NEW);
  order(rig, 'down');
  t.deepEqual(rig.openAlarms(), []);
});

test('the holder of a stay is refused too while the lock of the bay is untried', t => {
  const rig = new LotRig(rigConfig(), {lockTests: [tested(OLD)]}).settled();
  rig.grant('01', ['A-012'], {entries: 'multi'});
  rig.tap('C1', '01');
  rig.advance(5000);
  identify(rig, NEW);
  rig.lock('A-012').arm = 'up';
  rig.advance(10_000);
  rig.tap('C1', '01');
  rig.advance(1000);
  t.is(rig.commands('lower').length, 1);
  t.is(rig.bodies('attempt.closed').at(-1)?.reason, 'UNCOMMISSIONED');
});
