import type {Millis} from '../../protocols/base/clock.js';
import type {DeviceId} from '../../protocols/site/ids.js';
import type {DeviceHealth} from '../bus/contract.js';

/**
 * `good`: the counter saw it all. `ambiguous`: something passed, in which direction or whether it was a
 * person is a guess. `rebased`: the totals of the device began anew; what it saw in between is lost.
 */
export type CountQuality = 'good' | 'ambiguous' | 'rebased';

/** People since the reading before this one. A reading of 0 and 0 only proves that the counter lives. */
export interface CountReading {
  readonly in: number;
  readonly out: number;
  /** 0..1, of the whole reading. */
  readonly confidence: number;
  readonly quality: CountQuality;
  readonly atMs: Millis;
}

export interface PeopleCounterListener {
  /** On every report of the device, in order. */
  onCount(reading: CountReading): void;
  /** Something hides its view, or its clock of reports is broken; COUNTER_FAULT of the lot. */
  onCounterFault(fault: CounterFault, isStanding: boolean): void;
  onHealth(health: DeviceHealth): void;
}

export type CounterFault = 'covered' | 'low_battery';

export interface PeopleCounter {
  readonly id: DeviceId;
  readonly health: DeviceHealth;
  close(): void;
}
