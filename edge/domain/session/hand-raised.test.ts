import test from 'ava';
import {MINUTE_MS} from '../../../protocols/base/units.js';
import type {PersonId} from '../../../protocols/site/ids.js';
import {asId} from '../../../protocols/site/ids.js';
import {LotRig} from '../lot/lot-rig.js';
import {bayId, rigConfig} from '../lot/rig-config.js';

/** A lot in which hands raise the arm of A-012. */
function handRaised(): LotRig {
  const config = rigConfig();
  const bays = config.bays.map(bay => ({...bay, canRaise: bay.id !== bayId('A-012')}));
  return new LotRig({...config, bays}).settled();
}

test('an arm that only hands raise gets no raise order by the vacancy timer, however long the bay is empty', t => {
  const rig = handRaised();
  rig.grant('01', ['A-012']);
  rig.tap('C1', '01');
  rig.advance(5000);
  rig.sense('A-012', 'occupied');
  rig.advance(MINUTE_MS);
  rig.sense('A-012', 'vacant');
  rig.advance(60 * MINUTE_MS);
  t.is(rig.commands('lower').length, 1);
  t.deepEqual(rig.commands('raise'), []);
  t.is(rig.bodies('session').at(-1)?.phase, 'leaving');
  t.deepEqual(rig.openAlarms(), []);
  rig.lock('A-012').arm = 'up';
  rig.advance(1000);
  t.like(rig.bodies('session').at(-1), {phase: 'closed', closeCause: 'manual'});
});

test('nor when nobody drove in, and no timer of the bay goes on', t => {
  const rig = handRaised();
  rig.grant('01', ['A-012']);
  rig.tap('C1', '01');
  rig.advance(60 * MINUTE_MS);
  t.deepEqual(rig.commands('raise'), []);
  t.is(rig.bodies('session').at(-1)?.phase, 'open_wait_car');
  t.deepEqual(
    rig.timers.filter(timer => timer.kind === 'enter' || timer.kind === 'vacant'),
    [],
  );
});

test('a person who orders it up is told that hands are needed', t => {
  const rig = handRaised();
  rig.lock('A-012').arm = 'down';
  rig.advance(1000);
  const person = asId<PersonId>('wang');
  const by = {kind: 'person', person, reason: 'test'} as const;
  rig.input({kind: 'order', bay: bayId('A-012'), desired: 'up', by});
  const result = rig.effects.map(({effect}) => effect).findLast(one => one.kind === 'orderResult');
  t.like(result, {result: {kind: 'refused', reason: 'NEEDS_GUARD'}});
  t.deepEqual(rig.sent, []);
});
