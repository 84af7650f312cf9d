import test from 'ava';
import fc from 'fast-check';
import {CodecMisuse} from '../base/errors.js';
import {
  decodeLockRegisters,
  encodeLockRegisters,
  type LockProfile,
  type LockRegisters,
  lockBaseBehindCollector,
  lockCommandWrite,
  lockOrderOf,
  lockStatusRead,
  REFERENCE_LOCK_PROFILE,
  supplyPercentOf,
} from './parking-lock-profile.js';

const NO_FAULTS = {
  motor: false,
  limitSwitch: false,
  lowBattery: false,
  tamper: false,
  overCurrent: false,
};
/** Word by word from devices.md 3.4: down, vehicle, 12.00 V, tamper, 65,538 cycles. */
const PARKED_WORDS = [2, 1, 1200, 0b1000, 2, 1];
const PARKED: LockRegisters = {
  arm: 'down',
  vehicle: 'present',
  supplyMv: 12_000,
  faults: {...NO_FAULTS, tamper: true},
  cycles: 65_538,
};

test('one poll reads registers 1..6', t => {
  t.deepEqual(lockStatusRead(), {address: 1, quantity: 6});
  t.deepEqual(decodeLockRegisters(PARKED_WORDS), PARKED);
  t.deepEqual(encodeLockRegisters(PARKED), PARKED_WORDS);
});

test('every arm state and every vehicle state has its value', t => {
  const armOf = (value: number) => decodeLockRegisters([value, 0, 0, 0, 0, 0])?.arm;
  t.deepEqual([0, 1, 2, 3, 4, 5].map(armOf), [
    'unknown',
    'up',
    'down',
    'moving',
    'blocked',
    'forced',
  ]);
  const vehicleOf = (value: number) => decodeLockRegisters([0, value, 0, 0, 0, 0])?.vehicle;
  t.deepEqual([0, 1, 2].map(vehicleOf), ['absent', 'present', 'fault']);
});

test('every fault has its bit', t => {
  const faultsOf = (word: number) => decodeLockRegisters([1, 0, 0, word, 0, 0])?.faults;
  t.deepEqual(faultsOf(0b00001), {...NO_FAULTS, motor: true});
  t.deepEqual(faultsOf(0b00010), {...NO_FAULTS, limitSwitch: true});
  t.deepEqual(faultsOf(0b00100), {...NO_FAULTS, lowBattery: true});
  t.deepEqual(faultsOf(0b01000), {...NO_FAULTS, tamper: true});
  t.deepEqual(faultsOf(0b10000), {...NO_FAULTS, overCurrent: true});
  t.deepEqual(faultsOf(0xffe0), NO_FAULTS);
});

test('values the map does not know are never harmless', t => {
  const reading = decodeLockRegisters([6, 3, 0, 0, 0, 0]);
  t.is(reading?.arm, 'unknown');
  t.is(reading?.vehicle, 'fault');
});

test('a short answer is no reading of a lock', t => {
  t.is(decodeLockRegisters([2, 1, 1200, 0, 2]), undefined);
  t.is(decodeLockRegisters([]), undefined);
});

test('commands are the words of the map, and back', t => {
  t.deepEqual(lockCommandWrite('raise'), {address: 0, value: 1});
  t.deepEqual(lockCommandWrite('lower'), {address: 0, value: 2});
  t.deepEqual(lockCommandWrite('stop'), {address: 0, value: 3});
  t.deepEqual(lockCommandWrite('buzzer'), {address: 0, value: 4});
  t.deepEqual(
    [0, 1, 2, 3, 4, 5].map(value => lockOrderOf(value)),
    [undefined, 'raise', 'lower', 'stop', 'buzzer', undefined],
  );
});

test('locks behind a collector stand ten registers apart from 100', t => {
  t.is(lockBaseBehindCollector(0), 100);
  t.is(lockBaseBehindCollector(7), 170);
  const base = lockBaseBehindCollector(3);
  t.deepEqual(lockStatusRead(REFERENCE_LOCK_PROFILE, base), {address: 131, quantity: 6});
  t.deepEqual(lockCommandWrite('lower', REFERENCE_LOCK_PROFILE, base), {address: 130, value: 2});
});

test('another model is another value: other order, inverted arm, no detector', t => {
  const upsideDown: LockProfile = {
    ...REFERENCE_LOCK_PROFILE,
    name: 'upside-down',
    command: {register: 9, values: {raise: 0x55, lower: 0xaa, stop: 0, buzzer: 1}},
    status: {register: 20, quantity: 6},
    arm: {register: 25, values: ['down', 'up', 'unknown', 'moving', 'blocked', 'forced']},
    vehicle: undefined,
    supply: {register: 20, mvPerUnit: 100, battery: undefined},
    faults: {register: 21, bits: REFERENCE_LOCK_PROFILE.faults.bits},
    cycles: {lowRegister: 23, highRegister: 22},
  };
  t.deepEqual(lockCommandWrite('lower', upsideDown), {address: 9, value: 0xaa});
  t.is(lockOrderOf(0x55, upsideDown), 'raise');
  const expected: LockRegisters = {
    arm: 'up',
    vehicle: 'none',
    supplyMv: 6100,
    faults: {...NO_FAULTS, motor: true},
    cycles: 7,
  };
  t.deepEqual(decodeLockRegisters([61, 1, 0, 7, 0, 1], upsideDown), expected);
  t.deepEqual(encodeLockRegisters(expected, upsideDown), [61, 1, 0, 7, 0, 1]);
});

test('a state that the model cannot show is our own mistake', t => {
  const error = t.throws(() => encodeLockRegisters({...PARKED, vehicle: 'none'}), {
    instanceOf: CodecMisuse,
  });
  t.is(error.code, 'codec/lock-state');
});

test('whatever a lock shows is what is read', t => {
  const anyRegisters: fc.Arbitrary<LockRegisters> = fc.record({
    arm: fc.constantFrom('unknown', 'up', 'down', 'moving', 'blocked', 'forced'),
    vehicle: fc.constantFrom('absent', 'present', 'fault'),
    supplyMv: fc.nat(0xffff).map(units => units * 10),
    faults: fc.record({
      motor: fc.boolean(),
      limitSwitch: fc.boolean(),
      lowBattery: fc.boolean(),
      tamper: fc.boolean(),
      overCurrent: fc.boolean(),
    }),
    cycles: fc.nat(0xffff_ffff),
  });
  fc.assert(
    fc.property(anyRegisters, registers => {
      t.deepEqual(decodeLockRegisters(encodeLockRegisters(registers)), registers);
    }),
  );
});

test('~E23 a battery from 10.5 to 12.7 V, in percent; a lock on the mains has none', t => {
  const percents = [9000, 10_500, 10_720, 10_940, 11_600, 12_700, 13_800].map(supplyMv =>
    supplyPercentOf(supplyMv, REFERENCE_LOCK_PROFILE),
  );
  t.deepEqual(percents, [0, 0, 10, 20, 50, 100, 100]);
  const mains = {...REFERENCE_LOCK_PROFILE.supply, battery: undefined};
  t.is(supplyPercentOf(12_000, {...REFERENCE_LOCK_PROFILE, supply: mains}), undefined);
});
