import type {Millis} from '../../protocols/base/clock.js';
import {
  type ButtonRegisters,
  pressesBetween,
} from '../../protocols/profiles/emergency-button-profile.js';
import type {ButtonLine} from './contract.js';

/**
 * More presses than a person can make while the board was out of reach for a while: such a step of
 * the counter is a restarted board, not a wrap at 16 bits.
 */
const MOST_PRESSES = 1000;

export interface ButtonState {
  /** Counter of the last poll; undefined before the first. */
  readonly count: number | undefined;
  readonly line: ButtonLine | undefined;
}

export type ButtonEffect =
  | {readonly kind: 'press'; readonly presses: number; readonly atMs: Millis}
  | {readonly kind: 'line'; readonly line: ButtonLine}
  /** The board forgot what was written to it. */
  | {readonly kind: 'restarted'};

export interface ButtonStep {
  readonly state: ButtonState;
  readonly effects: readonly ButtonEffect[];
}

export const NEW_BUTTON: ButtonState = {count: undefined, line: undefined};

/**
 * Next state of a call button after one poll. In doubt somebody pressed: one call too many is
 * cheaper than one too few. Source: device notes 3.5, 3.7; requirements P22.
 */
export function stepButton(
  state: ButtonState,
  registers: ButtonRegisters,
  atMs: Millis,
): ButtonStep {
  const {loop: line, pressCount: count} = registers;
  const {presses, restarted} = countPresses(state.count, registers);
  const effects: ButtonEffect[] = [];
  if (presses > 0) effects.push({kind: 'press', presses, atMs});
  if (line !== state.line) effects.push({kind: 'line', line});
  if (restarted) effects.push({kind: 'restarted'});
  return {state: {count, line}, effects};
}

function countPresses(
  before: number | undefined,
  registers: ButtonRegisters,
): {readonly presses: number; readonly restarted: boolean} {
  const {pressCount, pressed} = registers;
  if (before === undefined) return {presses: Number(pressed), restarted: false};
  const presses = pressesBetween(before, pressCount);
  if (presses <= MOST_PRESSES) return {presses, restarted: false};
  // A board counts from 0 after its restart: whatever stands there was pressed since.
  const sinceRestart = pressCount <= MOST_PRESSES ? pressCount : 0;
  return {presses: Math.max(sinceRestart, Number(pressed)), restarted: true};
}
