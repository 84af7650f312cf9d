import test from 'ava';
import {asId, type DeviceId} from '../../../protocols/site/ids.js';
import type {LotConfig} from '../lot/contract.js';
import {LotRig} from '../lot/lot-rig.js';
import {bayId, rigConfig} from '../lot/rig-config.js';

const NAMES = Array.from({length: 50}, (_, index) => `D-${String(index + 1).padStart(3, '0')}`);

/** A lot of fifty bays at one collector. */
function lotOf(names: readonly string[]): LotConfig {
  const config = rigConfig();
  const [first] = config.bays;
  if (!first) return config;
  const bays = names.map(name => ({...first, id: bayId(name), lock: asId<DeviceId>(`L-${name}`)}));
  return {...config, bays};
}

const fail = (rig: LotRig, names: readonly string[], motor: boolean) => {
  for (const name of names) {
    const lock = rig.lock(name);
    lock.faults = {...lock.faults, motor};
  }
};
const saleable = (rig: LotRig) =>
  [...rig.state.bays.values()].filter(({published}) => published?.saleable).length;
const notices = (rig: LotRig) => rig.effects.filter(({effect}) => effect.kind === 'notify').length;

test('fifty locks that fail at once are one alarm with one notice; no bay is sold, no arm moves, calls ring, and it is over with its cause', t => {
  const rig = new LotRig(lotOf(NAMES)).settled();
  const before = rig.commands('raise').length + rig.commands('lower').length;
  t.is(saleable(rig), 50);
  fail(rig, NAMES, true);
  rig.advance(10_000);
  t.deepEqual(rig.openAlarms(), ['SITE_INCIDENT']);
  t.is(notices(rig), 1);
  t.is(saleable(rig), 0);
  t.is(rig.commands('raise').length + rig.commands('lower').length, before);
  rig.input({kind: 'press', collector: asId('C1'), presses: 1});
  t.true(rig.openAlarms().includes('EMERGENCY_BUTTON'), 'who needs help is heard');
  fail(rig, NAMES.slice(5), false);
  rig.advance(10_000);
  t.true(rig.openAlarms().includes('SITE_INCIDENT'), 'half of it stands');
  fail(rig, NAMES.slice(4), false);
  rig.advance(10_000);
  t.deepEqual(rig.openAlarms(), ['EMERGENCY_BUTTON']);
  t.is(saleable(rig), 46, 'all but the four that fail still');
});

test('a few locks that fail are no incident, and neither is a small part of a large lot', t => {
  const small = new LotRig(lotOf(NAMES.slice(0, 6))).settled();
  fail(small, NAMES.slice(0, 4), true);
  small.advance(10_000);
  t.deepEqual(small.openAlarms(), []);
  t.is(saleable(small), 2);
  fail(small, NAMES.slice(0, 5), true);
  small.advance(10_000);
  t.deepEqual(small.openAlarms(), ['SITE_INCIDENT']);
  t.is(saleable(small), 0, 'the sound one neither');
  const large = new LotRig(lotOf(NAMES)).settled();
  fail(large, NAMES.slice(0, 9), true);
  large.advance(10_000);
  t.deepEqual(large.openAlarms(), []);
});
