import type {DispenserFault, IssueOutcome} from '../../../drivers/card-dispenser/contract.js';
import type {Millis} from '../../../protocols/base/clock.js';
import {unreachable} from '../../../protocols/base/errors.js';
import type {CardUid, GrantId} from '../../../protocols/site/ids.js';

/** A card that nobody could read after this long is not given out. `assumed:` */
const READ_WITHIN_MS: Millis = 15_000;
/** Source: requirement E40. */
const LOW_STOCK = 20;

/**
 * `idle`: nobody waits for a card. `feeding`: one is ordered, none was read at the mouth yet.
 * `bound`: the card that was read there lies there. What was taken or drawn back makes it idle again.
 */
export interface CardIssueState {
  readonly phase: 'idle' | 'feeding' | 'bound';
  readonly grant: GrantId | undefined;
  /** The card that this issue made live. It is remembered after it was taken. */
  readonly live: CardUid | undefined;
  readonly voided: ReadonlySet<CardUid>;
  readonly faults: ReadonlySet<DispenserFault>;
  readonly isStockLow: boolean;
}

export type CardIssueInput =
  | {readonly kind: 'issue'; readonly grant: GrantId}
  /** What the machine made of the order to feed. */
  | {readonly kind: 'ordered'; readonly outcome: IssueOutcome}
  /** `isForeign`: this card is live for somebody else, so it came in a hand and not from the stack. */
  | {readonly kind: 'cardAtMouth'; readonly uid: CardUid; readonly isForeign: boolean}
  | {readonly kind: 'taken'}
  | {readonly kind: 'swallowed'}
  | {readonly kind: 'stock'; readonly stock: number}
  | {readonly kind: 'fault'; readonly fault: DispenserFault; readonly isStanding: boolean}
  | {readonly kind: 'due'};

/** Why there is no card: the tenant gets a QR code instead. */
export type NoCardReason = DispenserFault | 'UNREAD' | 'BUSY' | 'OFFLINE';

export type CardIssueEffect =
  | {readonly kind: 'feed'}
  | {readonly kind: 'swallow'}
  | {readonly kind: 'bind'; readonly grant: GrantId; readonly uid: CardUid}
  | {readonly kind: 'unbind'; readonly grant: GrantId; readonly uid: CardUid}
  /** This card left the stack, and opens nothing until it is issued anew. */
  | {readonly kind: 'void'; readonly uid: CardUid}
  | {readonly kind: 'offerQr'; readonly grant: GrantId; readonly why: NoCardReason}
  | {
      readonly kind: 'alarm';
      readonly alarm: 'CARD_STOCK_LOW' | 'DISPENSER_FAULT';
      readonly isStanding: boolean;
      readonly detail: string;
    }
  | {readonly kind: 'wait'; readonly afterMs: Millis}
  | {readonly kind: 'rest'};

export interface CardIssueStep {
  readonly state: CardIssueState;
  readonly effects: readonly CardIssueEffect[];
}

export const NO_ISSUE: CardIssueState = {
  phase: 'idle',
  grant: undefined,
  live: undefined,
  voided: new Set(),
  faults: new Set(),
  isStockLow: false,
};

/**
 * Next state of the issue of cards at one dispenser. Nothing is bound before a card was read at the
 * mouth; the first one read there is live, every other is void. Source: requirements P9, E40, E41.
 */
export function stepCardIssue(state: CardIssueState, input: CardIssueInput): CardIssueStep {
  switch (input.kind) {
    case 'issue':
      return stepIssue(state, input.grant);
    case 'ordered':
      return stepOrdered(state, input.outcome);
    case 'cardAtMouth':
      return input.isForeign ? unchanged(state) : stepCard(state, input.uid);
    case 'taken':
      // A card without a grant is none: whoever took an unread one waits for a read that cannot come.
      return state.phase === 'feeding' ? noCard(state, 'UNREAD', []) : finished(state, []);
    case 'swallowed':
      return stepSwallowed(state);
    case 'stock':
      return stepStock(state, input.stock);
    case 'fault':
      return stepFault(state, input.fault, input.isStanding);
    case 'due':
      return state.phase === 'feeding'
        ? noCard(state, 'UNREAD', [{kind: 'swallow'}])
        : unchanged(state);
    default:
      return unreachable(input, 'card issue input');
  }
}

function stepIssue(state: CardIssueState, grant: GrantId): CardIssueStep {
  const refuse = (why: NoCardReason): CardIssueStep => ({
    state,
    effects: [{kind: 'offerQr', grant, why}],
  });
  if (state.phase !== 'idle') return refuse('BUSY');
  const barring = [...state.faults].find(fault => fault === 'EMPTY' || fault === 'JAM');
  if (barring) return refuse(barring);
  return {
    state: {...state, phase: 'feeding', grant, live: undefined, voided: new Set()},
    effects: [{kind: 'feed'}, {kind: 'wait', afterMs: READ_WITHIN_MS}],
  };
}

function stepOrdered(state: CardIssueState, outcome: IssueOutcome): CardIssueStep {
  if (state.phase !== 'feeding') return unchanged(state);
  switch (outcome) {
    case 'begun':
    case 'unanswered':
      return unchanged(state);
    case 'refused':
      return noCard(state, 'BUSY', []);
    case 'not_sent':
      return noCard(state, 'OFFLINE', []);
    default:
      return unreachable(outcome, 'issue outcome');
  }
}

function stepCard(state: CardIssueState, uid: CardUid): CardIssueStep {
  const {phase, grant, live, voided} = state;
  if (uid === live || voided.has(uid)) return unchanged(state);
  if (phase === 'feeding' && grant !== undefined) {
    return {
      state: {...state, phase: 'bound', live: uid},
      effects: [{kind: 'rest'}, {kind: 'bind', grant, uid}],
    };
  }
  return {state: {...state, voided: new Set([...voided, uid])}, effects: [{kind: 'void', uid}]};
}

function stepSwallowed(state: CardIssueState): CardIssueStep {
  const {phase, grant, live} = state;
  if (phase === 'feeding') return noCard(state, 'UNREAD', []);
  if (phase !== 'bound' || grant === undefined || live === undefined) return unchanged(state);
  return finished({...state, live: undefined, voided: new Set([...state.voided, live])}, [
    {kind: 'unbind', grant, uid: live},
    {kind: 'void', uid: live},
    {kind: 'offerQr', grant, why: 'UNTAKEN'},
  ]);
}

function stepStock(state: CardIssueState, stock: number): CardIssueStep {
  const isStockLow = stock <= LOW_STOCK;
  if (isStockLow === state.isStockLow) return unchanged(state);
  const detail = `${stock} cards left`;
  return {
    state: {...state, isStockLow},
    effects: [{kind: 'alarm', alarm: 'CARD_STOCK_LOW', isStanding: isStockLow, detail}],
  };
}

function stepFault(
  before: CardIssueState,
  fault: DispenserFault,
  isStanding: boolean,
): CardIssueStep {
  if (before.faults.has(fault) === isStanding) return unchanged(before);
  const others = [...before.faults].filter(other => other !== fault);
  const faults = new Set(isStanding ? [...others, fault] : others);
  const state = {...before, faults};
  const alarm: CardIssueEffect = {
    kind: 'alarm',
    alarm: 'DISPENSER_FAULT',
    isStanding: faults.size > 0,
    detail: [...faults].join(' '),
  };
  // Not so EMPTY: the last card of a stack empties it and comes to the mouth all the same.
  const isOver = isStanding && fault === 'JAM' && state.phase === 'feeding';
  return isOver ? noCard(state, fault, [alarm]) : {state, effects: [alarm]};
}

/** Whatever comes to the mouth after this is void. */
function noCard(
  state: CardIssueState,
  why: NoCardReason,
  effects: readonly CardIssueEffect[],
): CardIssueStep {
  const {grant} = state;
  const offer: readonly CardIssueEffect[] = grant ? [{kind: 'offerQr', grant, why}] : [];
  return finished(state, [{kind: 'rest'}, ...effects, ...offer]);
}

function finished(state: CardIssueState, effects: readonly CardIssueEffect[]): CardIssueStep {
  return {state: {...state, phase: 'idle', grant: undefined}, effects};
}

function unchanged(state: CardIssueState): CardIssueStep {
  return {state, effects: []};
}
