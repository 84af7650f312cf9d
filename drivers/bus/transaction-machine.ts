import {concatBytes} from '../../protocols/base/bytes.js';
import type {Millis} from '../../protocols/base/clock.js';
import type {ReplyReader} from './contract.js';

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
  /** Undefined: nothing comes back, the line only rests. */
  readonly reply: ReplyReader | undefined;
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
  /** When the last byte, ours or not, has left the wire: every silence counts from here. */
  readonly quietSinceMs: Millis;
  /** Bytes that nobody waited for since the last request. */
  readonly stray: Uint8Array;
  /** Most bytes that are kept: those of the longest frame that the last request may call forth. */
  readonly bufferBytes: number;
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
      readonly verdict: 'answer' | 'refusal';
      readonly frame: Uint8Array;
      readonly garbled: boolean;
    }
  /** A frame that nobody answers is off the wire, and its rest is over. */
  | {readonly kind: 'gone'}
  | {readonly kind: 'timeout'; readonly garbled: boolean};

export interface TransactionStep {
  readonly state: TransactionState;
  readonly effects: readonly TransactionEffect[];
}

/** devices.md 1.4 rule 1. */
const SHORTEST_DEADLINE_MS = 60;
/** A late reply to somebody else may be longer than the awaited one: a whole Modbus frame. */
const SHORTEST_BUFFER_BYTES = 256;
const NOTHING = new Uint8Array(0);
const FREE: TransactionPhase = {kind: 'free'};

/** A line that has just come up: nothing is known of what was said on it a moment ago. */
export function freshTransaction(nowMs: Millis): TransactionState {
  return {
    phase: FREE,
    quietSinceMs: nowMs,
    stray: NOTHING,
    bufferBytes: SHORTEST_BUFFER_BYTES,
  };
}

/**
 * Time from handing over a request to giving its reply up, in ms: both frames on the wire, the
 * device's turnaround and the host's share, at least 60. Where nothing comes back it is the rest alone.
 * @see Modbus over Serial Line V1.02, 2.4.1 (response timeout)
 */
function replyDeadlineMs(exchange: Exchange, timing: LineTiming): Millis {
  const {request, reply, turnaroundMs} = exchange;
  if (!reply) return request.length * timing.perByteMs + turnaroundMs;
  const bytes = request.length + reply.longestBytes;
  return Math.max(SHORTEST_DEADLINE_MS, bytes * timing.perByteMs + turnaroundMs + timing.hostMs);
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
      return hear(state, input.bytes, input.atMs);
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
  return {
    state: {
      phase: {
        kind: 'awaiting',
        exchange,
        echo: input.echoed ? exchange.request : NOTHING,
        received: NOTHING,
        garbled: false,
      },
      quietSinceMs: atMs + exchange.request.length * timing.perByteMs,
      stray: NOTHING,
      bufferBytes: Math.max(SHORTEST_BUFFER_BYTES, exchange.reply?.longestBytes ?? 0),
    },
    effects,
  };
}

function hear(state: TransactionState, bytes: Uint8Array, atMs: Millis): TransactionStep {
  const quietSinceMs = Math.max(state.quietSinceMs, atMs);
  const {phase, bufferBytes} = state;
  if (phase.kind !== 'awaiting') {
    const room = Math.max(0, bufferBytes - state.stray.length);
    const stray = concatBytes(state.stray, bytes.subarray(0, room));
    return {state: {...state, quietSinceMs, stray}, effects: []};
  }
  const {echo, rest} = stripEcho(phase, bytes);
  let received = concatBytes(phase.received, rest);
  let garbled = phase.garbled;
  const effects: TransactionEffect[] = [];
  const {reply} = phase.exchange;
  while (reply) {
    const decoded = reply.read(received);
    if (decoded.kind === 'wait') break;
    const frame = received.slice(0, decoded.used);
    received = received.slice(decoded.used);
    if (decoded.kind === 'frame') {
      effects.push({kind: 'disarm'}, {kind: 'reply', verdict: decoded.frame, frame, garbled});
      return {state: {...state, phase: FREE, quietSinceMs, stray: received}, effects};
    }
    if (decoded.why === 'crc' || decoded.why === 'noise') garbled = true;
    else effects.push({kind: 'misfit', frame});
  }
  if (received.length > bufferBytes) {
    received = received.slice(-bufferBytes);
    garbled = true;
  }
  return {state: {...state, quietSinceMs, phase: {...phase, echo, received, garbled}}, effects};
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
  if (!phase.exchange.reply) {
    return {state: {...state, phase: FREE, stray: phase.received}, effects: [{kind: 'gone'}]};
  }
  return {
    state: {...state, phase: {kind: 'quarantine'}, stray: phase.received},
    effects: [
      {kind: 'armQuarantine', afterMs: timing.quarantineMs},
      {kind: 'timeout', garbled: phase.garbled || phase.received.length > 0},
    ],
  };
}
