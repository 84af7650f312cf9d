import type {Millis} from '../../protocols/base/clock.js';
import {unreachable} from '../../protocols/base/errors.js';
import {SECOND_MS} from '../../protocols/base/units.js';
import type {BusOutcome} from '../bus/contract.js';
import type {CommandOutcome, LockReading} from './contract.js';

/** Start to start of the readings that prove a command. Source: device notes 3.4. */
const CONFIRM_PERIOD_MS: Millis = 500;
/** A late reply must not answer the next read with an older arm. Source: device notes 1.4 rule 1. */
const REST_AFTER_MISS_MS: Millis = 1000;
/** Ceiling of the routine poll. Source: requirements P7. */
const LONGEST_POLL_MS: Millis = 2000;
/** A detector that just flipped is read this often, so that 20 flips in 10 s are seen (Q8). */
const CURIOUS_POLL_MS: Millis = 200;
const CURIOUS_FOR_MS: Millis = 10 * SECOND_MS;

export interface LockState {
  readonly latest: LockReading | undefined;
  /** When the vehicle flag last changed between two readings. */
  readonly flippedMs: Millis | undefined;
  readonly watched: boolean;
  /** A confirming read is on its way since `confirmMs`. */
  readonly confirming: boolean;
  readonly confirmMs: Millis;
}

export type LockInput =
  | {readonly kind: 'reading'; readonly reading: LockReading}
  | {readonly kind: 'watch'; readonly fast: boolean; readonly atMs: Millis}
  /** The pause that a `wait` effect asked for is over. */
  | {readonly kind: 'due'; readonly atMs: Millis}
  /** The confirming read ended, with a reading or without. */
  | {readonly kind: 'confirmed'; readonly atMs: Millis; readonly answered: boolean};

export type LockEffect =
  | {readonly kind: 'tell'; readonly reading: LockReading}
  | {readonly kind: 'confirm'}
  | {readonly kind: 'wait'; readonly afterMs: Millis}
  | {readonly kind: 'rest'};

export interface LockStep {
  readonly state: LockState;
  readonly effects: readonly LockEffect[];
}

export const NEW_LOCK: LockState = {
  latest: undefined,
  flippedMs: undefined,
  watched: false,
  confirming: false,
  confirmMs: 0,
};

/** Next state of a lock's driver: at most one confirming read at a time, none while unwatched. */
export function stepLock(state: LockState, input: LockInput): LockStep {
  switch (input.kind) {
    case 'reading':
      return withReading(state, input.reading);
    case 'watch':
      if (input.fast === state.watched) return {state, effects: []};
      if (!input.fast) return {state: {...state, watched: false}, effects: [{kind: 'rest'}]};
      return confirm({...state, watched: true}, input.atMs);
    case 'due':
      return confirm(state, input.atMs);
    case 'confirmed': {
      const next = {...state, confirming: false};
      if (!state.watched) return {state: next, effects: []};
      const nextMs = input.answered
        ? state.confirmMs + CONFIRM_PERIOD_MS
        : input.atMs + REST_AFTER_MISS_MS;
      const afterMs = Math.max(0, nextMs - input.atMs);
      return {state: next, effects: [{kind: 'wait', afterMs}]};
    }
    default:
      return unreachable(input, 'lock input');
  }
}

/** Shortest distance of two routine polls now. */
export function pollPeriodMs(state: LockState, pollMs: Millis, nowMs: Millis): Millis {
  const {flippedMs} = state;
  const curious = flippedMs !== undefined && nowMs - flippedMs < CURIOUS_FOR_MS;
  return Math.min(pollMs, curious ? CURIOUS_POLL_MS : LONGEST_POLL_MS);
}

/**
 * What the wire said of a command. Exception 5 ("accepted, working on it") is a yes.
 * Source: Modbus Application Protocol V1.1b3, 7.
 */
export function commandOutcome(outcome: BusOutcome): CommandOutcome {
  switch (outcome.kind) {
    case 'written':
    case 'values':
      return 'acknowledged';
    case 'exception':
      return outcome.exceptionCode === 5 ? 'acknowledged' : 'refused';
    case 'timeout':
      return 'unanswered';
    case 'down':
      return 'not_sent';
    default:
      return unreachable(outcome, 'bus outcome');
  }
}

function withReading(state: LockState, reading: LockReading): LockStep {
  const flipped = state.latest !== undefined && state.latest.vehicle !== reading.vehicle;
  return {
    state: {...state, latest: reading, flippedMs: flipped ? reading.atMs : state.flippedMs},
    effects: [{kind: 'tell', reading}],
  };
}

function confirm(state: LockState, atMs: Millis): LockStep {
  if (!state.watched || state.confirming) return {state, effects: []};
  return {state: {...state, confirming: true, confirmMs: atMs}, effects: [{kind: 'confirm'}]};
}
