import type {Millis} from '../../protocols/base/clock.js';
import {unreachable} from '../../protocols/base/errors.js';
import type {DoorFault} from './contract.js';

export interface DoorTimes {
  /** How long after a release the door may still be pulled open. */
  readonly entryMs: Millis;
  /** An open door is held open after this long. `assumed:` 60 s */
  readonly heldAfterMs: Millis;
}

export interface DoorState {
  readonly isOpen: boolean | undefined;
  /** Until when an opening has a reason. */
  readonly allowedUntilMs: Millis;
  readonly faults: ReadonlySet<DoorFault>;
}

export type DoorInput =
  | {readonly kind: 'released'}
  /** `isExit`: the exit button or handle contact; undefined: there is none. */
  | {readonly kind: 'contacts'; readonly isOpen: boolean; readonly isExit: boolean | undefined}
  | {readonly kind: 'lost'}
  | {readonly kind: 'due'};

export type DoorEffect =
  | {readonly kind: 'door'; readonly isOpen: boolean | undefined}
  | {readonly kind: 'fault'; readonly fault: DoorFault; readonly isStanding: boolean}
  | {readonly kind: 'wait'; readonly afterMs: Millis}
  | {readonly kind: 'rest'};

export interface DoorStep {
  readonly state: DoorState;
  readonly effects: readonly DoorEffect[];
}

export const NEW_DOOR: DoorState = {
  isOpen: undefined,
  allowedUntilMs: Number.NEGATIVE_INFINITY,
  faults: new Set(),
};

/**
 * Next state of a door. Without an exit contact nobody can tell a way out from a break-in, so forced
 * openings are told only where there is one.
 */
export function stepDoor(
  state: DoorState,
  input: DoorInput,
  nowMs: Millis,
  times: DoorTimes,
): DoorStep {
  switch (input.kind) {
    case 'released':
      return {state: {...state, allowedUntilMs: nowMs + times.entryMs}, effects: []};
    case 'contacts':
      return stepContacts(state, input.isOpen, input.isExit, nowMs, times);
    case 'lost': {
      const effects: readonly DoorEffect[] =
        state.isOpen === undefined ? [] : [{kind: 'door', isOpen: undefined}, {kind: 'rest'}];
      return {state: {...state, isOpen: undefined}, effects};
    }
    case 'due': {
      const effects: DoorEffect[] = [];
      if (state.isOpen !== true) return {state, effects};
      return {state: withFault(state, 'held_open', true, effects), effects};
    }
    default:
      return unreachable(input, 'door input');
  }
}

function stepContacts(
  before: DoorState,
  isOpen: boolean,
  isExit: boolean | undefined,
  nowMs: Millis,
  times: DoorTimes,
): DoorStep {
  const effects: DoorEffect[] = [];
  const allowedUntilMs =
    isExit === true
      ? Math.max(before.allowedUntilMs, nowMs + times.entryMs)
      : before.allowedUntilMs;
  let state: DoorState = {...before, isOpen, allowedUntilMs};
  if (isOpen === before.isOpen) return {state, effects};
  effects.push({kind: 'door', isOpen});
  if (!isOpen) {
    effects.push({kind: 'rest'});
    state = withFault(state, 'held_open', false, effects);
    return {state: withFault(state, 'forced_open', false, effects), effects};
  }
  effects.push({kind: 'wait', afterMs: times.heldAfterMs});
  const isForced = before.isOpen === false && isExit !== undefined && nowMs > allowedUntilMs;
  return {state: isForced ? withFault(state, 'forced_open', true, effects) : state, effects};
}

function withFault(
  state: DoorState,
  fault: DoorFault,
  isStanding: boolean,
  effects: DoorEffect[],
): DoorState {
  if (state.faults.has(fault) === isStanding) return state;
  effects.push({kind: 'fault', fault, isStanding});
  const others = [...state.faults].filter(other => other !== fault);
  return {...state, faults: new Set(isStanding ? [...others, fault] : others)};
}
