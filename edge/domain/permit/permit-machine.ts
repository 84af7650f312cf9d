import type {Millis} from '../../../protocols/base/clock.js';
import type {PersonId} from '../../../protocols/site/ids.js';

/** Longest window, in seconds. Source: ecosystem I-17, the limit of zigbee2mqtt. */
export const LONGEST_PERMIT_S = 254;

/** What is to be taken on: a card at a collector for one of the staff, or a unit on a line. */
export type PermitTarget =
  | {readonly kind: 'card'; readonly place: string; readonly holder: PersonId}
  | {readonly kind: 'device'; readonly place: string};

/** A window while it is open. On the monotonic clock of this run: setting the time prolongs nothing. */
export interface OpenPermit {
  readonly target: PermitTarget;
  readonly by: PersonId;
  readonly endsMs: Millis;
}

/** A unit that answers on a line and stands in no site file. */
export interface NewUnit {
  readonly address: number;
  /** As the site file calls it; `unknown`: it answers, and is none that is told by reading. */
  readonly kind: string;
}

export type PermitEnd = 'taken' | 'found' | 'refused' | 'nobody' | 'closed' | 'stopped';

/** What became of the last window of this run. */
export interface PermitOutcome {
  readonly target: PermitTarget;
  readonly end: PermitEnd;
  /** Empty when it was taken on. */
  readonly why: string;
  /** With `found` alone. */
  readonly unit: NewUnit | null;
}

/** Nothing of it is kept on disk: after a restart no window is open. */
export interface PermitState {
  readonly open: OpenPermit | undefined;
  readonly last: PermitOutcome | undefined;
}

export const NO_PERMIT: PermitState = {open: undefined, last: undefined};

export type PermitInput =
  | {
      readonly kind: 'open';
      readonly target: PermitTarget;
      readonly by: PersonId;
      readonly seconds: number;
    }
  /** A card at a collector; `isKnown`: the lot knows it already. */
  | {readonly kind: 'card'; readonly place: string; readonly isKnown: boolean}
  /** All addresses of a line were asked once. */
  | {readonly kind: 'searched'; readonly place: string; readonly units: readonly NewUnit[]}
  | {readonly kind: 'tick'}
  | {readonly kind: 'close'; readonly end: 'closed' | 'stopped'};

export type PermitEffect =
  /** For the journal: who opened what, and how it ended. */
  | {
      readonly kind: 'note';
      readonly by: PersonId;
      readonly target: PermitTarget;
      readonly what: string;
    }
  | {readonly kind: 'takeCard'; readonly open: OpenPermit};

export interface PermitStep {
  readonly state: PermitState;
  readonly effects: readonly PermitEffect[];
  /** Why a window was not opened; left out: nothing was refused. */
  readonly refused?: string;
}

/**
 * A window in which one unknown card or device is taken on. It ends with the first of: one taken on, its time, a
 * person who closes it, the end of the run. A card that is known opens what it opens every day, and ends nothing.
 */
export function stepPermit(state: PermitState, input: PermitInput, nowMs: Millis): PermitStep {
  const {open} = state;
  if (input.kind === 'open') return opened(state, input, nowMs);
  if (!open) return {state, effects: []};
  if (nowMs >= open.endsMs) return ended(open, 'nobody', 'nobody came before its time was over');
  return heard(state, open, input);
}

function heard(
  state: PermitState,
  open: OpenPermit,
  input: Exclude<PermitInput, {kind: 'open'}>,
): PermitStep {
  switch (input.kind) {
    case 'tick':
      return {state, effects: []};
    case 'close':
      return ended(open, input.end, input.end === 'closed' ? 'closed by hand' : 'the site stopped');
    case 'card': {
      const isHere = open.target.kind === 'card' && open.target.place === input.place;
      if (!isHere || input.isKnown) return {state, effects: []};
      // Closed before anything is stored: a second card must not slip in behind the first.
      return {state: NO_PERMIT, effects: [{kind: 'takeCard', open}]};
    }
    case 'searched': {
      const isHere = open.target.kind === 'device' && open.target.place === input.place;
      return isHere ? judged(state, open, input.units) : {state, effects: []};
    }
  }
}

/** How the card of a window that closed over it fared in the store. */
export function settlePermit({target, by}: OpenPermit, why: string): PermitStep {
  return ended({target, by, endsMs: 0}, why === '' ? 'taken' : 'refused', why);
}

function opened(
  state: PermitState,
  {target, by, seconds}: Extract<PermitInput, {kind: 'open'}>,
  nowMs: Millis,
): PermitStep {
  if (state.open && nowMs < state.open.endsMs) {
    const {place} = state.open.target;
    return {state, effects: [], refused: `a window is open at ${place}: close it first`};
  }
  if (!(seconds >= 1 && seconds <= LONGEST_PERMIT_S)) {
    return {state, effects: [], refused: `seconds: expected 1-${LONGEST_PERMIT_S}, got ${seconds}`};
  }
  return {
    state: {open: {target, by, endsMs: nowMs + seconds * 1000}, last: undefined},
    effects: [{kind: 'note', by, target, what: `opened for ${seconds} s`}],
  };
}

function judged(state: PermitState, open: OpenPermit, units: readonly NewUnit[]): PermitStep {
  const [unit] = units;
  if (!unit) return {state, effects: []};
  if (units.length > 1) {
    const where = units.map(({address}) => address).join(', ');
    return ended(open, 'refused', `new units answer at ${where}: connect one after the other`);
  }
  if (unit.kind === 'unknown') {
    return ended(open, 'refused', `what answers at ${unit.address} is none that is known`);
  }
  return ended(open, 'found', '', unit);
}

function ended(
  {target, by}: OpenPermit,
  end: PermitEnd,
  why: string,
  unit: NewUnit | null = null,
): PermitStep {
  const about = unit ? `${end}: ${unit.kind} at address ${unit.address}` : end;
  return {
    state: {open: undefined, last: {target, end, why, unit}},
    effects: [{kind: 'note', by, target, what: why === '' ? about : `${end}: ${why}`}],
  };
}
