import type {Millis} from '../../protocols/base/clock.js';
import {unreachable} from '../../protocols/base/errors.js';
import {DAY_MS} from '../../protocols/base/units.js';
import type {BayOccupancy, BaySensorState, SensorFault} from './contract.js';

/** When a flag is believed, and when its sensor is not. Source: requirements Q8. */
export interface SensorRules {
  readonly enterMs: Millis;
  readonly leaveMs: Millis;
  readonly flaps: number;
  readonly flapWithinMs: Millis;
  /** A fault is over when nothing has hinted at it for so long. */
  readonly faultQuietMs: Millis;
  /** Occupied this long without a break: the detector hangs. */
  readonly stuckOnMs: Millis;
  /** The arm let in more tenants than so many, and the flag never changed: the detector hangs. */
  readonly stuckAfterOpenings: number;
}

/** `assumed:` a car may stand in a leased bay for a week; eight tenants in a row do not all stay away. */
export const DEFAULT_SENSOR_RULES: SensorRules = {
  enterMs: 2000,
  leaveMs: 5000,
  flaps: 20,
  flapWithinMs: 10_000,
  faultQuietMs: 60_000,
  stuckOnMs: 7 * DAY_MS,
  stuckAfterOpenings: 8,
};

/** A loop, radar or geomagnetic detector behind a contact. Source: device notes 6.1, stuck-on alarm. */
export const CONTACT_SENSOR_RULES: SensorRules = {...DEFAULT_SENSOR_RULES, stuckOnMs: DAY_MS};

export type SensorInput =
  /** One reading of the flag. `broken`: the detector itself says that it cannot see. */
  | {
      readonly kind: 'flag';
      readonly flag: 'vacant' | 'occupied' | 'broken' | 'absent';
      readonly atMs: Millis;
    }
  /** The arm of this bay, read at the same time or from another device; neither while it moves. */
  | {
      readonly kind: 'arm';
      readonly up: boolean;
      readonly down?: boolean;
      readonly atMs: Millis;
    }
  /** Whatever carries the flag is offline. */
  | {readonly kind: 'lost'; readonly atMs: Millis};

export interface SensorMachineState {
  readonly told: BaySensorState;
  readonly raw: BayOccupancy;
  /** When the raw flag took its present value. */
  readonly rawSinceMs: Millis;
  readonly flipsMs: readonly Millis[];
  readonly armUpSinceMs: Millis | undefined;
  /** The arm has been up since it was last down. */
  readonly armWasUp: boolean;
  /** How often the arm came down since the raw flag took its present value. */
  readonly openings: number;
  /** What the flag hangs at, once it is known to hang; ends when the opposite is confirmed. */
  readonly stuckAt: BayOccupancy | undefined;
  readonly faultHintMs: Millis;
}

export interface SensorStep {
  readonly state: SensorMachineState;
  readonly effects: readonly {readonly kind: 'changed'; readonly state: BaySensorState}[];
}

export function newSensor(atMs: Millis): SensorMachineState {
  return {
    told: {occupancy: 'unknown', fault: undefined, sinceMs: atMs},
    raw: 'unknown',
    rawSinceMs: atMs,
    flipsMs: [],
    armUpSinceMs: undefined,
    armWasUp: false,
    openings: 0,
    stuckAt: undefined,
    faultHintMs: atMs,
  };
}

/**
 * Next state of a bay sensor. It runs on readings alone, without timers: a change is confirmed by a
 * reading that still says so after the debounce time, never by silence.
 */
export function stepSensor(
  state: SensorMachineState,
  input: SensorInput,
  rules: SensorRules = DEFAULT_SENSOR_RULES,
): SensorStep {
  switch (input.kind) {
    case 'flag':
      return finish(state, withFlag(state, input.flag, input.atMs, rules), input.atMs, rules);
    case 'arm':
      return finish(state, withArm(state, input), input.atMs, rules);
    case 'lost':
      return finish(state, withRaw(state, 'unknown', input.atMs), input.atMs, rules);
    default:
      return unreachable(input, 'sensor input');
  }
}

function withFlag(
  state: SensorMachineState,
  flag: 'vacant' | 'occupied' | 'broken' | 'absent',
  atMs: Millis,
  rules: SensorRules,
): SensorMachineState {
  switch (flag) {
    case 'absent':
      return withRaw(state, 'unknown', atMs);
    case 'broken':
      return hinted(withRaw(state, 'unknown', atMs), 'device', atMs);
    case 'vacant':
    case 'occupied': {
      const next = withRaw(state, flag, atMs);
      if (state.raw === flag || state.raw === 'unknown') return next;
      const flipsMs = [...state.flipsMs, atMs].filter(flip => atMs - flip <= rules.flapWithinMs);
      const flipped = {...next, flipsMs: flipsMs.slice(-rules.flaps)};
      // Any flip while flapping renews the fault, or a slower flapping would end it.
      const flapping = flipsMs.length >= rules.flaps || state.told.fault === 'flapping';
      return flapping ? hinted(flipped, 'flapping', atMs) : flipped;
    }
    default:
      return unreachable(flag, 'sensor flag');
  }
}

function withRaw(state: SensorMachineState, raw: BayOccupancy, atMs: Millis): SensorMachineState {
  return state.raw === raw ? state : {...state, raw, rawSinceMs: atMs, openings: 0};
}

function withArm(
  state: SensorMachineState,
  {up, down = false, atMs}: Extract<SensorInput, {kind: 'arm'}>,
): SensorMachineState {
  const armWasUp = up || (!down && state.armWasUp);
  const openings = state.openings + Number(down && state.armWasUp);
  const changed = up !== (state.armUpSinceMs !== undefined);
  const armUpSinceMs = changed ? (up ? atMs : undefined) : state.armUpSinceMs;
  return {...state, armUpSinceMs, armWasUp, openings};
}

/** The first fault names the state; a hint of whatever kind keeps it alive. */
function hinted(state: SensorMachineState, fault: SensorFault, atMs: Millis): SensorMachineState {
  const told = state.told.fault === undefined ? {...state.told, fault} : state.told;
  return {...state, told, faultHintMs: atMs};
}

function finish(
  before: SensorMachineState,
  after: SensorMachineState,
  atMs: Millis,
  rules: SensorRules,
): SensorStep {
  const contradicted = contradicts(after, atMs, rules)
    ? hinted(after, 'contradiction', atMs)
    : after;
  const judged = hangs(contradicted, atMs, rules)
    ? {...hinted(contradicted, 'stuck', atMs), stuckAt: contradicted.raw}
    : contradicted;
  const state = confirmed(quietened(judged, atMs, rules), atMs, rules);
  const {told} = state;
  const same = told.occupancy === before.told.occupancy && told.fault === before.told.fault;
  return {state, effects: same ? [] : [{kind: 'changed', state: told}]};
}

/** No car can stand where an arm has stood up for as long: one of the two is wrong. */
function contradicts(state: SensorMachineState, atMs: Millis, rules: SensorRules): boolean {
  if (state.raw !== 'occupied' || state.armUpSinceMs === undefined) return false;
  return atMs - Math.max(state.rawSinceMs, state.armUpSinceMs) >= rules.enterMs;
}

/** A flag that moves with nothing: neither with time nor with what the arm lets in and keeps out. */
function hangs(state: SensorMachineState, atMs: Millis, rules: SensorRules): boolean {
  if (state.raw === 'unknown') return false;
  if (state.openings > rules.stuckAfterOpenings) return true;
  return state.raw === 'occupied' && atMs - state.rawSinceMs >= rules.stuckOnMs;
}

function quietened(
  state: SensorMachineState,
  atMs: Millis,
  rules: SensorRules,
): SensorMachineState {
  if (state.stuckAt !== undefined) return state;
  const over = state.told.fault !== undefined && atMs - state.faultHintMs >= rules.faultQuietMs;
  return over ? {...state, flipsMs: [], told: {...state.told, fault: undefined}} : state;
}

/** A flag that is lost is lost at once; a flag that changed must last. */
function confirmed(
  state: SensorMachineState,
  atMs: Millis,
  rules: SensorRules,
): SensorMachineState {
  const {raw, told} = state;
  if (raw === told.occupancy) return state;
  const forMs = raw === 'occupied' ? rules.enterMs : raw === 'vacant' ? rules.leaveMs : 0;
  if (atMs - state.rawSinceMs < forMs) return state;
  const sinceMs = state.rawSinceMs;
  const next = {...state, told: {...told, occupancy: raw, sinceMs, flagSinceMs: sinceMs}};
  const freed = state.stuckAt !== undefined && raw !== 'unknown' && raw !== state.stuckAt;
  if (!freed) return next;
  // It moved with a car, so it does not hang: a hint of another kind lives on until it is quiet.
  const fault = told.fault === 'stuck' ? undefined : told.fault;
  return {...next, stuckAt: undefined, told: {...next.told, fault}};
}
