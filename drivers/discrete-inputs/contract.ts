import type {Millis} from '../../protocols/base/clock.js';
import type {DeviceId} from '../../protocols/site/ids.js';
import type {DeviceHealth} from '../bus/contract.js';

/** What hangs on one contact of a board. */
export interface InputListener {
  /** On every valid poll, changed or not: debouncing wants all of them. */
  onInput(active: boolean, atMs: Millis): void;
  onInputHealth(health: DeviceHealth): void;
}

export interface DiscreteInputsListener {
  onHealth(health: DeviceHealth): void;
}

/** A board of contacts on a line, read by one poll for all who use it. */
export interface DiscreteInputs {
  readonly id: DeviceId;
  readonly health: DeviceHealth;
  close(): void;
}
