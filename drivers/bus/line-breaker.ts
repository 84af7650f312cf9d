import type {Millis} from '../../protocols/base/clock.js';
import {backoffDelayMs, REOPEN_BACKOFF} from '../port/backoff.js';

/** The line as a whole: one dead adapter is one fact, not thirty-two silent devices. */
export interface LineBreakerState {
  readonly isDown: boolean;
  readonly reopenings: number;
  readonly isReopenArmed: boolean;
}

export type LineBreakerInput =
  | {readonly kind: 'linkLost'}
  /** Every polled unit is offline although the link is up; `fraction` uniform in [0, 1). */
  | {readonly kind: 'allSilent'; readonly fraction: number}
  | {readonly kind: 'reopenDue'}
  | {readonly kind: 'reply'};

export type LineBreakerEffect =
  | {readonly kind: 'tellDown'}
  | {readonly kind: 'tellUp'}
  | {readonly kind: 'armReopen'; readonly afterMs: Millis}
  | {readonly kind: 'disarmReopen'}
  | {readonly kind: 'reopen'};

export interface LineBreakerStep {
  readonly state: LineBreakerState;
  readonly effects: readonly LineBreakerEffect[];
}

export const LINE_AT_START: LineBreakerState = {isDown: false, reopenings: 0, isReopenArmed: false};

/**
 * Down once when the link is lost or all units fall silent, up again with the first valid reply. While
 * all are silent the port is reopened after 1, 2, 4 .. 30 s (devices.md 1.4 rule 8).
 */
export function stepLineBreaker(state: LineBreakerState, input: LineBreakerInput): LineBreakerStep {
  const tellDown: LineBreakerEffect[] = state.isDown ? [] : [{kind: 'tellDown'}];
  const disarm: LineBreakerEffect[] = state.isReopenArmed ? [{kind: 'disarmReopen'}] : [];
  switch (input.kind) {
    case 'linkLost':
      // The link reopens by itself.
      return {
        state: {...state, isDown: true, isReopenArmed: false},
        effects: [...disarm, ...tellDown],
      };
    case 'allSilent': {
      if (state.isReopenArmed) return {state, effects: []};
      const afterMs = backoffDelayMs(REOPEN_BACKOFF, state.reopenings, input.fraction);
      return {
        state: {isDown: true, reopenings: state.reopenings + 1, isReopenArmed: true},
        effects: [...tellDown, {kind: 'armReopen', afterMs}],
      };
    }
    case 'reopenDue':
      if (!state.isReopenArmed) return {state, effects: []};
      return {state: {...state, isReopenArmed: false}, effects: [{kind: 'reopen'}]};
    case 'reply':
      if (state === LINE_AT_START) return {state, effects: []};
      return {
        state: LINE_AT_START,
        effects: state.isDown ? [...disarm, {kind: 'tellUp'}] : disarm,
      };
  }
}
