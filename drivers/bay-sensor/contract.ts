import type {Millis} from '../../protocols/base/clock.js';
import type {DeviceId} from '../../protocols/site/ids.js';

export type BayOccupancy = 'unknown' | 'vacant' | 'occupied';

/** Why the sensor is not believed. `contradiction`: it disagrees with what the arm proves. */
export type SensorFault = 'stuck' | 'flapping' | 'contradiction' | 'device';

/** The debounced state of a bay (2 s in, 5 s out by default). */
export interface BaySensorState {
  readonly occupancy: BayOccupancy;
  readonly fault: SensorFault | undefined;
  /** When the raw flag first showed this occupancy, debounce included: delays after leaving count from here. */
  readonly sinceMs: Millis;
  /** When the raw flag took this value, before debouncing: the 30 s of vacancy count from here. */
  readonly flagSinceMs?: Millis;
}

export interface BaySensorListener {
  /** On every confirmed change, never on a poll that changes nothing. */
  onChange(state: BaySensorState): void;
}

export interface BaySensor {
  readonly id: DeviceId;
  readonly state: BaySensorState;
  /** The undebounced flag: an interlock trusts the more cautious of the two. */
  readonly raw: BayOccupancy;
  close(): void;
}
