import type {Millis, UnixMillis} from '../../protocols/base/clock.js';
import type {DeviceId} from '../../protocols/site/ids.js';
import type {DeviceHealth} from '../bus/contract.js';

/** `up` bars the bay, `down` lets a car in. `forced`: somebody moved the arm by hand or by car. */
export type ArmState = 'unknown' | 'up' | 'down' | 'moving' | 'blocked' | 'forced';

/** The lock's own vehicle detector, undebounced. `none`: the model has no detector. */
export type VehicleFlag = 'none' | 'absent' | 'present' | 'fault';

export interface LockFaults {
  readonly motor: boolean;
  readonly limitSwitch: boolean;
  readonly lowBattery: boolean;
  readonly tamper: boolean;
  /** Motor current over its limit: something is on the arm. */
  readonly overCurrent: boolean;
}

/** One poll of a lock, stamped with both clocks when its last byte came. */
export interface LockReading {
  readonly arm: ArmState;
  readonly vehicle: VehicleFlag;
  /** Undefined: the model does not measure it. */
  readonly supplyMv: number | undefined;
  /** Charge of its battery, 0..100; left out where the model has none that can be judged. */
  readonly supplyPercent?: number;
  readonly faults: LockFaults;
  /** Completed arm movements since manufacture, for proof that *this* command moved it; undefined: not counted. */
  readonly cycles: number | undefined;
  readonly atMs: Millis;
  readonly wallMs: UnixMillis;
}

export type LockCommand = 'raise' | 'lower' | 'stop' | 'buzzer';

/** What the wire said of a command. None of these proves that the arm moved: only a reading does. */
export type CommandOutcome = 'acknowledged' | 'refused' | 'unanswered' | 'not_sent';

export interface ParkingLockListener {
  /** Every valid poll, in order. */
  onReading(reading: LockReading): void;
  onHealth(health: DeviceHealth): void;
  /**
   * What the lock says that it is, and how it was set up, in one line; told whenever it is found again.
   * Another line than before: another model hangs there now, or its settings have changed.
   */
  onIdentity?(identity: string): void;
}

export interface ParkingLock {
  readonly id: DeviceId;
  /** The newest reading, however old; undefined until the first poll. */
  readonly latest: LockReading | undefined;
  readonly health: DeviceHealth;
  /** Put one frame on the wire, once, ahead of all polls. */
  command(command: LockCommand): Promise<CommandOutcome>;
  /** While true the lock is read every 500 ms in the confirm lane instead of by the sweep alone. */
  watch(fast: boolean): void;
  close(): void;
}
