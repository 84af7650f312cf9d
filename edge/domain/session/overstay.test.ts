import test from 'ava';
import type {UnixMillis} from '../../../protocols/base/clock.js';
import type {Grant} from '../../../protocols/site/grant.js';
import {LotRig} from '../lot/lot-rig.js';

const MINUTE_MS = 60_000;

/** A car stands in A-012, whose time is over in 10 min. */
function standing() {
  const rig = new LotRig().settled();
  const stay = rig.grant('01', ['A-012'], {validUntil: at(rig, 10)});
  rig.tap('C1', '01');
  rig.advance(5000);
  rig.lock('A-012').vehicle = 'present';
  rig.sense('A-012', 'occupied');
  return {rig, stay};
}

const at = (rig: LotRig, minutes: number) => (rig.wallMs + minutes * MINUTE_MS) as UnixMillis;
const due = (rig: LotRig, minutes: number, more: Partial<Grant> = {}) =>
  rig.grant('02', ['A-012'], {
    ...{validFrom: at(rig, minutes), validUntil: at(rig, minutes + 60)},
    ...more,
  });

test('~E28 a car stands beyond its end while the next tenant is due: the guard is called without any cloud, until it has left', t => {
  const {rig} = standing();
  due(rig, 10);
  rig.advance(9 * MINUTE_MS);
  t.deepEqual(rig.openAlarms(), []);
  rig.advance(2 * MINUTE_MS);
  t.deepEqual(rig.openAlarms(), ['OVERSTAY']);
  rig.advance(30 * MINUTE_MS);
  t.deepEqual(rig.openAlarms(), ['OVERSTAY'], 'once');
  rig.lock('A-012').vehicle = 'absent';
  rig.sense('A-012', 'vacant');
  rig.advance(1000);
  t.deepEqual(rig.openAlarms(), []);
});

test('~E28 the guard is called 15 min before somebody comes, and not for nobody, for the same person or for a right that is used', t => {
  const {rig, stay} = standing();
  due(rig, 90);
  due(rig, 10, {holder: stay.holder});
  due(rig, 10, {state: 'suspended'});
  rig.used.add(due(rig, 10).id);
  rig.advance(74 * MINUTE_MS);
  t.deepEqual(rig.openAlarms(), []);
  rig.advance(2 * MINUTE_MS);
  t.deepEqual(rig.openAlarms(), ['OVERSTAY']);
});

test('~E28 a longer right ends the call; a next tenant who was moved away before does not bring it', t => {
  const {rig, stay} = standing();
  const next = due(rig, 40);
  rig.advance(12 * MINUTE_MS);
  rig.grants.delete(next.id);
  rig.input({kind: 'grantsChanged'});
  rig.advance(30 * MINUTE_MS);
  t.deepEqual(rig.openAlarms(), []);
  due(rig, 0);
  rig.input({kind: 'grantsChanged'});
  t.deepEqual(rig.openAlarms(), ['OVERSTAY']);
  rig.grants.set(stay.id, {...stay, validUntil: at(rig, 60)});
  rig.input({kind: 'grantsChanged'});
  t.deepEqual(rig.openAlarms(), []);
});
