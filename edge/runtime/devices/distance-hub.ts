import type {RegisterBus} from '../../../drivers/bus/contract.js';
import type {InputListener} from '../../../drivers/discrete-inputs/contract.js';
import type {Ultrasonic} from '../../../drivers/ultrasonic/contract.js';
import {UltrasonicLine, type UltrasonicPlan} from '../../../drivers/ultrasonic/ultrasonic-line.js';
import type {Clock} from '../../../protocols/base/clock.js';
import {URM13_PROFILE, URM14_PROFILE} from '../../../protocols/profiles/ultrasonic-profile.js';
import {asId} from '../../../protocols/site/ids.js';
import type {PlantOf} from '../../config/device-kinds/plant-kinds.js';
import type {DeviceParts, SiteDevice} from './site-device.js';

const PROFILES = {urm14: URM14_PROFILE, urm13: URM13_PROFILE} as const;

/**
 * The ultrasonic sensors of a site, line by line: those of one line take turns. Everybody is added
 * first, then `start`.
 */
export class DistanceHub {
  readonly #clock: Clock;
  readonly #plans = new Map<RegisterBus, UltrasonicPlan[]>();
  readonly #bays = new Map<string, InputListener>();
  readonly #lines: UltrasonicLine[] = [];

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** A bay is watched by this sensor. */
  watch(sensor: string, bay: InputListener): void {
    this.#bays.set(sensor, bay);
  }

  add(config: PlantOf<'ultrasonic'>, parts: DeviceParts): SiteDevice {
    const {registers: bus} = parts.line();
    let isOccupied: boolean | undefined;
    const plan: UltrasonicPlan = {
      id: asId(config.id),
      unit: config.address,
      floorMm: config.floorMm,
      profile: PROFILES[config.profile],
      listener: {
        onInput: (isActive, atMs) => {
          if (isActive !== isOccupied) parts.reports.onEvent('distance', {isOccupied: isActive});
          isOccupied = isActive;
          this.#bays.get(config.id)?.onInput(isActive, atMs);
        },
        onInputHealth: health => {
          if (health === 'offline') isOccupied = undefined;
          parts.reports.onHealth(health);
          this.#bays.get(config.id)?.onInputHealth(health);
        },
      },
    };
    this.#plans.set(bus, [...(this.#plans.get(bus) ?? []), plan]);
    const find = () => this.#find(config.id);
    return {
      get health() {
        return find()?.health ?? 'unknown';
      },
      describe: () => {
        const distanceMm = find()?.distanceMm;
        if (isOccupied === undefined) return '';
        return `${isOccupied ? 'occupied' : 'vacant'}, ${distanceMm ?? '?'} mm`;
      },
      close: () => {},
    };
  }

  start(): void {
    for (const [bus, sensors] of this.#plans) {
      this.#lines.push(new UltrasonicLine({bus, clock: this.#clock, sensors}));
    }
  }

  close(): void {
    for (const line of this.#lines) line.close();
  }

  #find(id: string): Ultrasonic | undefined {
    return this.#lines.flatMap(line => line.sensors).find(sensor => sensor.id === id);
  }
}
