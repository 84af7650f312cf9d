import {unreachable} from '../../protocols/base/errors.js';

/**
 * A value that a device must hold: only the newest counts, one transfer at a time. What is not yet
 * there is sent again after a pause, what is there is refreshed, for a device may forget.
 */
export interface LastValueState<Value> {
  readonly wanted: Value | undefined;
  /** The value on its way; undefined while nothing is. */
  readonly sending: Value | undefined;
  /** The value the device last took; undefined when that is not known. */
  readonly held: Value | undefined;
  readonly reachable: boolean;
}

export type LastValueInput<Value> =
  | {readonly kind: 'set'; readonly value: Value}
  | {readonly kind: 'sent'; readonly taken: boolean}
  /** The pause that a `wait` effect asked for is over. */
  | {readonly kind: 'due'}
  /** The device went, came, or restarted; whatever it held is in doubt. */
  | {readonly kind: 'reachable'; readonly reachable: boolean};

export type LastValueEffect<Value> =
  | {readonly kind: 'send'; readonly value: Value}
  | {readonly kind: 'wait'; readonly pause: 'settle' | 'retry' | 'refresh'};

export interface LastValueStep<Value> {
  readonly state: LastValueState<Value>;
  readonly effects: readonly LastValueEffect<Value>[];
}

/** Nothing wanted, nothing known; reachable until told otherwise, so the first value goes out. */
export function newLastValue<Value>(): LastValueState<Value> {
  return {wanted: undefined, sending: undefined, held: undefined, reachable: true};
}

/** Next state and what to do: at most one `send` in flight, at most one `wait` running. */
export function stepLastValue<Value>(
  state: LastValueState<Value>,
  input: LastValueInput<Value>,
): LastValueStep<Value> {
  switch (input.kind) {
    case 'set':
      return afterSet({...state, wanted: input.value});
    case 'sent':
      return afterSent(state, input.taken);
    case 'due':
      return send(state);
    case 'reachable':
      if (!input.reachable) return idle({...state, held: undefined, reachable: false});
      return afterSet({...state, held: undefined, reachable: true});
    default:
      return unreachable(input, 'last value input');
  }
}

function afterSet<Value>(state: LastValueState<Value>): LastValueStep<Value> {
  const settled = state.wanted === undefined || state.wanted === state.held;
  if (settled || state.sending !== undefined || !state.reachable) return idle(state);
  return {state, effects: [{kind: 'wait', pause: 'settle'}]};
}

function afterSent<Value>(state: LastValueState<Value>, taken: boolean): LastValueStep<Value> {
  const next = {...state, sending: undefined, held: taken ? state.sending : undefined};
  if (taken && next.wanted !== next.held) return send(next);
  return {state: next, effects: [{kind: 'wait', pause: taken ? 'refresh' : 'retry'}]};
}

function send<Value>(state: LastValueState<Value>): LastValueStep<Value> {
  const {wanted} = state;
  if (wanted === undefined || state.sending !== undefined || !state.reachable) return idle(state);
  return {state: {...state, sending: wanted}, effects: [{kind: 'send', value: wanted}]};
}

function idle<Value>(state: LastValueState<Value>): LastValueStep<Value> {
  return {state, effects: []};
}
