import type {Millis} from '../../protocols/base/clock.js';
import {
  decodeTemperature,
  REFERENCE_TEMPERATURE_PROFILE,
  type TemperatureProfile,
} from '../../protocols/profiles/temperature-profile.js';
import type {DeviceId} from '../../protocols/site/ids.js';
import type {DeviceHealth, RegisterBus} from '../bus/contract.js';
import {PolledUnit, type TroubleListener} from '../lifecycle/polled-unit.js';
import type {TemperatureInput, TemperatureListener, TemperatureReading} from './contract.js';

export interface ModbusTemperatureOptions {
  readonly id: DeviceId;
  readonly bus: RegisterBus;
  readonly unit: number;
  readonly listener: TemperatureListener;
  readonly profile?: TemperatureProfile;
  /** Start to start; default 5000. */
  readonly pollMs?: Millis;
  readonly onTrouble?: TroubleListener;
}

const DEFAULT_POLL_MS: Millis = 5000;

/** One probe behind a Modbus register. */
export class ModbusTemperature implements TemperatureInput {
  readonly id: DeviceId;
  readonly #poll: PolledUnit;
  #latest: TemperatureReading | undefined;

  constructor(options: ModbusTemperatureOptions) {
    const {id, bus, unit, listener, onTrouble} = options;
    const {profile = REFERENCE_TEMPERATURE_PROFILE, pollMs = DEFAULT_POLL_MS} = options;
    this.id = id;
    this.#poll = new PolledUnit({
      name: id,
      bus,
      read: {unit, table: profile.table, address: profile.register, quantity: 1},
      periodMs: () => pollMs,
      onValues: (values, atMs) => {
        const value = decodeTemperature(values, profile);
        this.#latest = {milliCelsius: value === 'none' ? undefined : value, atMs};
        listener.onTemperature(this.#latest);
      },
      onHealth: health => listener.onHealth(health),
      onTrouble,
    });
  }

  get health(): DeviceHealth {
    return this.#poll.health;
  }

  get latest(): TemperatureReading | undefined {
    return this.#latest;
  }

  close(): void {
    this.#poll.close();
  }
}
