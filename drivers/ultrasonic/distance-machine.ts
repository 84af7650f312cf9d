import type {Millis} from '../../protocols/base/clock.js';

/** When a distance means a car. Source: device notes 6.1. */
export interface DistanceRules {
  /** From the sensor to the empty floor. */
  readonly floorMm: number;
  readonly carHeightMm: number;
  readonly samples: number;
  readonly nearSamples: number;
  readonly releaseMs: Millis;
}

export const DEFAULT_DISTANCE_RULES: Omit<DistanceRules, 'floorMm'> = {
  carHeightMm: 400,
  samples: 5,
  nearSamples: 3,
  releaseMs: 10_000,
};

export interface DistanceState {
  readonly recent: readonly (number | 'none')[];
  /** Undefined until there are enough samples, and while nothing at all sends an echo. */
  readonly isOccupied: boolean | undefined;
  readonly freeSinceMs: Millis | undefined;
}

export const NO_DISTANCE: DistanceState = {
  recent: [],
  isOccupied: undefined,
  freeSinceMs: undefined,
};

/**
 * Next state after one sample. Occupied: 3 of the last 5 samples end 400 mm above the floor or higher.
 * Vacant: that has not been so for 10 s. Five samples without an echo are a blind sensor: even an empty
 * floor sends one.
 */
export function stepDistance(
  state: DistanceState,
  sample: number | 'none',
  atMs: Millis,
  rules: DistanceRules,
): DistanceState {
  const recent = [...state.recent, sample].slice(-rules.samples);
  const isNear = (one: number | 'none') =>
    one !== 'none' && one < rules.floorMm - rules.carHeightMm;
  const isFull = recent.length === rules.samples;
  if (isFull && recent.every(one => one === 'none')) {
    return {recent, isOccupied: undefined, freeSinceMs: undefined};
  }
  if (recent.filter(isNear).length >= rules.nearSamples) {
    return {recent, isOccupied: true, freeSinceMs: undefined};
  }
  if (!isFull) return {...state, recent};
  const freeSinceMs = state.freeSinceMs ?? atMs;
  // At the start there is no car to be released: the floor itself has been seen.
  const isReleased = state.isOccupied !== true || atMs - freeSinceMs >= rules.releaseMs;
  return {recent, isOccupied: isReleased ? false : state.isOccupied, freeSinceMs};
}
