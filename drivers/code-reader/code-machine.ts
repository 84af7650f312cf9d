import type {Millis} from '../../protocols/base/clock.js';
import {unreachable} from '../../protocols/base/errors.js';
import type {CodeReadError} from './contract.js';

/** The same code is no second attempt for so long after the first. Source: requirements Q5. */
const SAME_CODE_MS: Millis = 3000;
/**
 * A code seen again sooner than this was never taken away, so it stays the same showing beyond the 3 s:
 * a phone left before the glass is one attempt, not one every three seconds, while a person who takes
 * it away and shows it again is served. `assumed:` scanners repeat at least once a second.
 */
const HELD_GAP_MS: Millis = 1500;
/** One "again" is enough for a burst of noise. */
const ERROR_PAUSE_MS: Millis = 1000;
/** Longest code. Source: device notes 4.6. */
export const LONGEST_CODE_BYTES = 512;
/** Phones before one scanner at the same time, with room to spare. */
const MOST_RECENT = 8;

interface RecentCode {
  readonly text: string;
  readonly takenMs: Millis;
  readonly seenMs: Millis;
}

export interface CodeState {
  /** Showings that still stand, the latest last. */
  readonly recent: readonly RecentCode[];
  readonly errorMs: Millis | undefined;
}

export type CodeInput =
  /** What stood before the end mark, the end mark removed. */
  | {readonly kind: 'record'; readonly bytes: Uint8Array; readonly atMs: Millis}
  /** Something was shown and cannot be read. */
  | {readonly kind: 'broken'; readonly error: CodeReadError; readonly atMs: Millis};

export type CodeEffect =
  | {readonly kind: 'code'; readonly text: string; readonly atMs: Millis}
  | {readonly kind: 'error'; readonly error: CodeReadError; readonly atMs: Millis};

export interface CodeStep {
  readonly state: CodeState;
  readonly effects: readonly CodeEffect[];
}

export const NOTHING_SHOWN: CodeState = {recent: [], errorMs: undefined};

/** C0 and C1 controls and DEL: suffixes, acknowledgements and whatever else belongs to the wire. */
const CONTROLS = /\p{Cc}/gu;
const STRICT_TEXT = new TextDecoder('utf-8', {fatal: true, ignoreBOM: true});

/** Next state of a place where codes are shown. Source: requirements Q5; device notes 4.6. */
export function stepCode(state: CodeState, input: CodeInput): CodeStep {
  switch (input.kind) {
    case 'broken':
      return withError(state, input.error, input.atMs);
    case 'record': {
      if (input.bytes.length > LONGEST_CODE_BYTES) return withError(state, 'overlong', input.atMs);
      const text = textOf(input.bytes);
      if (text === undefined) return withError(state, 'dirty', input.atMs);
      return text === '' ? {state, effects: []} : withCode(state, text, input.atMs);
    }
    default:
      return unreachable(input, 'code input');
  }
}

function textOf(bytes: Uint8Array): string | undefined {
  try {
    return STRICT_TEXT.decode(bytes).replaceAll(CONTROLS, '');
  } catch {
    return undefined;
  }
}

function withCode(state: CodeState, text: string, atMs: Millis): CodeStep {
  const standing = state.recent.filter(
    ({takenMs, seenMs}) => atMs - takenMs < SAME_CODE_MS || atMs - seenMs < HELD_GAP_MS,
  );
  const same = standing.find(code => code.text === text);
  const others = standing.filter(code => code !== same).slice(1 - MOST_RECENT);
  const takenMs = same?.takenMs ?? atMs;
  return {
    state: {...state, recent: [...others, {text, takenMs, seenMs: atMs}]},
    effects: same ? [] : [{kind: 'code', text, atMs}],
  };
}

function withError(state: CodeState, error: CodeReadError, atMs: Millis): CodeStep {
  const {errorMs} = state;
  if (errorMs !== undefined && atMs - errorMs < ERROR_PAUSE_MS) return {state, effects: []};
  return {state: {...state, errorMs: atMs}, effects: [{kind: 'error', error, atMs}]};
}
