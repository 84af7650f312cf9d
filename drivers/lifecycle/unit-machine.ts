import {unreachable} from '../../protocols/base/errors.js';
import type {BusOutcome, DeviceHealth} from '../bus/contract.js';

/**
 * What is known of the life of one unit: what the line says, and whether the unit lately refused the
 * very read that it is polled with. A unit that refuses is on the wire and yet of no use to anybody.
 */
export interface UnitState {
  readonly line: DeviceHealth;
  /** Exception code of the refusal that stands; undefined while the unit serves its registers. */
  readonly refusal: number | undefined;
}

export type UnitInput =
  | {readonly kind: 'health'; readonly health: DeviceHealth}
  | {readonly kind: 'outcome'; readonly outcome: BusOutcome};

export type UnitEffect =
  | {readonly kind: 'health'; readonly health: DeviceHealth}
  | {readonly kind: 'values'; readonly values: readonly number[]; readonly atMs: number}
  | {readonly kind: 'trouble'; readonly code: string; readonly exceptionCode: number};

export interface UnitStep {
  readonly state: UnitState;
  readonly effects: readonly UnitEffect[];
}

export const NEW_UNIT: UnitState = {line: 'unknown', refusal: undefined};

/** Modbus Application Protocol V1.1b3, 7: 5 acknowledge, 6 busy. Both mean "ask again later". */
const LATER = new Set([5, 6]);
/** Same section: 1 function, 2 address, 3 value. The profile does not fit the device. */
const MISFIT = new Set([1, 2, 3]);

/** Health as the owner of a driver sees it: a unit that refuses its registers counts as offline. */
export function healthOf(state: UnitState): DeviceHealth {
  return state.refusal === undefined ? state.line : 'offline';
}

/** Next state of a unit and what its driver must tell. Source: device notes 1.4 (4). */
export function stepUnit(state: UnitState, input: UnitInput): UnitStep {
  switch (input.kind) {
    case 'health':
      return told(state, {...state, line: input.health}, []);
    case 'outcome':
      return stepOutcome(state, input.outcome);
    default:
      return unreachable(input, 'unit input');
  }
}

function stepOutcome(state: UnitState, outcome: BusOutcome): UnitStep {
  switch (outcome.kind) {
    case 'values':
      return told(state, {...state, refusal: undefined}, [
        {kind: 'values', values: outcome.values, atMs: outcome.atMs},
      ]);
    case 'exception':
      return stepException(state, outcome.exceptionCode);
    case 'written':
    case 'timeout':
    case 'down':
      return {state, effects: []};
    default:
      return unreachable(outcome, 'bus outcome');
  }
}

function stepException(state: UnitState, exceptionCode: number): UnitStep {
  if (LATER.has(exceptionCode) || state.refusal !== undefined) return {state, effects: []};
  const code = MISFIT.has(exceptionCode) ? 'device/profile-misfit' : 'device/failed';
  return told(state, {...state, refusal: exceptionCode}, [{kind: 'trouble', code, exceptionCode}]);
}

function told(before: UnitState, state: UnitState, effects: readonly UnitEffect[]): UnitStep {
  const health = healthOf(state);
  if (health === healthOf(before)) return {state, effects};
  return {state, effects: [{kind: 'health', health}, ...effects]};
}
