import {DebouncedSensor} from '../../drivers/bay-sensor/debounced-sensor.js';
import type {InputListener} from '../../drivers/discrete-inputs/contract.js';
import type {ParkingLock, ParkingLockListener} from '../../drivers/parking-lock/contract.js';
import type {Clock} from '../../protocols/base/clock.js';
import {asId, type BayId} from '../../protocols/site/ids.js';
import type {BaySiteConfig} from '../config/collector-schema.js';
import type {BaySense, LotInput} from '../domain/lot/contract.js';

export interface BayHardware {
  readonly lock: ParkingLock;
  /** Undefined where the bay is not watched. */
  readonly sensor: DebouncedSensor | undefined;
  /** The contact or distance of the bay, for what reads it. */
  readonly input: InputListener | undefined;
  sense(): BaySense;
  close(): void;
}

export interface BayHardwareOptions {
  readonly bay: BaySiteConfig;
  readonly makeLock: (listener: ParkingLockListener) => ParkingLock;
  readonly clock: Clock;
  readonly dispatch: (input: LotInput) => void;
}

/** The lock of a bay and the sensor that watches it, telling the lot what they see. */
export function createBayHardware(options: BayHardwareOptions): BayHardware {
  const {bay: config, clock, dispatch, makeLock} = options;
  const bay: BayId = asId(config.id);
  const sensor =
    config.sensor.from === 'none'
      ? undefined
      : new DebouncedSensor({
          id: asId(config.sensor.from === 'lock' ? config.lock : config.sensor.device),
          clock,
          source: config.sensor.from === 'lock' ? 'lock' : 'input',
          listener: {onChange: state => dispatch({kind: 'occupancy', bay, sensor: state})},
        });
  const lock = makeLock({
    // The sensor first: a lock reading must not be judged by a flag that is one poll older.
    onReading: reading => {
      sensor?.onLockReading(reading);
      dispatch({kind: 'lockReading', bay, reading});
    },
    onIdentity: identity => dispatch({kind: 'lockIdentity', bay, identity}),
    onHealth: health => {
      sensor?.onLockHealth(health);
      dispatch({kind: 'lockHealth', bay, health});
    },
  });
  return {
    lock,
    sensor,
    input: config.sensor.from === 'lock' ? undefined : sensor,
    sense: () => ({raw: sensor?.raw ?? 'unknown', polledMs: lock.latest?.atMs}),
    close: () => {
      sensor?.close();
      lock.close();
    },
  };
}
