import type {Millis} from '../../protocols/base/clock.js';
import type {DeviceId} from '../../protocols/site/ids.js';
import type {DeviceHealth} from '../bus/contract.js';
import type {RelayOutcome} from '../relay-board/contract.js';

export type DoorFault = 'held_open' | 'forced_open';

export interface DoorStrikeListener {
  /** Whenever it changes; undefined: not known. */
  onDoor(isOpen: boolean | undefined, atMs: Millis): void;
  onFault(fault: DoorFault, isStanding: boolean, detail: string): void;
  onHealth(health: DeviceHealth): void;
}

/** The strike of a room door, with a contact that says whether the door is open. */
export interface DoorStrike {
  readonly id: DeviceId;
  readonly health: DeviceHealth;
  readonly isOpen: boolean | undefined;
  /** What the loss of power does to the way in: `fail_safe` opens it, `fail_secure` does not. */
  readonly failMode: 'fail_safe' | 'fail_secure';
  /** Let somebody in: one pulse, timed by the relay board. */
  release(): Promise<RelayOutcome>;
  /** Released and kept so until taken back (fire): openings meanwhile have their reason. */
  hold(isHeld: boolean): void;
  close(): void;
}
