import test from 'ava';
import fc from 'fast-check';
import type {LockReading} from '../../../drivers/parking-lock/contract.js';
import type {UnixMillis} from '../../../protocols/base/clock.js';
import {NO_FAULTS} from '../lot/rig-config.js';
import {type BayView, mayKeepRaising, mayLower, mayRaise} from './interlocks.js';

const NOW = 100_000;

const reading: LockReading = {
  arm: 'down',
  vehicle: 'absent',
  supplyMv: 12_000,
  faults: NO_FAULTS,
  cycles: 0,
  atMs: NOW,
  wallMs: 0 as UnixMillis,
};

const EMPTY: BayView = {
  reading,
  sensor: {occupancy: 'vacant', fault: undefined, sinceMs: 0},
  sense: {raw: 'vacant', polledMs: NOW - 500},
  online: true,
  sensorSuspect: false,
  addressClash: false,
  canRaise: true,
  isSettled: true,
  isWaking: false,
};

const sensor = (occupancy: 'unknown' | 'vacant' | 'occupied', fault?: 'stuck') => ({
  sensor: {occupancy, fault, sinceMs: 0},
});
const lock = (part: Partial<LockReading>) => ({reading: {...reading, ...part}});

const TABLE: readonly (readonly [string, Partial<BayView>, ReturnType<typeof mayRaise>])[] = [
  ['a bay proven empty', {}, undefined],
  ["the lock's flag says car", lock({vehicle: 'present'}), 'CAR_PRESENT'],
  [
    'the raw flag says car, not yet confirmed',
    {sense: {raw: 'occupied', polledMs: NOW}},
    'CAR_PRESENT',
  ],
  ['the confirmed state says car, the raw flag no more', sensor('occupied'), 'CAR_PRESENT'],
  ['the raw flag is unknown', {sense: {raw: 'unknown', polledMs: NOW}}, 'DEVICE_FAULT'],
  ['the sensor is unknown', sensor('unknown'), 'DEVICE_FAULT'],
  ['no sensor state yet', {sensor: undefined}, 'DEVICE_FAULT'],
  ['the sensor is faulty', sensor('vacant', 'stuck'), 'DEVICE_FAULT'],
  ["the lock's detector is faulty", lock({vehicle: 'fault'}), 'DEVICE_FAULT'],
  ['the lock never answered', {reading: undefined}, 'DEVICE_FAULT'],
  ['the lock is offline', {online: false}, 'DEVICE_OFFLINE'],
  ['the last poll is too old', {sense: {raw: 'vacant', polledMs: NOW - 3001}}, 'DEVICE_OFFLINE'],
  ['never polled', {sense: {raw: 'vacant', polledMs: undefined}}, 'DEVICE_OFFLINE'],
  ['the arm met something lately', {sensorSuspect: true}, 'DEVICE_FAULT'],
  ['the arm is blocked', lock({arm: 'blocked'}), 'OBSTACLE'],
  ['over-current', lock({faults: {...NO_FAULTS, overCurrent: true}}), 'OVERCURRENT'],
  ['motor fault', lock({faults: {...NO_FAULTS, motor: true}}), 'DEVICE_FAULT'],
  ['the arm is moving', lock({arm: 'moving'}), 'BUSY'],
  ['only hands raise it', {canRaise: false}, 'NEEDS_GUARD'],
  ['another lock seems to have its address', {addressClash: true}, 'DEVICE_FAULT'],
  [
    'a lock without detector, and no sensor',
    {sensor: undefined, ...lock({vehicle: 'none'})},
    'DEVICE_FAULT',
  ],
];

for (const [name, part, refusal] of TABLE) {
  test(`mayRaise: ${name}`, t => {
    t.is(mayRaise({...EMPTY, ...part}, NOW), refusal);
  });
}

test('mayLower: a car, an obstacle or silence never forbids it, a broken motor does', t => {
  const broken = lock({faults: {...NO_FAULTS, motor: true}});
  t.is(mayLower({...EMPTY, ...lock({vehicle: 'present', arm: 'blocked'})}, false), undefined);
  t.is(mayLower({...EMPTY, online: false}, false), undefined);
  t.is(mayLower({...EMPTY, ...broken}, false), 'DEVICE_FAULT');
  t.is(mayLower({...EMPTY, ...broken}, true), undefined, 'a site may hammer on');
  t.is(mayLower({...EMPTY, addressClash: true}, true), 'DEVICE_FAULT');
});

test('no view with any sign of a car, or any doubt about it, lets an arm rise', t => {
  const anyView = fc.record({
    vehicle: fc.constantFrom('none', 'absent', 'present', 'fault'),
    raw: fc.constantFrom('unknown', 'vacant', 'occupied'),
    occupancy: fc.constantFrom('unknown', 'vacant', 'occupied'),
    fault: fc.constantFrom(undefined, 'stuck', 'flapping', 'contradiction', 'device'),
    online: fc.boolean(),
  } as const);
  fc.assert(
    fc.property(anyView, one => {
      const view: BayView = {
        ...EMPTY,
        ...lock({vehicle: one.vehicle}),
        sensor: {occupancy: one.occupancy, fault: one.fault, sinceMs: 0},
        sense: {raw: one.raw, polledMs: NOW},
        online: one.online,
      };
      const car =
        one.vehicle === 'present' || one.raw === 'occupied' || one.occupancy === 'occupied';
      const unsure =
        !one.online ||
        one.vehicle === 'fault' ||
        one.raw === 'unknown' ||
        one.occupancy === 'unknown' ||
        one.fault !== undefined;
      if (!car && !unsure) return;
      t.not(mayRaise(view, NOW), undefined);
      t.not(mayKeepRaising(view), undefined);
    }),
  );
  t.pass();
});

test('an arm that is still waking is not lowered; one that stays silent is past waiting for, and gets all tries', t => {
  t.is(mayLower({...EMPTY, isSettled: false, isWaking: true}, false), 'DEVICE_OFFLINE');
  t.is(mayLower({...EMPTY, isSettled: false, isWaking: true}, true), 'DEVICE_OFFLINE');
  t.is(mayLower({...EMPTY, isSettled: false, online: false}, false), undefined);
  t.is(mayRaise({...EMPTY, isSettled: false}, NOW), 'DEVICE_OFFLINE');
});
