import type {Millis} from '../../protocols/base/clock.js';
import {unreachable} from '../../protocols/base/errors.js';
import type {ClearReason, KeypadKey} from './contract.js';

/** Copies of a key that follow one another so closely are one press: contacts bounce. Source: B6. */
const BOUNCE_MS: Millis = 40;
/** Source: requirements B6. */
const IDLE_CLEAR_MS: Millis = 20_000;
/** The same key, down or repeating for so long, is stuck: nobody types one digit for 10 s. */
const STUCK_AFTER_MS: Millis = 10_000;
/** Presses of one key that are further apart are no repetition of a stuck contact. */
const RUN_GAP_MS: Millis = 1000;
/** A stuck key that says nothing for so long has come free. */
const QUIET_MS: Millis = 2000;

/** The key that was seen last, since when without a pause, and when last. */
interface KeyRun {
  readonly key: KeypadKey;
  readonly sinceMs: Millis;
  readonly lastMs: Millis;
}

export interface EntryState {
  readonly digits: string;
  readonly run: KeyRun | undefined;
  /** The key that the keypad says is down. */
  readonly held: KeypadKey | undefined;
  readonly stuck: KeypadKey | undefined;
}

export type EntryTimer = 'idle' | 'held' | 'quiet';

export type EntryInput =
  | {readonly kind: 'press'; readonly key: KeypadKey; readonly atMs: Millis}
  | {readonly kind: 'held'; readonly key: KeypadKey | undefined; readonly atMs: Millis}
  /** Keys went missing, or the keypad itself. */
  | {readonly kind: 'lost'; readonly atMs: Millis}
  | {readonly kind: 'due'; readonly timer: EntryTimer; readonly atMs: Millis};

export type EntryEffect =
  | {readonly kind: 'entry'; readonly digits: string; readonly atMs: Millis}
  | {readonly kind: 'progress'; readonly count: number; readonly atMs: Millis}
  | {readonly kind: 'cleared'; readonly why: ClearReason; readonly atMs: Millis}
  | {readonly kind: 'command'; readonly key: '*' | '#'; readonly atMs: Millis}
  | {readonly kind: 'fault'; readonly isStanding: boolean}
  /** Start the timer, anew if it runs. */
  | {readonly kind: 'arm'; readonly timer: EntryTimer; readonly afterMs: Millis}
  | {readonly kind: 'disarm'; readonly timer: EntryTimer};

export interface EntryStep {
  readonly state: EntryState;
  readonly effects: readonly EntryEffect[];
}

export const NOTHING_TYPED: EntryState = {
  digits: '',
  run: undefined,
  held: undefined,
  stuck: undefined,
};

/**
 * Next state of what a person types. `maxDigits`: an entry that grows longer is cleared, since its first
 * digits alone would be another code. Source: requirements B6; device notes 4.5.
 */
export function stepEntry(state: EntryState, input: EntryInput, maxDigits: number): EntryStep {
  switch (input.kind) {
    case 'press':
      return withPress(state, input.key, input.atMs, maxDigits);
    case 'held':
      return withHeld(state, input.key);
    case 'lost':
      return withLoss(state, input.atMs);
    case 'due':
      return withDue(state, input.timer, input.atMs);
    default:
      return unreachable(input, 'entry input');
  }
}

function withPress(state: EntryState, key: KeypadKey, atMs: Millis, maxDigits: number): EntryStep {
  if (state.stuck !== undefined) {
    // Nobody can tell which keys are meant as long as one of them types by itself.
    const effects: EntryEffect[] = state.stuck === key ? [arm('quiet', QUIET_MS)] : [];
    return {state, effects};
  }
  const last = state.run?.key === key ? state.run : undefined;
  const gapMs = last === undefined ? Number.POSITIVE_INFINITY : atMs - last.lastMs;
  const sinceMs = last !== undefined && gapMs <= RUN_GAP_MS ? last.sinceMs : atMs;
  const seen: EntryState = {...state, run: {key, sinceMs, lastMs: atMs}};
  if (atMs - sinceMs > STUCK_AFTER_MS) return stuck(seen, key, atMs);
  if (gapMs <= BOUNCE_MS) return {state: seen, effects: []};
  return withKey(seen, key, atMs, maxDigits);
}

function withKey(state: EntryState, key: KeypadKey, atMs: Millis, maxDigits: number): EntryStep {
  const {digits} = state;
  if (key === '*') {
    const step = cleared(state, 'key', atMs);
    return {...step, effects: [...step.effects, {kind: 'command', key, atMs}]};
  }
  if (key === '#') {
    if (digits === '') return {state, effects: [{kind: 'command', key, atMs}]};
    return {
      state: {...state, digits: ''},
      effects: [
        {kind: 'disarm', timer: 'idle'},
        {kind: 'entry', digits, atMs},
      ],
    };
  }
  if (digits.length >= maxDigits) return cleared(state, 'overlong', atMs);
  const typed = digits + key;
  return {
    state: {...state, digits: typed},
    effects: [arm('idle', IDLE_CLEAR_MS), {kind: 'progress', count: typed.length, atMs}],
  };
}

function withHeld(state: EntryState, key: KeypadKey | undefined): EntryStep {
  if (key === state.held) return {state, effects: []};
  const held: EntryState = {...state, held: key};
  if (state.stuck !== undefined) {
    return {
      state: held,
      effects: [key === state.stuck ? {kind: 'disarm', timer: 'quiet'} : arm('quiet', QUIET_MS)],
    };
  }
  const timer: EntryEffect =
    key === undefined ? {kind: 'disarm', timer: 'held'} : arm('held', STUCK_AFTER_MS);
  return {state: held, effects: [timer]};
}

/** A key that was down when the keypad went may be free by now: only a new word of it counts. */
function withLoss(state: EntryState, atMs: Millis): EntryStep {
  const {effects} = cleared(state, 'lost', atMs);
  const lost: EntryState = {...state, digits: '', run: undefined, held: undefined};
  const quiet: EntryEffect[] = state.stuck === undefined ? [] : [arm('quiet', QUIET_MS)];
  return {state: lost, effects: [...effects, {kind: 'disarm', timer: 'held'}, ...quiet]};
}

function withDue(state: EntryState, timer: EntryTimer, atMs: Millis): EntryStep {
  switch (timer) {
    case 'idle':
      return cleared(state, 'idle', atMs);
    case 'held':
      return state.held === undefined ? {state, effects: []} : stuck(state, state.held, atMs);
    case 'quiet':
      return {
        state: {...state, stuck: undefined, run: undefined},
        effects: [{kind: 'fault', isStanding: false}],
      };
    default:
      return unreachable(timer, 'entry timer');
  }
}

function stuck(state: EntryState, key: KeypadKey, atMs: Millis): EntryStep {
  const {effects} = cleared(state, 'stuck', atMs);
  const quiet: EntryEffect[] = state.held === key ? [] : [arm('quiet', QUIET_MS)];
  return {
    state: {...state, digits: '', stuck: key},
    effects: [...effects, {kind: 'fault', isStanding: true}, ...quiet],
  };
}

function cleared(state: EntryState, why: ClearReason, atMs: Millis): EntryStep {
  if (state.digits === '') return {state, effects: []};
  return {
    state: {...state, digits: ''},
    effects: [
      {kind: 'disarm', timer: 'idle'},
      {kind: 'cleared', why, atMs},
    ],
  };
}

function arm(timer: EntryTimer, afterMs: Millis): EntryEffect {
  return {kind: 'arm', timer, afterMs};
}
