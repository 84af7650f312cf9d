import type {Millis} from '../../protocols/base/clock.js';
import type {DeviceId} from '../../protocols/site/ids.js';
import type {DeviceHealth} from '../bus/contract.js';

export interface FirePanelListener {
  /** First word once the contact has stood still, then every change. */
  onFire(isStanding: boolean, atMs: Millis): void;
  /** Of the input: while it is lost, what was told last holds. */
  onHealth(health: DeviceHealth): void;
}

/** The contact with which the fire alarm of the building tells others of a fire. */
export interface FirePanel {
  readonly id: DeviceId;
  readonly health: DeviceHealth;
  /** Undefined: nothing is known yet. */
  readonly isFire: boolean | undefined;
  close(): void;
}
