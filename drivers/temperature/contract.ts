import type {Millis} from '../../protocols/base/clock.js';
import type {DeviceId} from '../../protocols/site/ids.js';
import type {DeviceHealth} from '../bus/contract.js';

export interface TemperatureReading {
  /** Undefined: no probe, or one that says what no probe can. */
  readonly milliCelsius: number | undefined;
  readonly atMs: Millis;
}

export interface TemperatureListener {
  /** Every valid poll, in order. */
  onTemperature(reading: TemperatureReading): void;
  onHealth(health: DeviceHealth): void;
}

export interface TemperatureInput {
  readonly id: DeviceId;
  readonly health: DeviceHealth;
  readonly latest: TemperatureReading | undefined;
  close(): void;
}
