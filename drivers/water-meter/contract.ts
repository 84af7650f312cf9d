import type {Millis} from '../../protocols/base/clock.js';
import type {DeviceId} from '../../protocols/site/ids.js';
import type {DeviceHealth} from '../bus/contract.js';

/**
 * How far the step from the reading before to this one is to be believed. `rollover`: the counter ran
 * over, the step is exact. `estimated`: the meter was reset, jumped, or was out of reach for so long
 * that its counter may have run over unseen.
 */
export type MeterQuality = 'good' | 'rollover' | 'estimated';

/** Where a total stood, to go on from after a restart of the gateway. */
export interface MeterMark {
  /** Steps of the meter since its first mark. */
  readonly units: number;
  /** What the meter itself said. */
  readonly raw: number;
}

export interface WaterMeterReading {
  /** Never falls, whatever the meter does; a bill is the difference of two of them. */
  readonly totalMl: number;
  /** Undefined: the meter is too coarse to tell. */
  readonly flowMlPerMin: number | undefined;
  readonly quality: MeterQuality;
  readonly mark: MeterMark;
  /** Prepaid water left in the device, at the end of which it closes by itself. */
  readonly remainingMl?: number;
  readonly atMs: Millis;
}

/** `unreadable`: it answers, and no total can be read. METER_FAULT of the lot. */
export type MeterFault = 'low_battery' | 'unreadable';

export interface WaterMeterListener {
  /** Every valid poll, in order. */
  onReading(reading: WaterMeterReading): void;
  onMeterFault(fault: MeterFault, isStanding: boolean): void;
  onHealth(health: DeviceHealth): void;
}

export interface WaterMeter {
  readonly id: DeviceId;
  readonly health: DeviceHealth;
  readonly latest: WaterMeterReading | undefined;
  /** A valve that may be open is told to close. What carries the order may go only when this settles. */
  close(): Promise<void>;
}
