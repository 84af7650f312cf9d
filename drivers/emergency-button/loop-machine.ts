import type {Millis} from '../../protocols/base/clock.js';
import type {ButtonLine} from './contract.js';

/** What both contacts of a supervised button say together. */
export type LoopSight = 'rest' | 'pressed' | 'open' | 'short';

/**
 * How a button is wired to two inputs; a closed contact is 1. `antivalent`: a changeover button, the
 * first input at its normally closed contact and the second at its normally open one. `endOfLine`: the
 * outputs of a module that measures the resistor of the loop, the first open with a press and the second
 * open with a fault; a module without power opens both.
 * `assumed:` that such a module does not tell a cut loop from a bridged one.
 * Source: device notes 3.7.
 */
export const LOOP_WIRINGS = {
  antivalent: {'10': 'rest', '01': 'pressed', '00': 'open', '11': 'short'},
  endOfLine: {'11': 'rest', '01': 'pressed', '00': 'open', '10': 'open'},
} as const satisfies Record<string, Record<'00' | '01' | '10' | '11', LoopSight>>;

export type LoopWiring = keyof typeof LOOP_WIRINGS;

export function loopSight(wiring: LoopWiring, first: boolean, second: boolean): LoopSight {
  return LOOP_WIRINGS[wiring][`${first ? 1 : 0}${second ? 1 : 0}`];
}

export interface LoopState {
  readonly line: ButtonLine | undefined;
  /** The press that lasts was told. */
  readonly isTold: boolean;
  /** What was seen last, and since when without a change. */
  readonly seen: {readonly sight: LoopSight; readonly sinceMs: Millis} | undefined;
  /** Counted presses that wait for a look at the loop: a bridged one counts too. */
  readonly counted: number;
  /** Presses told by their sight, whose count is still to come. */
  readonly uncounted: number;
}

export type LoopInput =
  | {readonly kind: 'sight'; readonly sight: LoopSight}
  /** From a counting input at the contact that closes with a press. */
  | {readonly kind: 'count'; readonly presses: number}
  /** The board is out of reach. */
  | {readonly kind: 'lost'};

export type LoopEffect =
  | {readonly kind: 'press'; readonly presses: number; readonly atMs: Millis}
  | {readonly kind: 'line'; readonly line: ButtonLine};

export interface LoopStep {
  readonly state: LoopState;
  readonly effects: readonly LoopEffect[];
}

export const NEW_LOOP: LoopState = {
  line: undefined,
  isTold: false,
  seen: undefined,
  counted: 0,
  uncounted: 0,
};

/** Source: device notes 3.7. */
const DEBOUNCE_MS: Millis = 50;
/** A slow finger leaves both contacts open for a while: that is no cut wire yet. `assumed:` */
const FAULT_MS: Millis = 300;

/**
 * Next state of a supervised button. A fault of the loop is never a press; a press is told once, however
 * long it lasts. In doubt somebody pressed: one call too many is cheaper than one too few.
 */
export function stepLoop(state: LoopState, input: LoopInput, atMs: Millis): LoopStep {
  switch (input.kind) {
    case 'sight':
      return look(state, input.sight, atMs);
    case 'count': {
      const known = Math.min(state.uncounted, input.presses);
      const counted = state.counted + input.presses - known;
      return {state: {...state, counted, uncounted: state.uncounted - known}, effects: []};
    }
    case 'lost': {
      const next = {...NEW_LOOP, line: state.line};
      return {state: next, effects: pressOf(state.counted, atMs)};
    }
  }
}

function look(before: LoopState, sight: LoopSight, atMs: Millis): LoopStep {
  const seen = before.seen?.sight === sight ? before.seen : {sight, sinceMs: atMs};
  const isFault = sight === 'open' || sight === 'short';
  const isSettled = atMs - seen.sinceMs >= (isFault ? FAULT_MS : DEBOUNCE_MS);
  if (isFault) {
    const state = {...before, seen};
    return isSettled
      ? turnLine({...state, counted: 0, uncounted: 0}, sight, [])
      : {state, effects: []};
  }
  // What was counted before this look was pressed, since the loop is sound.
  const effects = pressOf(before.counted, atMs);
  const isTold = before.isTold || before.counted > 0;
  const state = {...before, seen, counted: 0, isTold};
  if (!isSettled) return {state, effects};
  if (sight === 'rest') return turnLine({...state, isTold: false, uncounted: 0}, 'ok', effects);
  if (isTold) return turnLine(state, 'ok', effects);
  const told = {...state, isTold: true, uncounted: 1};
  return turnLine(told, 'ok', pressOf(1, atMs));
}

function turnLine(state: LoopState, line: ButtonLine, effects: readonly LoopEffect[]): LoopStep {
  if (line === state.line) return {state, effects};
  return {state: {...state, line}, effects: [...effects, {kind: 'line', line}]};
}

function pressOf(presses: number, atMs: Millis): readonly LoopEffect[] {
  return presses > 0 ? [{kind: 'press', presses, atMs}] : [];
}
