import type {Clock, Millis, Timer, UnixMillis} from '../../protocols/base/clock.js';
import {unreachable} from '../../protocols/base/errors.js';
import {
  decodeLockRegisters,
  type LockProfile,
  lockCommandWrite,
  lockStatusRead,
  REFERENCE_LOCK_PROFILE,
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
import {commandOutcome, type LockInput, NEW_LOCK, pollPeriodMs, stepLock} from './lock-machine.js';

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
  #state = NEW_LOCK;
  #timer: Timer | undefined;
  #closed = false;

  constructor(options: LockDriverOptions) {
    const {id, bus, clock, unit, listener, base, onTrouble} = options;
    const {profile = REFERENCE_LOCK_PROFILE, pollMs = DEFAULT_POLL_MS} = options;
    this.id = id;
    this.#options = options;
    this.#profile = profile;
    this.#poll = new PolledUnit({
      name: id,
      bus,
      read: {unit, table: 'holding', ...lockStatusRead(profile, base)},
      periodMs: () => pollPeriodMs(this.#state, pollMs, clock.nowMs()),
      onValues: (values, atMs) => this.#read(values, atMs),
      onHealth: health => listener.onHealth(health),
      onTrouble,
    });
  }

  get latest(): LockReading | undefined {
    return this.#state.latest;
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
    this.#take({kind: 'watch', fast, atMs: this.#options.clock.nowMs()});
  }

  close(): void {
    this.#closed = true;
    this.#timer?.cancel();
    this.#poll.close();
  }

  #read(words: readonly number[], atMs: Millis): void {
    const registers = decodeLockRegisters(words, this.#profile);
    if (!registers) return;
    const {clock} = this.#options;
    const wallMs = Math.floor(clock.wallMs() - (clock.nowMs() - atMs)) as UnixMillis;
    this.#take({kind: 'reading', reading: {...registers, atMs, wallMs}});
  }

  #take(input: LockInput): void {
    if (this.#closed) return;
    const {state, effects} = stepLock(this.#state, input);
    this.#state = state;
    for (const effect of effects) {
      switch (effect.kind) {
        case 'tell':
          this.#options.listener.onReading(effect.reading);
          break;
        case 'confirm':
          void this.#confirm();
          break;
        case 'wait':
          this.#wait(effect.afterMs);
          break;
        case 'rest':
          this.#timer?.cancel();
          break;
        default:
          unreachable(effect, 'lock effect');
      }
    }
  }

  async #confirm(): Promise<void> {
    this.#timer?.cancel();
    const outcome = await this.#poll.confirm();
    const answered = outcome.kind !== 'timeout';
    this.#take({kind: 'confirmed', atMs: this.#options.clock.nowMs(), answered});
  }

  #wait(afterMs: Millis): void {
    const {clock} = this.#options;
    this.#timer?.cancel();
    this.#timer = clock.timer(`watch ${this.id}`, afterMs, () =>
      this.#take({kind: 'due', atMs: clock.nowMs()}),
    );
  }
}
