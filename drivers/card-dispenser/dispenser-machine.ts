import type {Millis} from '../../protocols/base/clock.js';
import {unreachable} from '../../protocols/base/errors.js';
import type {DispenserRegisters} from '../../protocols/profiles/card-dispenser-profile.js';
import type {CardUid} from '../../protocols/site/ids.js';
import type {DispenserFault} from './contract.js';

/** Source: requirements P9, E41. */
const UNTAKEN_MS: Millis = 60_000;
/** More than a stack holds: the machine has restarted and counts from 0. `assumed:` */
const MOST_CARDS = 1000;

export interface DispenserState {
  readonly registers: DispenserRegisters | undefined;
  /** The machine is out of reach: what it said last is no knowledge of its mouth. */
  readonly isLost: boolean;
  /** What the reader at the mouth sees now. */
  readonly inField: CardUid | undefined;
  /** Cards that were told since something lies at the mouth. */
  readonly told: ReadonlySet<CardUid>;
  readonly faults: ReadonlySet<DispenserFault>;
}

export type DispenserInput =
  | {readonly kind: 'status'; readonly registers: DispenserRegisters; readonly atMs: Millis}
  | {readonly kind: 'card'; readonly uid: CardUid; readonly atMs: Millis}
  | {readonly kind: 'cardGone'}
  /** The line has given the machine up. */
  | {readonly kind: 'lost'}
  /** The time at the mouth is over. */
  | {readonly kind: 'due'};

export type DispenserEffect =
  | {readonly kind: 'cardAtMouth'; readonly uid: CardUid; readonly atMs: Millis}
  | {readonly kind: 'fed'; readonly cards: number; readonly atMs: Millis}
  | {readonly kind: 'taken' | 'swallowed'; readonly atMs: Millis}
  | {readonly kind: 'stock'; readonly stock: number}
  | {readonly kind: 'fault'; readonly fault: DispenserFault; readonly isStanding: boolean}
  | {readonly kind: 'wait'; readonly afterMs: Millis}
  | {readonly kind: 'rest'}
  | {readonly kind: 'swallow'};

export interface DispenserStep {
  readonly state: DispenserState;
  readonly effects: readonly DispenserEffect[];
}

export const NEW_DISPENSER: DispenserState = {
  registers: undefined,
  isLost: false,
  inField: undefined,
  told: new Set(),
  faults: new Set(),
};

/**
 * Next state of a dispenser. A card counts as ours only while the machine itself has one at its mouth:
 * what a person holds before the reader at any other time is told to nobody.
 */
export function stepDispenser(state: DispenserState, input: DispenserInput): DispenserStep {
  switch (input.kind) {
    case 'status':
      return stepStatus(state, input.registers, input.atMs);
    case 'card':
      return tellCard({...state, inField: input.uid}, input.atMs);
    case 'cardGone':
      return {state: {...state, inField: undefined}, effects: []};
    case 'lost':
      return {state: {...state, isLost: true}, effects: []};
    case 'due': {
      if (!state.registers?.isCardAtMouth) return {state, effects: []};
      const effects: DispenserEffect[] = [];
      const next = withFault(state, 'UNTAKEN', true, effects);
      return {state: next, effects: [...effects, {kind: 'swallow'}]};
    }
    default:
      return unreachable(input, 'dispenser input');
  }
}

function stepStatus(
  before: DispenserState,
  registers: DispenserRegisters,
  atMs: Millis,
): DispenserStep {
  const effects: DispenserEffect[] = [];
  const {registers: last} = before;
  let state: DispenserState = {...before, registers, isLost: false};
  if (registers.stock !== last?.stock) effects.push({kind: 'stock', stock: registers.stock});
  const fed = grown(last?.fedCount, registers.fedCount);
  if (fed > 0) effects.push({kind: 'fed', cards: fed, atMs});
  state = withFault(state, 'EMPTY', registers.isEmpty, effects);
  state = withFault(state, 'JAM', registers.isJammed, effects);
  state = withFault(state, 'DOUBLE', registers.isDoubleFeed || fed > 1, effects, fed !== 1);
  const isNew = registers.isCardAtMouth && !last?.isCardAtMouth;
  if (isNew) effects.push({kind: 'wait', afterMs: UNTAKEN_MS});
  const mouth = tellCard(state, atMs);
  effects.push(...mouth.effects);
  state = mouth.state;
  if (grown(last?.takenCount, registers.takenCount) > 0) effects.push({kind: 'taken', atMs});
  if (grown(last?.swallowedCount, registers.swallowedCount) > 0) {
    effects.push({kind: 'swallowed', atMs});
  }
  if (registers.isCardAtMouth) return {state, effects};
  if (last?.isCardAtMouth) effects.push({kind: 'rest'});
  state = withFault(state, 'UNTAKEN', false, effects);
  return {state: {...state, told: new Set()}, effects};
}

function tellCard(state: DispenserState, atMs: Millis): DispenserStep {
  const {inField: uid, registers, isLost, told} = state;
  if (uid === undefined || isLost || !registers?.isCardAtMouth || told.has(uid)) {
    return {state, effects: []};
  }
  return {
    state: {...state, told: new Set([...told, uid])},
    effects: [{kind: 'cardAtMouth', uid, atMs}],
  };
}

/** Growth of a counter of 16 bits; 0 at the first poll and after a restart of the machine. */
function grown(before: number | undefined, now: number): number {
  if (before === undefined) return 0;
  const steps = (now - before) & 0xffff;
  return steps <= MOST_CARDS ? steps : 0;
}

/** `isKept`: what would end the fault has not happened. */
function withFault(
  state: DispenserState,
  fault: DispenserFault,
  isSeen: boolean,
  effects: DispenserEffect[],
  isKept = false,
): DispenserState {
  const stood = state.faults.has(fault);
  const isStanding = isSeen || (stood && isKept);
  if (stood === isStanding) return state;
  effects.push({kind: 'fault', fault, isStanding});
  const others = [...state.faults].filter(other => other !== fault);
  return {...state, faults: new Set(isStanding ? [...others, fault] : others)};
}
