import type {DeviceId} from '../../protocols/site/ids.js';
import type {DeviceHealth} from '../bus/contract.js';

export type DisplayTone = 'neutral' | 'good' | 'bad' | 'call';

/** Two lines of text as the person at the post reads them, in the site's language. */
export interface Screen {
  readonly lines: readonly [string, string];
  readonly tone: DisplayTone;
}

export interface DisplayListener {
  onHealth(health: DeviceHealth): void;
}

export interface Display {
  readonly id: DeviceId;
  /** Last value wins: a screen not yet sent is replaced, and the shown one is refreshed every 30 s. */
  show(screen: Screen): void;
  close(): void;
}
