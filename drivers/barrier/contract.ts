import type {Millis} from '../../protocols/base/clock.js';
import type {DeviceId} from '../../protocols/site/ids.js';
import type {DeviceHealth} from '../bus/contract.js';

export type BarrierArm = 'unknown' | 'closed' | 'opening' | 'open' | 'closing' | 'stopped';

export interface BarrierReading {
  readonly arm: BarrierArm;
  /** Somebody is where the arm comes down: safety loop or photocell; undefined while not known. */
  readonly isOccupied: boolean | undefined;
  /** A car waits before the arm; undefined when not known or without such a loop. */
  readonly isCarWaiting: boolean | undefined;
}

/**
 * `not_open`: no open limit 6 s after the order. `not_closed`: the same downwards. `limits`: open and
 * closed at once.
 */
export type BarrierFault = 'not_open' | 'not_closed' | 'limits';

export interface BarrierListener {
  /** Whenever it changes. */
  onReading(reading: BarrierReading, atMs: Millis): void;
  /** More cars went through than were let in, in this one lift. Once per car too many. */
  onTailgate(cars: number, authorised: number, atMs: Millis): void;
  onFault(fault: BarrierFault, isStanding: boolean, detail: string): void;
  /** Of the inputs: without them the arm can be opened, never closed. */
  onHealth(health: DeviceHealth): void;
}

/** A barrier arm on relays and contacts. It closes by itself behind the cars that were let in. */
export interface Barrier {
  readonly id: DeviceId;
  readonly health: DeviceHealth;
  readonly reading: BarrierReading;
  /** Let one more car in. Always allowed, whatever is known. */
  open(): void;
  /** Close as soon as nobody is below; a car that comes first opens it again. */
  close(): void;
  /** Take back an order to close that has not begun. */
  stay(): void;
  /** Leave the arm where it is. */
  stop(): void;
  /** Up and kept up until taken back (fire, emergency); then it closes when nobody is below. */
  hold(isHeld: boolean): void;
  /** An arm on its way down goes up: nobody watches it any more. What moves it may go when this settles. */
  dispose(): Promise<void>;
}
