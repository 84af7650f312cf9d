import type {DeviceId} from '../../protocols/site/ids.js';
import type {DeviceHealth} from '../bus/contract.js';

export type SpaceTone = 'plenty' | 'few' | 'none';

/** Free spaces as a board at the road shows them. */
export interface FreeSpaces {
  /** 0..65535. */
  readonly count: number;
  readonly tone: SpaceTone;
}

export interface SpaceCounterListener {
  onHealth(health: DeviceHealth): void;
}

/** A board that shows how many spaces are free; it counts nothing itself. */
export interface SpaceCounter {
  readonly id: DeviceId;
  /** Last value wins; what is shown is refreshed every 30 s. A count beyond 65535 shows as that. */
  show(spaces: FreeSpaces): void;
  close(): void;
}
