import type {Clock, Millis} from '../../protocols/base/clock.js';
import type {DeviceId} from '../../protocols/site/ids.js';
import type {DeviceHealth} from '../bus/contract.js';
import type {LockReading, VehicleFlag} from '../parking-lock/contract.js';
import type {BayOccupancy, BaySensor, BaySensorListener, BaySensorState} from './contract.js';
import {
  CONTACT_SENSOR_RULES,
  DEFAULT_SENSOR_RULES,
  newSensor,
  type SensorInput,
  type SensorRules,
  stepSensor,
} from './sensor-machine.js';

export interface DebouncedSensorOptions {
  readonly id: DeviceId;
  readonly clock: Clock;
  readonly listener: BaySensorListener;
  /** Default: by source; a contact counts as stuck after 24 h of occupied, a lock's detector after a week. */
  readonly rules?: SensorRules;
  /** `lock`: the lock's own detector. `input`: a contact elsewhere; the lock then only tells its arm. */
  readonly source: 'lock' | 'input';
}

const FLAG_OF = {
  none: 'absent',
  absent: 'vacant',
  present: 'occupied',
  fault: 'broken',
} as const satisfies Record<VehicleFlag, string>;

/**
 * A bay's vehicle sensor, fed by what carries its flag. It polls nothing itself: the owner passes on
 * every reading and health of the bay's lock and, for a contact, of its input board.
 */
export class DebouncedSensor implements BaySensor {
  readonly id: DeviceId;
  readonly #options: DebouncedSensorOptions;
  #state;
  #closed = false;

  constructor(options: DebouncedSensorOptions) {
    this.id = options.id;
    this.#options = options;
    this.#state = newSensor(options.clock.nowMs());
  }

  get state(): BaySensorState {
    return this.#state.told;
  }

  get raw(): BayOccupancy {
    return this.#state.raw;
  }

  /** A reading of the bay's lock: its arm always, its vehicle flag when that is the source. */
  onLockReading(reading: LockReading): void {
    const {atMs} = reading;
    // A moving, blocked or forced arm proves nothing about the space beneath it.
    this.#take({kind: 'arm', up: reading.arm === 'up', down: reading.arm === 'down', atMs});
    if (this.#options.source !== 'lock') return;
    this.#take({kind: 'flag', flag: FLAG_OF[reading.vehicle], atMs});
  }

  onLockHealth(health: DeviceHealth): void {
    if (health !== 'offline') return;
    const atMs = this.#options.clock.nowMs();
    this.#take({kind: 'arm', up: false, atMs});
    if (this.#options.source === 'lock') this.#take({kind: 'lost', atMs});
  }

  /** The contact of this bay; `active` = occupied. */
  onInput(active: boolean, atMs: Millis): void {
    this.#take({kind: 'flag', flag: active ? 'occupied' : 'vacant', atMs});
  }

  onInputHealth(health: DeviceHealth): void {
    if (health === 'offline') this.#take({kind: 'lost', atMs: this.#options.clock.nowMs()});
  }

  close(): void {
    this.#closed = true;
  }

  #take(input: SensorInput): void {
    if (this.#closed) return;
    const {source, listener} = this.#options;
    const {rules = source === 'lock' ? DEFAULT_SENSOR_RULES : CONTACT_SENSOR_RULES} = this.#options;
    const {state, effects} = stepSensor(this.#state, input, rules);
    this.#state = state;
    for (const effect of effects) listener.onChange(effect.state);
  }
}
