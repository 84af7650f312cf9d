import test from 'ava';
import {asId, type CommandId, type PersonId} from '../../../protocols/site/ids.js';
import type {OrderOrigin} from './contract.js';
import {LotRig} from './lot-rig.js';
import {bayId, NO_FAULTS} from './rig-config.js';

const guard = (reason = 'card lost'): OrderOrigin => ({
  kind: 'person',
  person: asId<PersonId>('wang'),
  reason,
});
const cloud: OrderOrigin = {kind: 'remote', command: asId<CommandId>('cmd-1'), by: 'desk'};

function order(rig: LotRig, desired: 'up' | 'down', by = guard(), bay = 'A-012') {
  rig.input({kind: 'order', bay: bayId(bay), desired, by});
}
const results = (rig: LotRig) =>
  rig.effects.flatMap(({effect}) => (effect.kind === 'orderResult' ? [effect.result] : []));

test('~X6 open A-012 without a reason is refused and audited; with one it is done by the same machine, audited', t => {
  const rig = new LotRig().settled();
  order(rig, 'down', guard('   '));
  t.deepEqual(results(rig), [{kind: 'refused', reason: 'REASON_MISSING'}]);
  t.deepEqual(rig.sent, []);
  t.like(rig.bodies('override')[0], {
    person: 'wang',
    action: 'lower',
    result: 'refused: REASON_MISSING',
  });
  order(rig, 'down');
  rig.advance(5000);
  t.is(results(rig).at(1)?.kind, 'accepted');
  t.is(results(rig).at(2)?.kind, 'done');
  t.like(rig.bodies('override')[1], {reason: 'card lost', result: 'done', bay: 'A-012'});
  t.is(rig.bodies('session')[0]?.grant, null);
});

test('~X6 an override obeys the same interlocks: no raise with a car, no bay out of nowhere', t => {
  const rig = new LotRig().settled();
  rig.lock('A-012').arm = 'down';
  rig.sense('A-012', 'occupied');
  rig.advance(1000);
  order(rig, 'up');
  order(rig, 'up', cloud);
  order(rig, 'down', guard(), 'Z-99');
  t.deepEqual(results(rig), [
    {kind: 'refused', reason: 'CAR_PRESENT'},
    {kind: 'refused', reason: 'CAR_PRESENT'},
    {kind: 'refused', reason: 'UNKNOWN_BAY'},
  ]);
  t.deepEqual(rig.sent, []);
  t.like(rig.bodies('command')[0], {command: 'cmd-1', result: 'refused', why: 'CAR_PRESENT'});
});

test('an arm that stands as ordered needs no command; one under way is busy', t => {
  const rig = new LotRig().settled();
  order(rig, 'up');
  t.deepEqual(results(rig), [{kind: 'done', actuation: undefined}]);
  order(rig, 'down');
  order(rig, 'down');
  order(rig, 'up');
  t.deepEqual(results(rig).slice(2), [
    {kind: 'refused', reason: 'BUSY'},
    {kind: 'refused', reason: 'BUSY'},
  ]);
});

test('an order that fails tells its giver and calls nobody else', t => {
  const rig = new LotRig().settled();
  rig.lock('A-012').deafTo = Number.POSITIVE_INFINITY;
  order(rig, 'down', cloud);
  rig.advance(40_000);
  t.deepEqual(results(rig).at(-1), {kind: 'failed', why: 'arm_up'});
  t.like(rig.bodies('command')[0], {result: 'failed', why: 'arm_up'});
  t.deepEqual(rig.openAlarms(), []);
});

test('an ordered raise ends the stay as manual; an ordered lowering may cut a raise short', t => {
  const rig = new LotRig().settled();
  order(rig, 'down');
  rig.advance(5000);
  order(rig, 'up');
  rig.advance(1000);
  order(rig, 'down', cloud);
  rig.advance(6000);
  t.deepEqual(
    rig.sent.map(one => one.command),
    ['lower', 'raise', 'stop', 'lower'],
  );
  order(rig, 'up');
  rig.advance(6000);
  t.is(rig.bodies('session').at(-1)?.closeCause, 'manual');
});

test('a broken motor gets no command, and the call goes out at once', t => {
  const rig = new LotRig().settled();
  rig.lock('A-012').faults = {...NO_FAULTS, motor: true};
  rig.advance(1000);
  rig.grant('01', ['A-012']);
  rig.tap('C1', '01');
  t.deepEqual(rig.sent, []);
  t.deepEqual(rig.openAlarms(), ['UNLOCK_FAILED']);
  t.is(rig.screen('C1')?.code, 'CALL_SENT');
});
