import type {Clock, Millis} from '../../protocols/base/clock.js';
import {
  decodeLockRegisters,
  type LockProfile,
  lockCommandWrite,
  lockStatusRead,
  REFERENCE_LOCK_PROFILE,
  supplyPercentOf,
} from '../../protocols/profiles/parking-lock-profile.js';
import type {DeviceId} from '../../protocols/site/ids.js';
import type {DeviceHealth, RegisterBus} from '../bus/contract.js';
import {PolledUnit, type TroubleListener} from '../lifecycle/polled-unit.js';
import type {
  CommandOutcome,
  LockCommand,
  LockReading,
  ParkingLock,
  ParkingLockListener,
} from './contract.js';
import {LockIdentity} from './lock-identity.js';
import {commandOutcome} from './lock-machine.js';
import {LockWatch} from './lock-watch.js';

export interface LockDriverOptions {
  readonly id: DeviceId;
  readonly bus: RegisterBus;
  readonly clock: Clock;
  readonly unit: number;
  readonly listener: ParkingLockListener;
  readonly profile?: LockProfile;
  /** First register of this lock, for locks that share the address of a collector. */
  readonly base?: number;
  /** Start to start of routine polls, at most 2000; default 500. */
  readonly pollMs?: Millis;
  readonly onTrouble?: TroubleListener;
}

const DEFAULT_POLL_MS: Millis = 500;

/** A parking lock behind Modbus registers, whatever its map: the map is the profile. */
export class LockDriver implements ParkingLock {
  readonly id: DeviceId;
  readonly #options: LockDriverOptions;
  readonly #profile: LockProfile;
  readonly #poll: PolledUnit;
  readonly #watch: LockWatch;
  readonly #identity: LockIdentity;
  #closed = false;

  constructor(options: LockDriverOptions) {
    const {id, bus, clock, unit, listener, base, onTrouble} = options;
    const {profile = REFERENCE_LOCK_PROFILE, pollMs = DEFAULT_POLL_MS} = options;
    this.id = id;
    this.#options = options;
    this.#profile = profile;
    this.#watch = new LockWatch({
      name: id,
      clock,
      pollMs,
      onReading: reading => listener.onReading(reading),
      confirm: async () => (await this.#poll.confirm()).kind !== 'timeout',
    });
    this.#identity = new LockIdentity({
      bus,
      clock,
      unit,
      profile,
      base,
      onIdentity: identity => listener.onIdentity?.(identity),
    });
    this.#poll = new PolledUnit({
      name: id,
      bus,
      read: {unit, table: 'holding', ...lockStatusRead(profile, base)},
      periodMs: () => this.#watch.periodMs(),
      onValues: (values, atMs) => this.#read(values, atMs),
      onHealth: health => {
        if (health === 'offline') this.#identity.forget();
        listener.onHealth(health);
      },
      onTrouble,
    });
  }

  get latest(): LockReading | undefined {
    return this.#watch.latest;
  }

  get health(): DeviceHealth {
    return this.#poll.health;
  }

  async command(command: LockCommand): Promise<CommandOutcome> {
    if (this.#closed) return 'not_sent';
    const {bus, unit, base} = this.#options;
    const {address, value} = lockCommandWrite(command, this.#profile, base);
    const outcome = await bus.write({
      unit,
      address,
      kind: 'register',
      values: [value],
      lane: 'command',
    });
    return commandOutcome(outcome);
  }

  watch(fast: boolean): void {
    this.#watch.watch(fast);
  }

  close(): void {
    this.#closed = true;
    this.#watch.close();
    this.#identity.close();
    this.#poll.close();
  }

  #read(words: readonly number[], atMs: Millis): void {
    const registers = decodeLockRegisters(words, this.#profile);
    if (!registers) return;
    const supplyPercent = supplyPercentOf(registers.supplyMv, this.#profile);
    this.#watch.take(supplyPercent === undefined ? registers : {...registers, supplyPercent}, atMs);
    if (!this.#closed) this.#identity.review();
  }
}
