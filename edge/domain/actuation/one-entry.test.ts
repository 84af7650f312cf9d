import test from 'ava';
import {LotRig} from '../lot/lot-rig.js';
import {bayId, cardUid, collectorId} from '../lot/rig-config.js';

const BAY = 'A-012';
const SERIES_MS = 31_000;

function tapped() {
  const rig = new LotRig();
  const grant = rig.grant('01', [BAY]);
  rig.settled();
  const card = {
    uid: cardUid('01'),
    assurance: {kind: 'uid'},
    userInfo: '',
    requestNo: 1,
    atMs: rig.nowMs,
  } as const;
  return {rig, grant, tap: () => rig.input({kind: 'card', collector: collectorId('C1'), card})};
}

test('a one-entry grant is spent in the very step that orders the first movement', t => {
  const {rig, grant, tap} = tapped();
  const step = tap();
  t.true(step.effects.some(effect => effect.kind === 'lockCommand' && effect.bay === bayId(BAY)));
  const uses = step.records.filter(record => record.table === 'grantUse');
  t.like(uses, [{grant: grant.id}]);
  rig.advance(10_000);
  t.is(rig.bodies('session').length, 1);
  t.is(rig.bodies('session')[0]?.session, uses[0]?.session);
  t.true(rig.used.has(grant.id));
});

test('it is given back when the arm never came down, and opens at the next tap', t => {
  const {rig, grant, tap} = tapped();
  rig.lock(BAY).deafTo = Number.POSITIVE_INFINITY;
  tap();
  t.true(rig.used.has(grant.id));
  rig.advance(SERIES_MS);
  t.is(rig.commands('lower', BAY).length, 6);
  t.false(rig.used.has(grant.id));
  rig.lock(BAY).deafTo = 0;
  rig.takeAway('C1', '01');
  rig.advance(SERIES_MS);
  rig.tap('C1', '01');
  rig.advance(10_000);
  t.is(rig.bodies('session').length, 1);
  t.true(rig.used.has(grant.id));
});
