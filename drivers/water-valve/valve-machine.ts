import type {Millis} from '../../protocols/base/clock.js';
import {unreachable} from '../../protocols/base/errors.js';
import type {ValveFault, ValvePosition, WaterValveState} from './contract.js';

/** Source: device notes 6.3, requirements B8. */
export interface ValveRules {
  /** Within it a reading must prove an order. */
  readonly confirmMs: Millis;
  /** Start to start of the readings that prove it. */
  readonly readEveryMs: Millis;
  /** A valve not proved closed is told to close again this often. */
  readonly recloseMs: Millis;
  readonly leakMs: Millis;
  /** So often an order is put on the wire while no answer to it comes; both are absolute, and do no harm twice. */
  readonly tries: number;
  /** Undefined: the meter is too coarse to tell. */
  readonly noFlowMs: Millis | undefined;
}

export const DEFAULT_VALVE_RULES: ValveRules = {
  confirmMs: 3000,
  readEveryMs: 1000,
  recloseMs: 30_000,
  leakMs: 10_000,
  tries: 3,
  noFlowMs: 10_000,
};

export type ValveInput =
  | {readonly kind: 'open'; readonly forMs: Millis; readonly atMs: Millis}
  | {readonly kind: 'close'; readonly atMs: Millis}
  /** The order left, whatever came back: only a reading younger than this proves it. */
  | {readonly kind: 'written'; readonly isAnswered: boolean; readonly atMs: Millis}
  | {
      readonly kind: 'reading';
      readonly valve: 'open' | 'closed' | 'fault' | 'unknown';
      /** Undefined: the meter cannot tell. */
      readonly isFlowing: boolean | undefined;
      readonly atMs: Millis;
    }
  /** The link or the device is gone. */
  | {readonly kind: 'lost'; readonly atMs: Millis}
  | {readonly kind: 'due'; readonly atMs: Millis};

export type ValveEffect =
  | {readonly kind: 'write'; readonly order: 'open' | 'close'}
  | {readonly kind: 'read'}
  | {readonly kind: 'changed'; readonly state: WaterValveState}
  | {readonly kind: 'fault'; readonly fault: ValveFault; readonly isStanding: boolean}
  | {readonly kind: 'noFlow'};

export interface ValveMachineState {
  readonly desired: 'open' | 'closed';
  readonly position: ValvePosition;
  readonly isOnline: boolean;
  /** An order is being proved since `orderedMs`. */
  readonly phase: 'rest' | 'opening' | 'closing';
  readonly orderedMs: Millis;
  /** How often that order was put on the wire. */
  readonly tries: number;
  readonly writtenMs: Millis | undefined;
  readonly nextReadMs: Millis;
  /** Set exactly while `desired` is open. */
  readonly closeByMs: Millis | undefined;
  /** Set while the valve should be closed, is not known to be, and no order is being proved. */
  readonly recloseMs: Millis | undefined;
  /** Set while the valve should be open and no water has come yet. */
  readonly flowByMs: Millis | undefined;
  readonly leakSinceMs: Millis | undefined;
  readonly faults: readonly ValveFault[];
}

export interface ValveStep {
  readonly state: ValveMachineState;
  readonly effects: readonly ValveEffect[];
}

/** Nothing is known yet: without a reading it is told to close after a while. */
export function newValve(atMs: Millis, rules: ValveRules = DEFAULT_VALVE_RULES): ValveMachineState {
  return {
    desired: 'closed',
    position: 'unknown',
    isOnline: false,
    phase: 'rest',
    orderedMs: atMs,
    tries: 0,
    writtenMs: undefined,
    nextReadMs: atMs,
    closeByMs: undefined,
    recloseMs: atMs + rules.recloseMs,
    flowByMs: undefined,
    leakSinceMs: undefined,
    faults: [],
  };
}

export function valveStateOf(state: ValveMachineState): WaterValveState {
  const {position, phase, desired, faults} = state;
  return {position, confirmed: phase === 'rest' && position === desired, faults};
}

/** Could water run? Only a reading says no. */
export function mayBeOpen(state: ValveMachineState): boolean {
  return state.desired === 'open' || state.position !== 'closed';
}

/** When the machine wants to be asked again; undefined only for a valve that is proved closed. */
export function valveDueMs(state: ValveMachineState, rules: ValveRules): Millis | undefined {
  const {phase, nextReadMs, orderedMs, closeByMs, recloseMs, flowByMs} = state;
  const proving = phase === 'rest' ? [] : [nextReadMs, orderedMs + rules.confirmMs];
  const due = [closeByMs, recloseMs, flowByMs, ...proving].filter(ms => ms !== undefined);
  return due.length === 0 ? undefined : Math.min(...due);
}

/**
 * Next state of a valve. An order is written until the device answers, three times at most, and proved by readings;
 * what is not proved closed is a fault and told to close again for as long as it takes, for that hurts nobody.
 */
export function stepValve(
  before: ValveMachineState,
  input: ValveInput,
  rules: ValveRules = DEFAULT_VALVE_RULES,
): ValveStep {
  const step = route(before, input, rules);
  const told = valveStateOf(before);
  const now = valveStateOf(step.state);
  const same =
    told.position === now.position &&
    told.confirmed === now.confirmed &&
    told.faults.join() === now.faults.join();
  const effects: ValveEffect[] = [...step.effects];
  for (const fault of now.faults) {
    if (!told.faults.includes(fault)) effects.push({kind: 'fault', fault, isStanding: true});
  }
  for (const fault of told.faults) {
    if (!now.faults.includes(fault)) effects.push({kind: 'fault', fault, isStanding: false});
  }
  if (!same) effects.push({kind: 'changed', state: now});
  return {state: step.state, effects};
}

function route(state: ValveMachineState, input: ValveInput, rules: ValveRules): ValveStep {
  switch (input.kind) {
    case 'open':
      return open(state, input.forMs, input.atMs, rules);
    case 'close':
      return isProvedClosed(state) ? still(state) : close(state, input.atMs, rules);
    case 'written':
      return written(state, input, rules);
    case 'reading':
      return withReading(state, input, rules);
    case 'lost':
      return lost(state, input.atMs, rules);
    case 'due':
      return due(state, input.atMs, rules);
    default:
      return unreachable(input, 'valve input');
  }
}

function open(state: ValveMachineState, forMs: Millis, atMs: Millis, rules: ValveRules): ValveStep {
  if (!(forMs > 0) || !Number.isFinite(forMs)) return still(state);
  const closeByMs = atMs + forMs;
  if (state.desired === 'open') return still({...state, closeByMs});
  if (!canOpen(state)) return still(state);
  return {
    state: {
      ...ordered(state, 'opening', atMs, rules),
      desired: 'open',
      closeByMs,
      flowByMs: rules.noFlowMs === undefined ? undefined : atMs + rules.noFlowMs,
      faults: state.faults.filter(fault => fault !== 'not_opened'),
    },
    effects: [{kind: 'write', order: 'open'}],
  };
}

/** Only a valve in reach and proved closed is opened: everything else is still being closed. */
export function canOpen(state: ValveMachineState): boolean {
  return state.isOnline && (isProvedClosed(state) || state.desired === 'open');
}

function close(state: ValveMachineState, atMs: Millis, rules: ValveRules): ValveStep {
  if (state.phase === 'closing') return still(state);
  return {
    state: {
      ...ordered(state, 'closing', atMs, rules),
      desired: 'closed',
      closeByMs: undefined,
      flowByMs: undefined,
    },
    effects: [{kind: 'write', order: 'close'}],
  };
}

function ordered(
  state: ValveMachineState,
  phase: 'opening' | 'closing',
  atMs: Millis,
  rules: ValveRules,
): ValveMachineState {
  const nextReadMs = atMs + Math.min(rules.readEveryMs, rules.confirmMs);
  return {
    ...state,
    phase,
    orderedMs: atMs,
    tries: 1,
    writtenMs: undefined,
    nextReadMs,
    recloseMs: undefined,
    leakSinceMs: undefined,
  };
}

function written(
  state: ValveMachineState,
  {isAnswered, atMs}: Extract<ValveInput, {kind: 'written'}>,
  rules: ValveRules,
): ValveStep {
  const {phase, tries} = state;
  if (phase === 'rest') return still(state);
  const left = {...state, writtenMs: atMs};
  if (isAnswered || tries >= rules.tries) return still(left);
  const order = phase === 'opening' ? 'open' : 'close';
  return {state: {...left, tries: tries + 1}, effects: [{kind: 'write', order}]};
}

function withReading(
  state: ValveMachineState,
  {valve, isFlowing, atMs}: Extract<ValveInput, {kind: 'reading'}>,
  rules: ValveRules,
): ValveStep {
  const position = valve === 'fault' ? 'unknown' : valve;
  const flowByMs = isFlowing === true ? undefined : state.flowByMs;
  const faults = withFault(state.faults, 'device', valve === 'fault');
  const seen = {...state, isOnline: true, position, flowByMs, faults};
  const proves = state.writtenMs !== undefined && atMs > state.writtenMs;
  if (state.phase === 'opening') {
    return still(position === 'open' && proves ? {...seen, phase: 'rest'} : seen);
  }
  if (state.phase === 'closing') {
    // The order went out while nobody could hear it.
    const isUnheard = position === 'open' && !state.isOnline;
    if (isUnheard) return close({...seen, phase: 'rest'}, atMs, rules);
    return still(position === 'closed' && proves ? provedClosed(seen) : seen);
  }
  if (state.desired === 'open') {
    // It closed by itself: credit used up, battery low, somebody's hand.
    if (position !== 'closed') return still(seen);
    return still({
      ...provedClosed(seen),
      desired: 'closed',
      closeByMs: undefined,
      flowByMs: undefined,
    });
  }
  if (position === 'closed') return withFlow(provedClosed(seen), isFlowing, atMs, rules);
  // A fault is told to close again in its own time, anything else at once.
  const pending = state.isOnline && state.recloseMs !== undefined;
  return pending ? still(seen) : close(seen, atMs, rules);
}

function provedClosed(state: ValveMachineState): ValveMachineState {
  const over = (fault: ValveFault) => fault === 'not_closed' || fault === 'unreachable';
  return {
    ...state,
    phase: 'rest',
    recloseMs: undefined,
    faults: state.faults.filter(fault => !over(fault)),
  };
}

/** Water through a closed valve: it is told to close once more, and the alarm stands until it is dry. */
function withFlow(
  state: ValveMachineState,
  isFlowing: boolean | undefined,
  atMs: Millis,
  rules: ValveRules,
): ValveStep {
  if (isFlowing !== true) {
    const faults = state.faults.filter(fault => fault !== 'leak');
    return still({...state, leakSinceMs: undefined, faults});
  }
  const leakSinceMs = state.leakSinceMs ?? atMs;
  const next = {...state, leakSinceMs};
  if (atMs - leakSinceMs < rules.leakMs || state.faults.includes('leak')) return still(next);
  return close({...next, faults: withFault(state.faults, 'leak', true)}, atMs, rules);
}

function lost(state: ValveMachineState, atMs: Millis, rules: ValveRules): ValveStep {
  if (!state.isOnline) return still(state);
  const faults = withFault(state.faults, 'unreachable', !isProvedClosed(state));
  const gone = {...state, isOnline: false, position: 'unknown', faults} as const;
  return close({...gone, phase: 'rest'}, atMs, rules);
}

function due(state: ValveMachineState, atMs: Millis, rules: ValveRules): ValveStep {
  const isPast = (ms: Millis | undefined) => ms !== undefined && atMs >= ms;
  if (isPast(state.closeByMs)) return close(state, atMs, rules);
  if (isPast(state.flowByMs)) {
    const step = close(state, atMs, rules);
    return {...step, effects: [{kind: 'noFlow'}, ...step.effects]};
  }
  if (isPast(state.recloseMs)) return close(state, atMs, rules);
  if (state.phase === 'rest') return still(state);
  if (!isPast(state.orderedMs + rules.confirmMs)) {
    if (!isPast(state.nextReadMs)) return still(state);
    return {
      state: {...state, nextReadMs: atMs + rules.readEveryMs},
      effects: [{kind: 'read'}],
    };
  }
  if (state.phase === 'opening') {
    return close({...state, faults: withFault(state.faults, 'not_opened', true)}, atMs, rules);
  }
  const faults = withFault(state.faults, 'not_closed', true);
  return still({...state, phase: 'rest', faults, recloseMs: atMs + rules.recloseMs});
}

function isProvedClosed(state: ValveMachineState): boolean {
  return state.desired === 'closed' && state.phase === 'rest' && state.position === 'closed';
}

function withFault(
  faults: readonly ValveFault[],
  fault: ValveFault,
  isStanding: boolean,
): readonly ValveFault[] {
  if (isStanding === faults.includes(fault)) return faults;
  return isStanding ? [...faults, fault] : faults.filter(other => other !== fault);
}

function still(state: ValveMachineState): ValveStep {
  return {state, effects: []};
}
