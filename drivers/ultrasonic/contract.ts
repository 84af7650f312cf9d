import type {DeviceId} from '../../protocols/site/ids.js';
import type {DeviceHealth} from '../bus/contract.js';

/** A distance sensor over a bay. What it sees goes to an `InputListener`, as a contact's state does. */
export interface Ultrasonic {
  readonly id: DeviceId;
  readonly health: DeviceHealth;
  /** Newest sample; undefined before the first and without an echo. */
  readonly distanceMm: number | undefined;
  close(): void;
}
