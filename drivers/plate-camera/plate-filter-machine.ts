import type {Millis} from '../../protocols/base/clock.js';
import type {PlateSeen, PlateSighting} from './contract.js';

/** The same plate on the same lane within this time is the same car. Source: device notes 5.1. */
const SAME_CAR_MS: Millis = 10_000;
/** Below it a person looks at the picture. Source: device notes 5.1; requirements P8. */
const SURE_CONFIDENCE = 80;
/** Recognitions remembered to know a repeated one; a camera offers up to 9,000 old records in order. */
const MEMORY = 256;
/** A number counts as the same one for this long when the camera gives no time: it restarts at 0. */
const SAME_NUMBER_MS: Millis = 600_000;

interface Remembered {
  readonly seen: PlateSeen;
  readonly worth: number;
}

export interface PlateFilterState {
  /** Newest last. */
  readonly told: readonly Remembered[];
  /** Repetitions dropped so far. */
  readonly repeats: number;
}

export interface PlateFilterStep {
  readonly state: PlateFilterState;
  /** Undefined: known already. */
  readonly sighting: PlateSighting | undefined;
}

export const NEW_PLATE_FILTER: PlateFilterState = {told: [], repeats: 0};

const WORTH: Readonly<Record<PlateSighting['kind'], number>> = {
  record: 0,
  no_plate: 1,
  ask: 2,
  arrival: 3,
};

/**
 * What a recognition is worth, and whether it was told already. A surer reading of the same plate is
 * told again; an old record never hides the car that stands there now.
 */
export function stepPlateFilter(state: PlateFilterState, seen: PlateSeen): PlateFilterStep {
  const sighting = sightingOf(seen);
  const worth = WORTH[sighting.kind];
  const isKnown = state.told.some(earlier => earlier.worth >= worth && isSame(earlier.seen, seen));
  if (isKnown) return {state: {...state, repeats: state.repeats + 1}, sighting: undefined};
  const told = [...state.told, {seen, worth}].slice(-MEMORY);
  return {state: {...state, told}, sighting};
}

function sightingOf(seen: PlateSeen): PlateSighting {
  if (seen.isOffline) return {kind: 'record', opens: false, seen};
  if (seen.plate === '') return {kind: 'no_plate', opens: false, seen};
  const isSure = seen.confidence !== undefined && seen.confidence >= SURE_CONFIDENCE;
  return isSure ? {kind: 'arrival', opens: true, seen} : {kind: 'ask', opens: false, seen};
}

function isSame(earlier: PlateSeen, seen: PlateSeen): boolean {
  if (earlier.device !== seen.device || earlier.plate !== seen.plate) return false;
  return isSameNumber(earlier, seen) || isSameMoment(earlier, seen);
}

function isSameNumber(earlier: PlateSeen, seen: PlateSeen): boolean {
  if (seen.plateId === undefined || earlier.plateId !== seen.plateId) return false;
  if (earlier.capturedWallMs !== seen.capturedWallMs) return false;
  return seen.capturedWallMs !== undefined || seen.atMs - earlier.atMs <= SAME_NUMBER_MS;
}

/** Old records come in a rush: the same plate twice among them is two visits. */
function isSameMoment(earlier: PlateSeen, seen: PlateSeen): boolean {
  return !seen.isOffline && !earlier.isOffline && seen.atMs - earlier.atMs < SAME_CAR_MS;
}
