import {ModbusTemperature} from '../../../drivers/temperature/modbus-temperature.js';
import type {Millis} from '../../../protocols/base/clock.js';
import {
  REFERENCE_TEMPERATURE_PROFILE,
  URM_TEMPERATURE_PROFILE,
} from '../../../protocols/profiles/temperature-profile.js';
import type {PlantOf} from '../../config/device-kinds/plant-kinds.js';
import type {PlantParts} from './plant-parts.js';
import type {SiteDevice} from './site-device.js';

const PROFILES = {reference: REFERENCE_TEMPERATURE_PROFILE, urm: URM_TEMPERATURE_PROFILE} as const;
/** A temperature is journalled when it has moved this far, at most so often. */
const STEP_MILLI_CELSIUS = 500;
const TELL_EVERY_MS: Millis = 60_000;

/** A temperature probe; one that is torn off is told once, as null. */
export function createTemperature(
  config: PlantOf<'temperature-input'>,
  parts: PlantParts,
): SiteDevice {
  const {id, reports, water} = parts;
  let told: {readonly milliCelsius: number | undefined; readonly atMs: Millis} | undefined;
  const probe = new ModbusTemperature({
    ...{id, unit: config.address, pollMs: config.pollMs, onTrouble: reports.onTrouble},
    bus: parts.line().registers,
    profile: PROFILES[config.profile],
    listener: {
      onTemperature: reading => {
        water?.onTemperature(reading.milliCelsius);
        if (told && !isNews(told, reading)) return;
        told = reading;
        reports.onEvent('temperature', {milliCelsius: reading.milliCelsius ?? null});
      },
      onHealth: health => {
        if (health === 'offline') water?.onTemperature(undefined);
        reports.onHealth(health);
      },
    },
  });
  return {
    get health() {
      return probe.health;
    },
    describe: () => {
      const {latest} = probe;
      if (!latest) return '';
      if (latest.milliCelsius === undefined) return 'no probe';
      return `${(latest.milliCelsius / 1000).toFixed(1)} °C`;
    },
    close: () => probe.close(),
  };
}

interface Told {
  readonly milliCelsius: number | undefined;
  readonly atMs: Millis;
}

function isNews(told: Told, {milliCelsius, atMs}: Told): boolean {
  if (milliCelsius === undefined || told.milliCelsius === undefined) {
    return milliCelsius !== told.milliCelsius;
  }
  const isFar = Math.abs(milliCelsius - told.milliCelsius) >= STEP_MILLI_CELSIUS;
  return isFar && atMs - told.atMs >= TELL_EVERY_MS;
}
