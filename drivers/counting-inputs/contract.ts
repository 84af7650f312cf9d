import type {Millis} from '../../protocols/base/clock.js';
import type {DeviceId} from '../../protocols/site/ids.js';
import type {DeviceHealth} from '../bus/contract.js';

/**
 * `ok`: counted. `rollover`: counted across the end of the counter. `reset`: the counter was set back;
 * `delta` is 0, and what came before the first reading after it is lost.
 */
export type CountQuality = 'ok' | 'rollover' | 'reset';

export interface CountingInputsListener {
  /** When a total has changed. The first reading is the base and is not told. */
  onCount(input: number, delta: number, total: number, quality: CountQuality, atMs: Millis): void;
  /** On every valid poll, changed or not: where each input in use stands. Told after the counts of it. */
  onTotals?(totals: ReadonlyMap<number, number>, atMs: Millis): void;
  onHealth(health: DeviceHealth): void;
}

/** A board whose inputs count by themselves, so that no pulse between two polls is lost. */
export interface CountingInputs {
  readonly id: DeviceId;
  readonly health: DeviceHealth;
  /** Read the counters once more, ahead of the sweep; they are told like any others. */
  read(): void;
  close(): void;
}
