import {concatBytes} from '../../protocols/base/bytes.js';
import type {Millis} from '../../protocols/base/clock.js';
import {
  decodeReply,
  MAX_FRAME_BYTES,
  type ReplyExpectation,
  type RtuReply,
} from '../../protocols/modbus/rtu-frame.js';

/** The fixed times of a line, all in ms. */
export interface LineTiming {
  /** Silence before every frame: t3.5, or more for slow devices. */
  readonly silenceMs: Millis;
  readonly perByteMs: Millis;
  /** What the host may add between the wire and us: USB polling, a busy loop. */
  readonly hostMs: Millis;
  /** Silence that a timeout costs, so that a late reply does not collide with the next request. */
  readonly quarantineMs: Millis;
}

/** A request on the wire and what must come back. */
export interface Exchange {
  readonly request: Uint8Array;
  readonly expectation: ReplyExpectation;
  readonly turnaroundMs: Millis;
}

export type TransactionPhase =
  | {readonly kind: 'free'}
  | {
      readonly kind: 'awaiting';
      readonly exchange: Exchange;
      /** What of our own frame an echoing adapter has yet to repeat. */
      readonly echo: Uint8Array;
      readonly received: Uint8Array;
      /** Bytes came that were no sound frame: a reply was on the wire, but noise hit it. */
      readonly garbled: boolean;
    }
  | {readonly kind: 'quarantine'};

export interface TransactionState {
  readonly phase: TransactionPhase;
  /** Before this instant nothing may be sent. */
  readonly quietAtMs: Millis;
  /** Bytes that nobody waited for since the last request; at most one frame's worth. */
  readonly stray: Uint8Array;
}

export type TransactionInput =
  | {
      readonly kind: 'sent';
      readonly atMs: Millis;
      readonly exchange: Exchange;
      readonly echoed: boolean;
    }
  | {readonly kind: 'bytes'; readonly atMs: Millis; readonly bytes: Uint8Array}
  | {readonly kind: 'deadline'; readonly atMs: Millis}
  | {readonly kind: 'quarantineOver'}
  | {readonly kind: 'linkLost'};

export type TransactionEffect =
  /** Bytes left over from before this request, dropped now: mostly a late reply. */
  | {readonly kind: 'flushed'; readonly bytes: Uint8Array}
  /** A sound frame that does not answer the request: never credited. */
  | {readonly kind: 'misfit'; readonly frame: Uint8Array}
  | {readonly kind: 'armDeadline'; readonly afterMs: Millis}
  | {readonly kind: 'armQuarantine'; readonly afterMs: Millis}
  | {readonly kind: 'disarm'}
  | {
      readonly kind: 'reply';
      readonly reply: RtuReply;
      readonly frame: Uint8Array;
      readonly garbled: boolean;
    }
  | {readonly kind: 'timeout'; readonly garbled: boolean};

export interface TransactionStep {
  readonly state: TransactionState;
  readonly effects: readonly TransactionEffect[];
}

/** devices.md 1.4 rule 1. */
const SHORTEST_DEADLINE_MS = 60;
const NOTHING = new Uint8Array(0);
const FREE: TransactionPhase = {kind: 'free'};

/** A line that has just come up: nothing is known of what was said on it a moment ago. */
export function freshTransaction(nowMs: Millis, timing: LineTiming): TransactionState {
  return {phase: FREE, quietAtMs: nowMs + timing.silenceMs, stray: NOTHING};
}

/**
 * Time from handing over a request to giving its reply up, in ms: both frames on the wire, the
 * device's turnaround and the host's share, at least 60.
 * @see Modbus over Serial Line V1.02, 2.4.1 (response timeout)
 */
function replyDeadlineMs(exchange: Exchange, timing: LineTiming): Millis {
  const bytes = exchange.request.length + exchange.expectation.frameBytes;
  const waitMs = bytes * timing.perByteMs + exchange.turnaroundMs + timing.hostMs;
  return Math.max(SHORTEST_DEADLINE_MS, waitMs);
}

/**
 * One request and its reply on a half-duplex line. Frames of other units, of other functions and
 * broken ones never end the wait (Modbus over Serial Line V1.02, 2.4.1: keep the timeout running).
 */
export function stepTransaction(
  state: TransactionState,
  input: TransactionInput,
  timing: LineTiming,
): TransactionStep {
  switch (input.kind) {
    case 'sent':
      return begin(state, input, timing);
    case 'bytes':
      return hear(state, input.bytes, input.atMs + timing.silenceMs);
    case 'deadline':
      if (state.phase.kind !== 'awaiting') return {state, effects: []};
      return giveUp(state, state.phase, timing);
    case 'quarantineOver':
      if (state.phase.kind !== 'quarantine') return {state, effects: []};
      return {state: {...state, phase: FREE}, effects: []};
    case 'linkLost':
      return {
        state: {...state, phase: FREE, stray: NOTHING},
        effects:
          state.phase.kind === 'awaiting'
            ? [{kind: 'disarm'}, {kind: 'timeout', garbled: false}]
            : [{kind: 'disarm'}],
      };
  }
}

function begin(
  state: TransactionState,
  input: Extract<TransactionInput, {kind: 'sent'}>,
  timing: LineTiming,
): TransactionStep {
  const {exchange, atMs} = input;
  const effects: TransactionEffect[] = [];
  if (state.stray.length > 0) effects.push({kind: 'flushed', bytes: state.stray});
  effects.push({kind: 'armDeadline', afterMs: replyDeadlineMs(exchange, timing)});
  // The UART takes the bytes at once; the wire is busy for as long as they last.
  const wireFreeMs = atMs + exchange.request.length * timing.perByteMs;
  return {
    state: {
      phase: {
        kind: 'awaiting',
        exchange,
        echo: input.echoed ? exchange.request : NOTHING,
        received: NOTHING,
        garbled: false,
      },
      quietAtMs: wireFreeMs + timing.silenceMs,
      stray: NOTHING,
    },
    effects,
  };
}

function hear(state: TransactionState, bytes: Uint8Array, silentAtMs: Millis): TransactionStep {
  const quietAtMs = Math.max(state.quietAtMs, silentAtMs);
  const {phase} = state;
  if (phase.kind !== 'awaiting') {
    const room = MAX_FRAME_BYTES - state.stray.length;
    const stray = concatBytes(state.stray, bytes.subarray(0, room));
    return {state: {...state, quietAtMs, stray}, effects: []};
  }
  const {echo, rest} = stripEcho(phase, bytes);
  let received = concatBytes(phase.received, rest);
  let garbled = phase.garbled;
  const effects: TransactionEffect[] = [];
  for (;;) {
    const decoded = decodeReply(received, phase.exchange.expectation);
    if (decoded.kind === 'wait') break;
    const frame = received.slice(0, decoded.used);
    received = received.slice(decoded.used);
    if (decoded.kind === 'frame') {
      effects.push({kind: 'disarm'}, {kind: 'reply', reply: decoded.frame, frame, garbled});
      return {state: {phase: FREE, quietAtMs, stray: received}, effects};
    }
    if (decoded.why === 'crc' || decoded.why === 'noise') garbled = true;
    else effects.push({kind: 'misfit', frame});
  }
  return {state: {...state, quietAtMs, phase: {...phase, echo, received, garbled}}, effects};
}

/** Our own frame comes back first and byte for byte; what differs is no echo, nor was what led to it. */
function stripEcho(
  {echo, exchange}: Extract<TransactionPhase, {kind: 'awaiting'}>,
  bytes: Uint8Array,
): {readonly echo: Uint8Array; readonly rest: Uint8Array} {
  let same = 0;
  while (same < echo.length && same < bytes.length && echo[same] === bytes[same]) same += 1;
  const differs = same < echo.length && same < bytes.length;
  if (!differs) return {echo: echo.subarray(same), rest: bytes.subarray(same)};
  const stripped = exchange.request.subarray(0, exchange.request.length - echo.length);
  return {echo: NOTHING, rest: concatBytes(stripped, bytes)};
}

function giveUp(
  state: TransactionState,
  phase: Extract<TransactionPhase, {kind: 'awaiting'}>,
  timing: LineTiming,
): TransactionStep {
  return {
    state: {...state, phase: {kind: 'quarantine'}, stray: phase.received},
    effects: [
      {kind: 'armQuarantine', afterMs: timing.quarantineMs},
      {kind: 'timeout', garbled: phase.garbled || phase.received.length > 0},
    ],
  };
}
