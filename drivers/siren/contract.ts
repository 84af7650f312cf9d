import type {DeviceId} from '../../protocols/site/ids.js';
import type {DeviceHealth} from '../bus/contract.js';

export interface SirenListener {
  onHealth(health: DeviceHealth): void;
  /** What the relay was read back as, whenever that changes. */
  onSounding(isSounding: boolean): void;
}

/** A wired sounder: the alarm that needs no screen. */
export interface Siren {
  readonly id: DeviceId;
  readonly health: DeviceHealth;
  /** The last word counts; it is kept through losses and restarts of the board. */
  sound(on: boolean): void;
  close(): void;
}
