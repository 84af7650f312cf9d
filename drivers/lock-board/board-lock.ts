import type {Clock, Millis} from '../../protocols/base/clock.js';
import type {DeviceId} from '../../protocols/site/ids.js';
import type {DeviceHealth} from '../bus/contract.js';
import type {
  CommandOutcome,
  LockCommand,
  LockReading,
  ParkingLock,
  ParkingLockListener,
} from '../parking-lock/contract.js';
import {LockWatch} from '../parking-lock/lock-watch.js';
import {type BoardMovement, boardArm} from './board-arm.js';
import type {LockBoard} from './lock-board.js';

export interface BoardLockOptions {
  readonly id: DeviceId;
  readonly board: LockBoard;
  readonly clock: Clock;
  /** Channel whose pulse lowers the arm, and whose contact says where it is. */
  readonly lock: number;
  /** Channel whose pulse raises the arm; without one the lock cannot be raised from here. */
  readonly raiseLock?: number;
  /** Does a set state bit mean that the lock is open, its arm down? Proven at commissioning. */
  readonly statusMeansOpen: boolean;
  /** Full travel of the arm, one way. */
  readonly travelMs: Millis;
  /** Start to start of routine polls, at most 2000; default 500. */
  readonly pollMs?: Millis;
  readonly listener: ParkingLockListener;
}

const DEFAULT_POLL_MS: Millis = 500;
const NO_FAULTS = {
  motor: false,
  limitSwitch: false,
  lowBattery: false,
  tamper: false,
  overCurrent: false,
};

/**
 * A parking lock on a channel of a lock board. The board knows one contact: no detector, no supply, no
 * faults, no stop and no buzzer.
 */
export class BoardLock implements ParkingLock {
  readonly id: DeviceId;
  readonly #options: BoardLockOptions;
  readonly #leave: () => void;
  readonly #watch: LockWatch;
  #movement: BoardMovement | undefined;
  #isIdentified = false;
  #closed = false;

  constructor(options: BoardLockOptions) {
    const {board, clock, lock, pollMs = DEFAULT_POLL_MS, listener} = options;
    this.id = options.id;
    this.#options = options;
    this.#watch = new LockWatch({
      name: options.id,
      clock,
      pollMs,
      onReading: reading => listener.onReading(reading),
      confirm: async () => (await board.confirm(lock)).kind !== 'timeout',
    });
    this.#leave = board.join({
      lock,
      pollMs: () => this.#watch.periodMs(),
      onState: (isSet, atMs) => this.#read(isSet, atMs),
      onHealth: health => {
        if (health === 'offline') this.#isIdentified = false;
        listener.onHealth(health);
      },
    });
  }

  get latest(): LockReading | undefined {
    return this.#watch.latest;
  }

  get health(): DeviceHealth {
    return this.#options.board.health;
  }

  command(command: LockCommand): Promise<CommandOutcome> {
    if (this.#closed) return Promise.resolve('not_sent');
    const {board, lock, raiseLock, travelMs} = this.#options;
    const channels = {lower: lock, raise: raiseLock, stop: undefined, buzzer: undefined};
    const channel = channels[command];
    if (channel === undefined) return Promise.resolve('refused');
    const to = command === 'lower' ? 'down' : 'up';
    return board.open(channel, atMs => {
      if (this.latest?.arm !== to) this.#movement = {to, untilMs: atMs + travelMs};
    });
  }

  watch(fast: boolean): void {
    this.#watch.watch(fast);
  }

  close(): void {
    this.#closed = true;
    this.#watch.close();
    this.#leave();
  }

  #read(isSet: boolean, atMs: Millis): void {
    const {statusMeansOpen, listener} = this.#options;
    if (!this.#isIdentified) {
      this.#isIdentified = true;
      listener.onIdentity?.(this.#identity());
    }
    const arm = boardArm(isSet, statusMeansOpen, this.#movement, atMs);
    if (arm !== 'moving') this.#movement = undefined;
    const unmeasured = {vehicle: 'none', supplyMv: undefined, cycles: undefined} as const;
    this.#watch.take({arm, ...unmeasured, faults: NO_FAULTS}, atMs);
  }

  /** A board says nothing of itself: only its settings tell one lock from another. */
  #identity(): string {
    const {board, lock, raiseLock, statusMeansOpen} = this.#options;
    const raise = raiseLock === undefined ? '' : ` raise ${raiseLock}`;
    return `${board.name} lock ${lock}${raise} set=${statusMeansOpen ? 'open' : 'closed'}`;
  }
}
