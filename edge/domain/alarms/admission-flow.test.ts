import test from 'ava';
import {MINUTE_MS} from '../../../protocols/base/units.js';
import {LotRig} from '../lot/lot-rig.js';
import {collectorId} from '../lot/rig-config.js';

function stop(rig: LotRig, isStanding: boolean): void {
  rig.input({kind: 'admission', stop: 'identity', isStanding, detail: 'another gateway'});
}

test('~E14 a fenced gateway lets nobody new in, lets those inside out, takes calls, and alarms once', t => {
  const rig = new LotRig().settled();
  rig.grant('01', ['A-012']);
  rig.grant('02', ['A-013']);
  rig.tap('C1', '01');
  rig.advance(5000);
  rig.sense('A-012', 'occupied');
  rig.advance(MINUTE_MS);
  t.is(rig.bodies('session').at(-1)?.phase, 'parked');

  stop(rig, true);
  stop(rig, true);
  t.deepEqual(rig.openAlarms(), ['IDENTITY_CLONED']);
  rig.tap('C1', '02');
  rig.advance(1000);
  t.is(rig.commands('lower').length, 1);
  t.like(rig.bodies('attempt.closed').at(-1), {result: 'DENY', reason: 'NO_ADMISSION'});
  t.is(rig.screen('C1')?.code, 'NOT_READY');

  rig.sense('A-012', 'vacant');
  rig.advance(30 * MINUTE_MS);
  t.is(rig.commands('raise').length, 1);
  t.is(rig.bodies('session').at(-1)?.phase, 'closed');
  rig.input({kind: 'press', collector: collectorId('C1'), presses: 1});
  t.true(rig.openAlarms().includes('EMERGENCY_BUTTON'));

  stop(rig, false);
  t.false(rig.openAlarms().includes('IDENTITY_CLONED'));
  rig.tap('C1', '02');
  rig.advance(5000);
  t.is(rig.commands('lower').length, 2);
});

test("the holder's own open bay stays his while nobody new is let in", t => {
  const rig = new LotRig().settled();
  rig.grant('01', ['A-012']);
  rig.tap('C1', '01');
  rig.advance(5000);
  stop(rig, true);
  rig.tap('C1', '01');
  rig.advance(5000);
  t.is(rig.bodies('decision').at(-1)?.result, 'ALLOW');
});
