import type {Millis} from '../../protocols/base/clock.js';
import {unreachable} from '../../protocols/base/errors.js';
import {MAX_BATCH_EVENTS} from '../../protocols/cloud/event-batch.js';

/*
 * Which batch goes out when. Pure: the state is rebuilt from the journal and the cloud's first answer
 * at each connection, and nothing in it is worth keeping. @see sync.md 7, outbox loop
 */

/** At 100 ms there and back 15,000 events a second need 1500 on their way, and as many again for each
 *  100 ms that a busy cloud takes to commit them. */
export const WINDOW_BATCHES = 12;
export const WINDOW_BYTES = 512 * 1024;
/** An event waits this long for company. */
export const GATHER_MS: Millis = 50;
export const STALL_MS: Millis = 10_000;
/** So many stalls without progress mean a half-open link. */
const MAX_STALLS = 3;
/** On a link that stalled: fewest events of a batch, and how many more each confirmed one brings. */
const FEWEST_EVENTS = 8;
const MORE_EVENTS = 8;
/** Batches on their way over a link that stalled. */
const SLOW_BATCHES = 2;

interface Flight {
  readonly upto: number;
  readonly bytes: number;
}

export interface PumpState {
  /** Confirmed by the cloud in this connection. */
  readonly acked: number;
  readonly sent: number;
  readonly head: number;
  /** Everything up to here goes out without waiting for company. */
  readonly flushTo: number;
  readonly gathering: boolean;
  /** A batch is being packed or has just gone out: the line and the site have their turn before the next. */
  readonly resting: boolean;
  readonly flights: readonly Flight[];
  readonly stalls: number;
  /** Events of a batch at most. What a slow link cannot carry before the stall is too much for it. */
  readonly batchEvents: number;
}

export type PumpInput =
  | {readonly kind: 'appended'; readonly head: number}
  /** A batch ending at `upto` went out. */
  | {readonly kind: 'sent'; readonly upto: number; readonly bytes: number}
  | {readonly kind: 'ack'; readonly upto: number}
  /** The cloud misses `from`; the journal holds nothing below `low`. */
  | {readonly kind: 'want'; readonly from: number; readonly low: number}
  | {readonly kind: 'gathered'}
  | {readonly kind: 'rested'}
  | {readonly kind: 'stalled'};

export type PumpTimer = 'gather' | 'stall';

export type PumpEffect =
  /** Read, encode and publish at most `limit` events, then report `sent`; or `rested` when the pump has
   *  gone back meanwhile, since they are out of line then. */
  | {readonly kind: 'send'; readonly from: number; readonly limit: number}
  /** Let the event loop turn once, then report `rested`. */
  | {readonly kind: 'rest'}
  /** Publish early copies of the urgent ones among these. */
  | {readonly kind: 'live'; readonly from: number; readonly to: number}
  /** Tell the cloud that these are no longer held. */
  | {readonly kind: 'gone'; readonly from: number; readonly to: number}
  | {readonly kind: 'markAcked'; readonly upto: number}
  | {readonly kind: 'startTimer'; readonly timer: PumpTimer; readonly afterMs: Millis}
  | {readonly kind: 'cancelTimer'; readonly timer: PumpTimer}
  /** No progress for too long: end the connection and make a new one. */
  | {readonly kind: 'giveUp'};

export interface PumpStep {
  readonly state: PumpState;
  readonly effects: readonly PumpEffect[];
}

/** Begin a connection in which the cloud holds everything up to `upto`; `batchEvents` as the connection
 *  before it ended, or the link would never be learnt. */
export function startPump(
  upto: number,
  head: number,
  low: number,
  batchEvents: number = MAX_BATCH_EVENTS,
): PumpStep {
  const state: PumpState = {
    acked: upto,
    sent: upto,
    head,
    flushTo: head,
    gathering: false,
    resting: false,
    flights: [],
    stalls: 0,
    batchEvents,
  };
  return rewind(state, upto + 1, low, [{kind: 'markAcked', upto}]);
}

export function stepPump(state: PumpState, input: PumpInput): PumpStep {
  switch (input.kind) {
    case 'appended':
      return appended(state, input.head);
    case 'sent':
      return sent(state, {upto: input.upto, bytes: input.bytes});
    case 'ack':
      return acknowledged(state, input.upto);
    case 'want':
      return rewind(state, input.from, input.low, []);
    case 'gathered':
      return next({...state, gathering: false, flushTo: state.head}, []);
    case 'rested':
      return next({...state, resting: false}, []);
    case 'stalled':
      return stalled(state);
    default:
      return unreachable(input, 'outbox pump');
  }
}

function appended(state: PumpState, head: number): PumpStep {
  if (head <= state.head) return {state, effects: []};
  const behind = state.head - state.sent >= state.batchEvents || !windowOpen(state);
  const live: PumpEffect[] = behind ? [{kind: 'live', from: state.head + 1, to: head}] : [];
  return next({...state, head}, live);
}

function sent(state: PumpState, flight: Flight): PumpStep {
  const first: PumpEffect[] = state.flights.length === 0 ? [stallTimer()] : [];
  const moved = {...state, sent: flight.upto, flights: [...state.flights, flight]};
  const resting = moved.sent < moved.head;
  return {state: {...moved, resting}, effects: resting ? [...first, {kind: 'rest'}] : first};
}

function acknowledged(state: PumpState, upto: number): PumpStep {
  if (upto <= state.acked || upto > state.head) return {state, effects: []};
  const flights = state.flights.filter(flight => flight.upto > upto);
  const timer: PumpEffect =
    flights.length > 0 ? stallTimer() : {kind: 'cancelTimer', timer: 'stall'};
  const batchEvents = Math.min(MAX_BATCH_EVENTS, state.batchEvents + MORE_EVENTS);
  const progress = {acked: upto, sent: Math.max(state.sent, upto), flights, stalls: 0, batchEvents};
  const moved = {...state, ...progress};
  return next(moved, [{kind: 'markAcked', upto}, timer]);
}

/** Go back to what the cloud misses. It may lie below `acked`: a cloud restored from a backup asks
 *  again for what it once confirmed. */
function rewind(
  state: PumpState,
  from: number,
  low: number,
  before: readonly PumpEffect[],
): PumpStep {
  if (from > state.head + 1) return {state, effects: before};
  const gone: PumpEffect[] = from < low ? [{kind: 'gone', from, to: low - 1}] : [];
  const start = Math.max(from, low) - 1;
  const back = {...state, acked: Math.min(state.acked, start), sent: start, flights: []};
  return next({...back, flushTo: state.head}, [...before, ...gone]);
}

function stalled(state: PumpState): PumpStep {
  if (state.flights.length === 0) return {state, effects: []};
  const stalls = state.stalls + 1;
  const batchEvents = Math.max(FEWEST_EVENTS, state.batchEvents >> 2);
  const slower = {...state, stalls, batchEvents};
  if (stalls >= MAX_STALLS) return {state: slower, effects: [{kind: 'giveUp'}]};
  return next({...slower, sent: state.acked, flights: [], flushTo: state.head}, []);
}

function next(state: PumpState, effects: readonly PumpEffect[]): PumpStep {
  const waiting = state.head - state.sent;
  if (waiting <= 0 || state.resting) return {state, effects};
  if (waiting >= state.batchEvents || state.sent < state.flushTo) {
    if (!windowOpen(state)) return {state, effects};
    const limit = Math.min(waiting, state.batchEvents);
    const send: PumpEffect = {kind: 'send', from: state.sent + 1, limit};
    return {state: {...state, resting: true}, effects: [...effects, send]};
  }
  if (state.gathering) return {state, effects};
  const gather: PumpEffect = {kind: 'startTimer', timer: 'gather', afterMs: GATHER_MS};
  return {state: {...state, gathering: true}, effects: [...effects, gather]};
}

function windowOpen(state: PumpState): boolean {
  const bytes = state.flights.reduce((sum, flight) => sum + flight.bytes, 0);
  const batches = state.batchEvents < MAX_BATCH_EVENTS ? SLOW_BATCHES : WINDOW_BATCHES;
  return state.flights.length < batches && bytes < WINDOW_BYTES;
}

function stallTimer(): PumpEffect {
  return {kind: 'startTimer', timer: 'stall', afterMs: STALL_MS};
}
