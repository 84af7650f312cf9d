import type {Millis} from '../../protocols/base/clock.js';
import type {DeviceId} from '../../protocols/site/ids.js';
import type {DeviceHealth} from '../bus/contract.js';

/** Supervised loop with an end-of-line resistor. */
export type ButtonLine = 'ok' | 'open' | 'short';

/** What is wrong with a button, as far as it can tell while it answers. */
export type ButtonFitness = ButtonLine | 'low_battery';

export interface EmergencyButtonListener {
  /** `presses`: how many since the last call; a counting input misses none between two polls. */
  onPress(presses: number, atMs: Millis): void;
  onLine(line: ButtonFitness): void;
  onHealth(health: DeviceHealth): void;
}

export interface EmergencyButton {
  readonly id: DeviceId;
  readonly line: ButtonFitness | undefined;
  /** Sounder and lamp at the post, set until set again. */
  signal(state: {readonly buzzer: boolean; readonly lamp: boolean}): void;
  close(): void;
}
