import type {Millis} from '../../protocols/base/clock.js';
import type {CountReading} from './contract.js';

/** Source: device notes 6.2, requirements E75. */
export interface BeamRules {
  /** Both beams within it are one passage. */
  readonly pairWithinMs: Millis;
  /** More breaks of one beam in that time are no person walking. */
  readonly mostBreaks: number;
  readonly sureConfidence: number;
  readonly guessConfidence: number;
}

/** `assumed:` the two confidences; no counter of beams gives one. */
export const DEFAULT_BEAM_RULES: BeamRules = {
  pairWithinMs: 1500,
  mostBreaks: 2,
  sureConfidence: 0.95,
  guessConfidence: 0.3,
};

export interface BeamState {
  /** The beam that was broken first and waits for its partner. */
  readonly first: 'a' | 'b' | undefined;
  readonly firstMs: Millis;
  /** Breaks of the waiting beam, more than one of them when somebody swings a bag. */
  readonly breaks: number;
  /** Where a guess would go: alternately, so that guesses do not drift one way. */
  readonly guessOut: boolean;
}

export interface BeamStep {
  readonly state: BeamState;
  readonly counted: readonly Omit<CountReading, 'atMs'>[];
}

export const NEW_BEAMS: BeamState = {first: undefined, firstMs: 0, breaks: 0, guessOut: false};

/**
 * Next state of a door after one poll that saw `a` and `b` new breaks of its beams; A hangs outside.
 *
 * - A before B is one in, B before A one out, when both come within 1.5 s.
 * - Both in one poll are one passage whose direction nobody saw: a guess.
 * - Many breaks, or breaks that do not pair up, are a dog, a suitcase or a curtain: a guess.
 * - One beam alone is somebody who turned round: nothing.
 */
export function stepBeams(
  before: BeamState,
  {a, b, atMs}: {readonly a: number; readonly b: number; readonly atMs: Millis},
  rules: BeamRules = DEFAULT_BEAM_RULES,
): BeamStep {
  const late = before.first !== undefined && atMs - before.firstMs > rules.pairWithinMs;
  const state = late ? {...before, first: undefined, breaks: 0} : before;
  if (a === 0 && b === 0) return {state, counted: []};
  if (a > 0 && b > 0) return together(state, Math.max(a, b), rules);
  const beam = a > 0 ? 'a' : 'b';
  const breaks = Math.max(a, b);
  if (state.first === undefined) {
    return {state: {...state, first: beam, firstMs: atMs, breaks}, counted: []};
  }
  if (state.first === beam) {
    return {state: {...state, breaks: state.breaks + breaks}, counted: []};
  }
  const isSure = state.breaks <= rules.mostBreaks && breaks <= rules.mostBreaks;
  const isIn = state.first === 'a';
  const passage = {
    in: Number(isIn),
    out: Number(!isIn),
    confidence: isSure ? rules.sureConfidence : rules.guessConfidence,
    quality: isSure ? 'good' : 'ambiguous',
  } as const;
  return {state: {...state, first: undefined, breaks: 0}, counted: [passage]};
}

/** Order within one poll cannot be told; a beam that waited before it says at least who was first. */
function together(state: BeamState, passages: number, rules: BeamRules): BeamStep {
  const known = state.first;
  const isOut = known === undefined ? state.guessOut : known === 'b';
  const guess = {
    in: isOut ? 0 : passages,
    out: isOut ? passages : 0,
    confidence: rules.guessConfidence,
    quality: 'ambiguous',
  } as const;
  const guessOut = known === undefined ? !state.guessOut : state.guessOut;
  return {state: {...state, first: undefined, breaks: 0, guessOut}, counted: [guess]};
}
