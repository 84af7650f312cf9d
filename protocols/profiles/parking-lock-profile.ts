import {CodecMisuse} from '../base/errors.js';

export type LockArm = 'unknown' | 'up' | 'down' | 'moving' | 'blocked' | 'forced';
export type LockVehicle = 'none' | 'absent' | 'present' | 'fault';
export type LockOrder = 'raise' | 'lower' | 'stop' | 'buzzer';

export interface LockFaultFlags {
  readonly motor: boolean;
  readonly limitSwitch: boolean;
  readonly lowBattery: boolean;
  readonly tamper: boolean;
  readonly overCurrent: boolean;
}

/** What one poll of a lock says. */
export interface LockRegisters {
  readonly arm: LockArm;
  readonly vehicle: LockVehicle;
  readonly supplyMv: number;
  readonly faults: LockFaultFlags;
  /** Completed arm movements, 32 bits. */
  readonly cycles: number;
}

/**
 * Register map of a parking-lock model. Register numbers are 0-based offsets from the lock's base; a
 * new model that speaks Modbus is a new value of this type, not new code.
 */
export interface LockProfile {
  readonly name: string;
  /** Written with FC06. */
  readonly command: {
    readonly register: number;
    readonly values: Readonly<Record<LockOrder, number>>;
  };
  /** The block of holding registers that one poll reads with FC03. */
  readonly status: {readonly register: number; readonly quantity: number};
  readonly arm: {readonly register: number; readonly values: readonly LockArm[]};
  /** Undefined: the model has no detector. */
  readonly vehicle:
    | {readonly register: number; readonly values: readonly Exclude<LockVehicle, 'none'>[]}
    | undefined;
  readonly supply: {
    readonly register: number;
    readonly mvPerUnit: number;
    /** A battery at 0 and at 100 %, at rest; undefined: fed from the mains, or of unknown kind. */
    readonly battery: {readonly emptyMv: number; readonly fullMv: number} | undefined;
  };
  readonly faults: {
    readonly register: number;
    readonly bits: Readonly<Record<keyof LockFaultFlags, number>>;
  };
  readonly cycles: {readonly lowRegister: number; readonly highRegister: number};
  /** What the lock says that it is, read apart from the polls; undefined: the model does not say. */
  readonly identity:
    | {readonly modelRegister: number; readonly firmwareRegister: number}
    | undefined;
}

/**
 * Our own reference map, onto which vendor maps are put.
 * `assumed:` the whole map, since no maker publishes one; a 12 V lead battery from 10.5 to 12.7 V; over-current (fault bit 4), model (7) and
 * firmware (8) are the latest parts.
 * @see devices.md 3.4
 */
export const REFERENCE_LOCK_PROFILE: LockProfile = {
  name: 'reference',
  command: {register: 0, values: {raise: 1, lower: 2, stop: 3, buzzer: 4}},
  status: {register: 1, quantity: 6},
  arm: {register: 1, values: ['unknown', 'up', 'down', 'moving', 'blocked', 'forced']},
  vehicle: {register: 2, values: ['absent', 'present', 'fault']},
  supply: {register: 3, mvPerUnit: 10, battery: {emptyMv: 10_500, fullMv: 12_700}},
  faults: {
    register: 4,
    bits: {motor: 0, limitSwitch: 1, lowBattery: 2, tamper: 3, overCurrent: 4},
  },
  cycles: {lowRegister: 5, highRegister: 6},
  identity: {modelRegister: 7, firmwareRegister: 8},
};

/** Base of a lock that has a Modbus address of its own. */
const DIRECT_LOCK_BASE = 0;

/**
 * Base of lock `index` (from 0) behind a collector that speaks for its locks under one address.
 * @see devices.md 3.4
 */
export function lockBaseBehindCollector(index: number): number {
  return 100 + 10 * index;
}

/** Address and word of the FC06 that orders `order`. @see devices.md 3.4 */
export function lockCommandWrite(
  order: LockOrder,
  profile: LockProfile = REFERENCE_LOCK_PROFILE,
  base = DIRECT_LOCK_BASE,
): {readonly address: number; readonly value: number} {
  return {address: base + profile.command.register, value: profile.command.values[order]};
}

/** Address and quantity of the FC03 that polls a lock. @see devices.md 3.4 */
export function lockStatusRead(
  profile: LockProfile = REFERENCE_LOCK_PROFILE,
  base = DIRECT_LOCK_BASE,
): {readonly address: number; readonly quantity: number} {
  return {address: base + profile.status.register, quantity: profile.status.quantity};
}

/**
 * Address and quantity of the FC03 that asks a lock what it is; undefined for models that do not say.
 * `assumed:` like the map.
 */
export function lockIdentityRead(
  profile: LockProfile = REFERENCE_LOCK_PROFILE,
  base = DIRECT_LOCK_BASE,
): {readonly address: number; readonly quantity: number} | undefined {
  if (!profile.identity) return undefined;
  const {modelRegister, firmwareRegister} = profile.identity;
  const first = Math.min(modelRegister, firmwareRegister);
  return {address: base + first, quantity: Math.abs(modelRegister - firmwareRegister) + 1};
}

/** What a lock is, in one line: its profile and, where it says them, model and firmware. */
export function lockIdentityText(
  words: readonly number[],
  profile: LockProfile = REFERENCE_LOCK_PROFILE,
): string {
  if (!profile.identity || words.length === 0) return profile.name;
  const {modelRegister, firmwareRegister} = profile.identity;
  const first = Math.min(modelRegister, firmwareRegister);
  const model = words[modelRegister - first] ?? 0;
  return `${profile.name} model ${model} firmware ${words[firmwareRegister - first] ?? 0}`;
}

/** The order that a word written to the command register means; undefined for all others. */
export function lockOrderOf(
  value: number,
  profile: LockProfile = REFERENCE_LOCK_PROFILE,
): LockOrder | undefined {
  const orders: readonly LockOrder[] = ['raise', 'lower', 'stop', 'buzzer'];
  return orders.find(order => profile.command.values[order] === value);
}

/**
 * Read the words of one poll, `profile.status` in wire order. A value the map does not know never
 * looks harmless: the arm is then `unknown`, the detector a `fault`. Fault bits beyond the map are
 * ignored. Undefined when words are missing.
 * @see devices.md 3.4
 */
export function decodeLockRegisters(
  words: readonly number[],
  profile: LockProfile = REFERENCE_LOCK_PROFILE,
): LockRegisters | undefined {
  if (words.length < profile.status.quantity) return undefined;
  const at = (register: number) => words[register - profile.status.register] ?? 0;
  const faultWord = at(profile.faults.register);
  const {bits} = profile.faults;
  const isSet = (bit: number) => ((faultWord >> bit) & 1) === 1;
  return {
    arm: profile.arm.values[at(profile.arm.register)] ?? 'unknown',
    vehicle: profile.vehicle
      ? (profile.vehicle.values[at(profile.vehicle.register)] ?? 'fault')
      : 'none',
    supplyMv: at(profile.supply.register) * profile.supply.mvPerUnit,
    faults: {
      motor: isSet(bits.motor),
      limitSwitch: isSet(bits.limitSwitch),
      lowBattery: isSet(bits.lowBattery),
      tamper: isSet(bits.tamper),
      overCurrent: isSet(bits.overCurrent),
    },
    cycles: at(profile.cycles.highRegister) * 0x1_0000 + at(profile.cycles.lowRegister),
  };
}

/**
 * Charge of the battery in whole percent, 0..100, from its voltage at rest; undefined where the model has
 * no battery to judge. `assumed:` a straight line between empty and full.
 */
export function supplyPercentOf(supplyMv: number, profile: LockProfile): number | undefined {
  const {battery} = profile.supply;
  if (!battery) return undefined;
  const share = (supplyMv - battery.emptyMv) / (battery.fullMv - battery.emptyMv);
  return Math.round(100 * Math.min(1, Math.max(0, share)));
}

/**
 * The words a lock of this model would answer to a poll: the other side of `decodeLockRegisters`.
 * The supply is rounded to the map's unit, the counter wraps at 32 bits.
 * @throws CodecMisuse `codec/lock-state` for a state the model has no value for.
 * @see devices.md 3.4
 */
export function encodeLockRegisters(
  registers: LockRegisters,
  profile: LockProfile = REFERENCE_LOCK_PROFILE,
): number[] {
  const words = new Array<number>(profile.status.quantity).fill(0);
  const put = (register: number, value: number) => {
    words[register - profile.status.register] = value & 0xffff;
  };
  put(profile.arm.register, registerValueOf(profile.arm.values, registers.arm));
  if (profile.vehicle) {
    put(profile.vehicle.register, registerValueOf(profile.vehicle.values, registers.vehicle));
  }
  put(profile.supply.register, Math.round(registers.supplyMv / profile.supply.mvPerUnit));
  put(profile.faults.register, faultWordOf(registers.faults, profile));
  put(profile.cycles.lowRegister, registers.cycles % 0x1_0000);
  put(profile.cycles.highRegister, Math.floor(registers.cycles / 0x1_0000));
  return words;
}

function registerValueOf(values: readonly string[], state: string): number {
  const value = values.indexOf(state);
  if (value < 0) throw new CodecMisuse('codec/lock-state', `no register value means "${state}"`);
  return value;
}

function faultWordOf(faults: LockFaultFlags, profile: LockProfile): number {
  const {bits} = profile.faults;
  return (
    (Number(faults.motor) << bits.motor) |
    (Number(faults.limitSwitch) << bits.limitSwitch) |
    (Number(faults.lowBattery) << bits.lowBattery) |
    (Number(faults.tamper) << bits.tamper) |
    (Number(faults.overCurrent) << bits.overCurrent)
  );
}
