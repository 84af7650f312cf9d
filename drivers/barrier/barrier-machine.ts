import type {Millis} from '../../protocols/base/clock.js';
import {unreachable} from '../../protocols/base/errors.js';
import type {RelayOutcome} from '../relay-board/contract.js';
import type {BarrierFault} from './contract.js';
import {ABSENT, type Presence, stepPresence} from './presence.js';

/** One poll of all contacts. `approachLoop` undefined: there is none; a missing photocell reads false. */
export interface BarrierContacts {
  readonly openLimit: boolean;
  readonly closedLimit: boolean;
  readonly safetyLoop: boolean;
  readonly photocell: boolean;
  readonly approachLoop: boolean | undefined;
}

export interface BarrierTimes {
  /** The open limit must be there this long after the order. Source: device notes 3.6. */
  readonly openWithinMs: Millis;
  readonly closeWithinMs: Millis;
  /** Nobody below for this long before the arm comes down; a gap shorter than this is one car. */
  readonly clearForMs: Millis;
  /** An older poll of the contacts is no knowledge. */
  readonly freshForMs: Millis;
  /** A car that was let in and does not come. */
  readonly waitForCarMs: Millis;
}

/** `assumed:` all but the first. */
export const BARRIER_TIMES: BarrierTimes = {
  openWithinMs: 6000,
  closeWithinMs: 6000,
  clearForMs: 500,
  freshForMs: 500,
  waitForCarMs: 60_000,
};

export type BarrierPhase = 'rest' | 'opening' | 'open' | 'closing' | 'stopped';
export type BarrierPulse = 'open' | 'close' | 'stop';
export type BarrierTimer = 'travel' | 'car' | 'fresh';

export interface BarrierState {
  readonly phase: BarrierPhase;
  /** Cars let in and cars gone through since the arm left its rest. */
  readonly authorised: number;
  readonly cars: number;
  readonly isHeld: boolean;
  readonly wantsClose: boolean;
  /** The time to come down is over, and the arm may still be on its way. */
  readonly isSlow: boolean;
  readonly contacts: BarrierContacts | undefined;
  readonly contactsMs: Millis;
  /** Since when every poll, without a gap, found nobody below; undefined: somebody, or not known. */
  readonly clearSinceMs: Millis | undefined;
  readonly below: Presence;
  readonly before: Presence;
  readonly faults: ReadonlySet<BarrierFault>;
}

export type BarrierOrder = 'open' | 'close' | 'stay' | 'stop' | 'hold' | 'release';

export type BarrierInput =
  | {readonly kind: 'order'; readonly order: BarrierOrder}
  | {readonly kind: 'contacts'; readonly contacts: BarrierContacts; readonly atMs: Millis}
  /** The board of the contacts is gone. */
  | {readonly kind: 'lost'}
  | {readonly kind: 'pulsed'; readonly order: BarrierPulse; readonly outcome: RelayOutcome}
  | {readonly kind: 'due'; readonly timer: BarrierTimer};

export type BarrierEffect =
  | {readonly kind: 'pulse'; readonly order: BarrierPulse}
  | {readonly kind: 'wait'; readonly timer: BarrierTimer; readonly afterMs: Millis}
  | {readonly kind: 'rest'; readonly timer: BarrierTimer}
  | {readonly kind: 'tailgate'; readonly cars: number; readonly authorised: number}
  | {readonly kind: 'fault'; readonly fault: BarrierFault; readonly isStanding: boolean};

export interface BarrierStep {
  readonly state: BarrierState;
  readonly effects: readonly BarrierEffect[];
}

export const NEW_BARRIER: BarrierState = {
  phase: 'rest',
  authorised: 0,
  cars: 0,
  isHeld: false,
  wantsClose: false,
  isSlow: false,
  contacts: undefined,
  contactsMs: Number.NEGATIVE_INFINITY,
  clearSinceMs: undefined,
  below: ABSENT,
  before: ABSENT,
  faults: new Set(),
};

/**
 * Next state of a barrier. The one way to a `close` pulse is a fresh poll of the contacts which, like
 * all polls of the last `clearForMs`, found nobody below. Source: device notes 3.6; requirement P10.
 */
export function stepBarrier(
  state: BarrierState,
  input: BarrierInput,
  nowMs: Millis,
  times: BarrierTimes = BARRIER_TIMES,
): BarrierStep {
  switch (input.kind) {
    case 'order':
      return stepOrder(state, input.order, times);
    case 'contacts':
      return stepContacts(state, input.contacts, input.atMs, nowMs, times);
    case 'lost':
      return blind(state, times);
    case 'pulsed':
      return stepPulsed(state, input.order, input.outcome);
    case 'due':
      return stepDue(state, input.timer, times);
    default:
      return unreachable(input, 'barrier input');
  }
}

function stepOrder(state: BarrierState, order: BarrierOrder, times: BarrierTimes): BarrierStep {
  switch (order) {
    case 'open':
      return lift({...state, authorised: state.authorised + 1, wantsClose: false}, times);
    case 'hold':
      return lift({...state, isHeld: true, wantsClose: false}, times);
    case 'release':
      return {state: {...state, isHeld: false, wantsClose: true}, effects: []};
    case 'close':
      // An arm that is down already would be ordered down for nothing.
      return {state: {...state, wantsClose: !isDown(state)}, effects: []};
    case 'stay':
      return {state: {...state, wantsClose: false}, effects: []};
    case 'stop':
      return {
        state: {...state, phase: 'stopped', wantsClose: false},
        effects: [{kind: 'pulse', order: 'stop'}, rest('travel'), rest('car'), rest('fresh')],
      };
    default:
      return unreachable(order, 'barrier order');
  }
}

function lift(state: BarrierState, times: BarrierTimes): BarrierStep {
  return {
    state: {...state, phase: 'opening'},
    effects: [
      {kind: 'pulse', order: 'open'},
      {kind: 'wait', timer: 'travel', afterMs: times.openWithinMs},
      rest('car'),
      rest('fresh'),
    ],
  };
}

function stepContacts(
  before: BarrierState,
  contacts: BarrierContacts,
  atMs: Millis,
  nowMs: Millis,
  times: BarrierTimes,
): BarrierStep {
  const effects: BarrierEffect[] = [];
  let state = watchBelow(before, contacts, atMs, times);
  state = countCars(before, state, effects);
  state = settleArm(state, effects, times);
  if (state.phase === 'closing') {
    if (state.clearSinceMs === undefined) {
      const reopened = lift(state, times);
      return {state: reopened.state, effects: [...effects, ...reopened.effects]};
    }
    effects.push({kind: 'wait', timer: 'fresh', afterMs: times.freshForMs});
  }
  if (!mayClose(state, atMs, nowMs, times)) return {state, effects};
  effects.push(
    {kind: 'pulse', order: 'close'},
    {kind: 'wait', timer: 'travel', afterMs: times.closeWithinMs},
    {kind: 'wait', timer: 'fresh', afterMs: times.freshForMs},
    rest('car'),
  );
  return {state: {...state, phase: 'closing', isSlow: false}, effects};
}

/** What one more poll says of the place below the arm and before it. */
function watchBelow(
  state: BarrierState,
  contacts: BarrierContacts,
  atMs: Millis,
  times: BarrierTimes,
): BarrierState {
  const hasGap = atMs - state.contactsMs > times.freshForMs;
  const isClear = !contacts.safetyLoop && !contacts.photocell;
  const since = hasGap ? undefined : state.clearSinceMs;
  return {
    ...state,
    contacts,
    contactsMs: atMs,
    clearSinceMs: isClear ? (since ?? atMs) : undefined,
    below: stepPresence(state.below, contacts.safetyLoop, atMs, times.clearForMs),
    before: stepPresence(state.before, contacts.approachLoop === true, atMs, times.clearForMs),
  };
}

/**
 * With a loop before the arm a car has gone through when its rear leaves that loop while the loop
 * below is taken: one that backs out counts nothing, and two without a gap below count as two. With
 * the loop below alone every arrival there counts.
 */
function countCars(
  earlier: BarrierState,
  state: BarrierState,
  effects: BarrierEffect[],
): BarrierState {
  if (state.phase === 'rest') return state;
  const hasPassed =
    state.contacts?.approachLoop === undefined
      ? state.below.isThere && !earlier.below.isThere
      : earlier.before.isThere && !state.before.isThere && state.below.isThere;
  if (!hasPassed) return state;
  const cars = state.cars + 1;
  const {authorised, isHeld} = state;
  if (cars > authorised && !isHeld) effects.push({kind: 'tailgate', cars, authorised});
  return {...state, cars};
}

/** What the limits make of the phase and of the faults. */
function settleArm(
  before: BarrierState,
  effects: BarrierEffect[],
  times: BarrierTimes,
): BarrierState {
  const {openLimit = false, closedLimit = false} = before.contacts ?? {};
  const isSound = !(openLimit && closedLimit);
  let state = withFault(before, 'limits', !isSound, effects);
  if (!isSound) return state;
  if (openLimit) state = withFault(state, 'not_open', false, effects);
  if (closedLimit) state = withFault(state, 'not_closed', false, effects);
  if (state.phase === 'opening' && openLimit) {
    effects.push(rest('travel'), {kind: 'wait', timer: 'car', afterMs: times.waitForCarMs});
    return {...state, phase: 'open'};
  }
  if (state.phase === 'open' && !openLimit) {
    // It was told open by the limit that it was just leaving, or somebody else moves it.
    effects.push({kind: 'wait', timer: 'travel', afterMs: times.openWithinMs});
    return {...state, phase: 'opening'};
  }
  if (closedLimit && (state.phase === 'closing' || state.phase === 'stopped')) {
    effects.push(rest('travel'), rest('fresh'), rest('car'));
    return {...state, phase: 'rest', authorised: 0, cars: 0, wantsClose: false};
  }
  return state;
}

function mayClose(state: BarrierState, atMs: Millis, nowMs: Millis, times: BarrierTimes): boolean {
  const {phase, contacts, clearSinceMs} = state;
  if ((phase === 'closing' && !state.isSlow) || state.isHeld) return false;
  // An open limit that never comes must not bar the order of a person.
  if (phase === 'opening' && !state.faults.has('not_open')) return false;
  if (!contacts || contacts.closedLimit || state.below.isThere) return false;
  const isDone = phase === 'open' && state.cars > 0 && state.cars >= state.authorised;
  if (!isDone && !state.wantsClose) return false;
  const isClear = clearSinceMs !== undefined && atMs - clearSinceMs >= times.clearForMs;
  return isClear && nowMs - atMs <= times.freshForMs;
}

/** Nothing is known of the place below any more. */
function blind(state: BarrierState, times: BarrierTimes): BarrierStep {
  const unknown = {...state, contacts: undefined, clearSinceMs: undefined};
  return state.phase === 'closing' ? lift(unknown, times) : {state: unknown, effects: []};
}

function stepPulsed(state: BarrierState, order: BarrierPulse, outcome: RelayOutcome): BarrierStep {
  const hasFailed = outcome === 'refused' || outcome === 'not_sent';
  if (!hasFailed || order === 'stop') return {state, effects: []};
  return order === 'open' ? notOpen(state) : notClosed(state);
}

function stepDue(state: BarrierState, timer: BarrierTimer, times: BarrierTimes): BarrierStep {
  switch (timer) {
    case 'travel':
      if (state.phase === 'opening') return notOpen(state);
      if (state.phase !== 'closing') return {state, effects: []};
      return state.isSlow ? notClosed(state) : notYetClosed(state, times);
    case 'car':
      return {state: {...state, wantsClose: true}, effects: []};
    case 'fresh':
      return blind(state, times);
    default:
      return unreachable(timer, 'barrier timer');
  }
}

function notOpen(state: BarrierState): BarrierStep {
  const effects: BarrierEffect[] = [];
  return {state: withFault(state, 'not_open', true, effects), effects};
}

/** Told as a fault, and watched for once more the same time: a car that comes now must still lift it. */
function notYetClosed(state: BarrierState, times: BarrierTimes): BarrierStep {
  const effects: BarrierEffect[] = [{kind: 'wait', timer: 'travel', afterMs: times.closeWithinMs}];
  const told = withFault(state, 'not_closed', true, effects);
  return {state: {...told, isSlow: true, wantsClose: false}, effects};
}

/** A person must look: the arm is not ordered down again by itself. */
function notClosed(state: BarrierState): BarrierStep {
  if (state.phase !== 'closing') return {state, effects: []};
  const effects: BarrierEffect[] = [rest('fresh'), rest('travel')];
  const told = withFault(state, 'not_closed', true, effects);
  return {state: {...told, phase: 'stopped', wantsClose: false}, effects};
}

function withFault(
  state: BarrierState,
  fault: BarrierFault,
  isStanding: boolean,
  effects: BarrierEffect[],
): BarrierState {
  if (state.faults.has(fault) === isStanding) return state;
  effects.push({kind: 'fault', fault, isStanding});
  const others = [...state.faults].filter(other => other !== fault);
  return {...state, faults: new Set(isStanding ? [...others, fault] : others)};
}

function isDown(state: BarrierState): boolean {
  return state.phase === 'rest' && state.contacts?.closedLimit === true;
}

function rest(timer: BarrierTimer): BarrierEffect {
  return {kind: 'rest', timer};
}
