import test from 'ava';
import {HOUR_MS} from '../../../protocols/base/units.js';
import {asId, type DeviceId} from '../../../protocols/site/ids.js';
import {LotRig} from '../lot/lot-rig.js';
import {rigConfig} from '../lot/rig-config.js';

const gate = asId<DeviceId>('gate-1');

function atHome() {
  const rig = new LotRig({...rigConfig(), lotKind: 'residential'}).settled();
  const arrive = (plate: string) => {
    rig.input({kind: 'gate', gate, plate});
    return rig.bodies('device.event').at(-1)?.data;
  };
  const opened = () => rig.effects.filter(({effect}) => effect.kind === 'letIn').length;
  return {rig, arrive, opened};
}

test('~P5 a right that has not begun, is suspended, or names no car opens no gate', t => {
  const {rig, arrive, opened} = atHome();
  const grant = rig.grant('01', ['A-012']);
  const withPlate = (change: object) =>
    rig.grants.set(grant.id, {...grant, plates: ['粤B12345'], ...change});
  t.like(arrive('粤B12345'), {admission: 'refused', reason: 'NOT_FOUND'});
  t.like(arrive(''), {admission: 'refused', reason: 'NOT_FOUND'});
  withPlate({state: 'suspended'});
  t.like(arrive('粤B12345'), {admission: 'refused', reason: 'BLOCKED', grant: grant.id});
  withPlate({kind: 'shower'});
  t.like(arrive('粤B12345'), {admission: 'refused', reason: 'NOT_FOUND'});
  withPlate({validUntil: rig.wallStart - HOUR_MS});
  t.like(arrive('粤B12345'), {admission: 'refused', reason: 'EXPIRED'});
  t.is(opened(), 0);
  withPlate({});
  t.like(arrive('粤B12345'), {admission: 'booked', reason: null, grant: grant.id});
  t.is(opened(), 1);
});

test('~P5 a fenced gateway lets nobody in at its gates', t => {
  const {rig, arrive, opened} = atHome();
  const grant = rig.grant('01', ['A-012']);
  rig.grants.set(grant.id, {...grant, plates: ['粤B12345']});
  rig.input({kind: 'admission', stop: 'identity', isStanding: true, detail: 'another gateway'});
  t.like(arrive('粤B12345'), {admission: 'refused', reason: 'NO_ADMISSION'});
  t.is(opened(), 0);
});
