import type {Millis} from '../../protocols/base/clock.js';
import {unreachable} from '../../protocols/base/errors.js';
import type {CardUid} from '../../protocols/site/ids.js';
import type {CardReadError} from './contract.js';

/**
 * Silence after which a field is empty: a reader repeats the card about every 65 ms.
 * Source: device notes 4.2. `assumed:` the repetition, no maker publishes it.
 */
export const FIELD_GONE_MS: Millis = 300;

/** What lies in the field of a reader that can only say "I read this number". */
export type FieldState =
  | {readonly kind: 'empty'; readonly garbledMs: Millis | undefined}
  | {readonly kind: 'card'; readonly uid: CardUid}
  /** Two cards answered in turn. Nobody can tell which is meant until the field was empty. */
  | {readonly kind: 'mixed'; readonly told: CardUid | undefined};

export type FieldInput =
  | {readonly kind: 'read'; readonly uid: CardUid; readonly atMs: Millis}
  /** A reader that sees all cards at once saw more than one. */
  | {readonly kind: 'several'; readonly atMs: Millis}
  | {readonly kind: 'garbled'; readonly atMs: Millis}
  /** Nothing was read for `FIELD_GONE_MS`, or the reader is gone. */
  | {readonly kind: 'silence'; readonly atMs: Millis};

export type FieldEffect =
  | {readonly kind: 'card'; readonly uid: CardUid; readonly atMs: Millis}
  | {readonly kind: 'gone'; readonly uid: CardUid; readonly atMs: Millis}
  | {readonly kind: 'error'; readonly error: CardReadError; readonly atMs: Millis}
  /** Start the silence anew: something was read. */
  | {readonly kind: 'listen'};

export interface FieldStep {
  readonly state: FieldState;
  readonly effects: readonly FieldEffect[];
}

export const EMPTY_FIELD: FieldState = {kind: 'empty', garbledMs: undefined};

/** Next state of a reader's field. Source: requirements E42, E43; device notes 4.2. */
export function stepField(state: FieldState, input: FieldInput): FieldStep {
  switch (input.kind) {
    case 'read':
      return withCard(state, input.uid, input.atMs);
    case 'several':
      return withSeveral(state, input.atMs);
    case 'garbled':
      return withGarbled(state, input.atMs);
    case 'silence':
      return {state: EMPTY_FIELD, effects: goneEffects(state, input.atMs)};
    default:
      return unreachable(input, 'field input');
  }
}

function withCard(state: FieldState, uid: CardUid, atMs: Millis): FieldStep {
  const listen: FieldEffect = {kind: 'listen'};
  switch (state.kind) {
    case 'empty':
      return {state: {kind: 'card', uid}, effects: [{kind: 'card', uid, atMs}, listen]};
    case 'card':
      if (state.uid === uid) return {state, effects: [listen]};
      return {
        state: {kind: 'mixed', told: state.uid},
        effects: [{kind: 'error', error: 'two_cards', atMs}, listen],
      };
    case 'mixed':
      return {state, effects: [listen]};
    default:
      return unreachable(state, 'field state');
  }
}

/** None of them is told: a wallet gives one error and no card. */
function withSeveral(state: FieldState, atMs: Millis): FieldStep {
  const listen: FieldEffect = {kind: 'listen'};
  if (state.kind === 'mixed') return {state, effects: [listen]};
  const told = state.kind === 'card' ? state.uid : undefined;
  return {
    state: {kind: 'mixed', told},
    effects: [{kind: 'error', error: 'two_cards', atMs}, listen],
  };
}

/** Damage beside a card that has been read concerns nobody. */
function withGarbled(state: FieldState, atMs: Millis): FieldStep {
  if (state.kind !== 'empty') return {state, effects: []};
  const {garbledMs} = state;
  if (garbledMs !== undefined && atMs - garbledMs < FIELD_GONE_MS) return {state, effects: []};
  return {
    state: {kind: 'empty', garbledMs: atMs},
    effects: [{kind: 'error', error: 'garbled', atMs}],
  };
}

function goneEffects(state: FieldState, atMs: Millis): readonly FieldEffect[] {
  switch (state.kind) {
    case 'empty':
      return [];
    case 'card':
      return [{kind: 'gone', uid: state.uid, atMs}];
    case 'mixed':
      return state.told === undefined ? [] : [{kind: 'gone', uid: state.told, atMs}];
    default:
      return unreachable(state, 'field state');
  }
}
