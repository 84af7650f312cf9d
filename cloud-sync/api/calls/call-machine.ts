import type {Millis} from '../../../protocols/base/clock.js';

export const CALL_STATES = ['open', 'acknowledged', 'ended'] as const;
export type CallState = (typeof CALL_STATES)[number];

/** When who is told, in ms of the call's own age. @see ecosystem.md 2.2, EC-9 and EC-10 */
export interface CallPlan {
  /** Ages at which contacts are told, growing, each once. */
  readonly stepsMs: readonly Millis[];
  /** After the last step everybody is told again so often. */
  readonly repeatMs: Millis;
  /** Nobody took it by then: an incident, told to everybody for the last time. */
  readonly unansweredMs: Millis;
  /** Taken, and not ended for so long: who took it is told, then everybody. */
  readonly attendMs: Millis;
}

/** A call as far as the cloud knows. Times are UTC in ms. */
export interface CallStand {
  readonly state: CallState;
  /** When it was made, at the place of the call; never later than the cloud heard of it. */
  readonly atWall: number;
  /** Everybody up to this age has been told; -1: nobody. */
  readonly toldMs: Millis;
  /** How often everybody was told again. */
  readonly repeats: number;
  readonly isUnanswered: boolean;
  /** Its gateway is not heard of since then; null: it is. */
  readonly silentWall: number | null;
  readonly ackedWall: number | null;
  readonly reminders: number;
  readonly endedWall: number | null;
  /** When to look at it again. */
  readonly dueWall: number | null;
}

export type CallInput =
  | {readonly kind: 'due'}
  /** Somebody took it, at the place or from afar. */
  | {readonly kind: 'acknowledged'; readonly atWall: number}
  | {readonly kind: 'ended'; readonly atWall: number}
  /** Nothing was heard of its gateway since `sinceWall`. */
  | {readonly kind: 'silent'; readonly sinceWall: number}
  | {readonly kind: 'heard'}
  /** A contact that was to be told cannot be reached. */
  | {readonly kind: 'unreachable'};

/** Why people are told. */
export const NOTICE_WHYS = ['step', 'repeat', 'gateway_silent', 'unanswered', 'not_ended'] as const;
export type NoticeWhy = (typeof NOTICE_WHYS)[number];

export type CallEffect =
  /** Tell the contacts of the steps that lie in (`afterMs`, `untilMs`]. */
  | {
      readonly effect: 'notify';
      readonly why: NoticeWhy;
      readonly afterMs: Millis;
      readonly untilMs: Millis;
    }
  /** Tell who took it. */
  | {readonly effect: 'remind'}
  /** What was not sent yet is not sent any more. */
  | {readonly effect: 'drop'}
  | {readonly effect: 'tell'; readonly word: CallWord};

/** What followers hear: `call.WORD`. */
export type CallWord =
  | 'escalated'
  | 'gateway_silent'
  | 'unanswered'
  | 'acknowledged'
  | 'not_ended'
  | 'ended';

export interface CallStep {
  /** The same object when nothing changed. */
  readonly state: CallStand;
  readonly effects: readonly CallEffect[];
}

/** First who took it, then everybody. */
const MAX_REMINDERS = 2;

/** A call of which the cloud has just heard. */
export function newCall(atWall: number, plan: CallPlan): CallStand {
  const stand: CallStand = {
    ...{state: 'open', atWall, toldMs: -1, repeats: 0, isUnanswered: false, silentWall: null},
    ...{ackedWall: null, reminders: 0, endedWall: null, dueWall: null},
  };
  return withDue(stand, plan);
}

/**
 * One call, from the first word of it to its end. Steps count from the call's own time: one that comes late,
 * behind a backlog, is at once where it would be by now. @see ecosystem.md 2.2, EC-11
 */
export function stepCall(
  stand: CallStand,
  input: CallInput,
  plan: CallPlan,
  wallMs: number,
): CallStep {
  if (stand.state === 'ended') return same(stand);
  switch (input.kind) {
    case 'due':
      return stand.state === 'open' ? openDue(stand, plan, wallMs) : takenDue(stand, plan, wallMs);
    case 'acknowledged':
      return acknowledged(stand, input.atWall, plan);
    case 'ended': {
      const state = {...stand, state: 'ended' as const, endedWall: input.atWall, dueWall: null};
      return {state, effects: [{effect: 'drop'}, {effect: 'tell', word: 'ended'}]};
    }
    case 'silent':
      return silent(stand, input.sinceWall, plan);
    case 'heard':
      return stand.silentWall === null ? same(stand) : same({...stand, silentWall: null});
    case 'unreachable':
      return unreachableContact(stand, plan);
  }
}

function openDue(stand: CallStand, plan: CallPlan, wallMs: number): CallStep {
  const ageMs = wallMs - stand.atWall;
  const due = plan.stepsMs.filter(ms => ms > stand.toldMs && ms <= ageMs);
  const untilMs = due.at(-1);
  const effects: CallEffect[] = [];
  let next = stand;
  if (untilMs !== undefined) {
    effects.push(
      {effect: 'notify', why: 'step', afterMs: stand.toldMs, untilMs},
      {effect: 'tell', word: 'escalated'},
    );
    next = {...next, toldMs: untilMs};
  }
  if (!stand.isUnanswered && ageMs >= plan.unansweredMs) {
    // Who was told this very moment is not told twice.
    const told = Math.min(next.toldMs, untilMs === undefined ? next.toldMs : stand.toldMs);
    if (told >= 0) effects.push({effect: 'notify', why: 'unanswered', afterMs: -1, untilMs: told});
    effects.push({effect: 'tell', word: 'unanswered'});
    next = {...next, isUnanswered: true};
  } else if (untilMs === undefined && isRepeatDue(next, plan, ageMs)) {
    effects.push(
      {effect: 'notify', why: 'repeat', afterMs: -1, untilMs: next.toldMs},
      {effect: 'tell', word: 'escalated'},
    );
    next = {...next, repeats: repeatsBy(plan, ageMs)};
  }
  const state = withDue(next, plan);
  return effects.length === 0 && state.dueWall === stand.dueWall ? same(stand) : {state, effects};
}

function takenDue(stand: CallStand, plan: CallPlan, wallMs: number): CallStep {
  if (stand.dueWall === null || wallMs < stand.dueWall) return same(stand);
  const state = withDue({...stand, reminders: stand.reminders + 1}, plan);
  const everybody: CallEffect = {
    ...{effect: 'notify', why: 'not_ended', afterMs: -1},
    untilMs: plan.stepsMs.at(-1) ?? 0,
  };
  const who: CallEffect = stand.reminders === 0 ? {effect: 'remind'} : everybody;
  return {state, effects: [who, {effect: 'tell', word: 'not_ended'}]};
}

function acknowledged(stand: CallStand, atWall: number, plan: CallPlan): CallStep {
  if (stand.state !== 'open') return same(stand);
  const state = withDue({...stand, state: 'acknowledged', ackedWall: atWall}, plan);
  return {state, effects: [{effect: 'drop'}, {effect: 'tell', word: 'acknowledged'}]};
}

/** Whoever is at the place may not know any more that somebody calls: the next ones are told now. */
function silent(stand: CallStand, sinceWall: number, plan: CallPlan): CallStep {
  if (stand.silentWall !== null) return same(stand);
  const state = {...stand, silentWall: sinceWall};
  if (stand.state !== 'open') return same(state);
  const next = plan.stepsMs.find(ms => ms > stand.toldMs);
  const untilMs = next ?? stand.toldMs;
  const effects: CallEffect[] =
    untilMs < 0 ? [] : [{effect: 'notify', why: 'gateway_silent', afterMs: -1, untilMs}];
  const told = withDue({...state, toldMs: Math.max(stand.toldMs, untilMs)}, plan);
  return {state: told, effects: [...effects, {effect: 'tell', word: 'gateway_silent'}]};
}

/** His place is taken by the next one, now. */
function unreachableContact(stand: CallStand, plan: CallPlan): CallStep {
  const untilMs = plan.stepsMs.find(ms => ms > stand.toldMs);
  if (stand.state !== 'open' || untilMs === undefined) return same(stand);
  const state = withDue({...stand, toldMs: untilMs}, plan);
  return {
    state,
    effects: [
      {effect: 'notify', why: 'step', afterMs: stand.toldMs, untilMs},
      {effect: 'tell', word: 'escalated'},
    ],
  };
}

function isRepeatDue(stand: CallStand, plan: CallPlan, ageMs: Millis): boolean {
  return stand.toldMs >= 0 && !stand.isUnanswered && repeatsBy(plan, ageMs) > stand.repeats;
}

/** How often everybody should have been told again at this age. */
function repeatsBy({stepsMs, repeatMs}: CallPlan, ageMs: Millis): number {
  return Math.max(0, Math.floor((ageMs - (stepsMs.at(-1) ?? 0)) / repeatMs));
}

function withDue(stand: CallStand, plan: CallPlan): CallStand {
  return {...stand, dueWall: dueOf(stand, plan)};
}

function dueOf(stand: CallStand, plan: CallPlan): number | null {
  const {state, atWall, ackedWall, reminders, isUnanswered} = stand;
  if (state === 'ended') return null;
  if (state === 'acknowledged') {
    if (ackedWall === null || reminders >= MAX_REMINDERS) return null;
    return ackedWall + plan.attendMs + reminders * plan.repeatMs;
  }
  const step = plan.stepsMs.find(ms => ms > stand.toldMs);
  const last = plan.stepsMs.at(-1);
  const ages = [
    ...(step === undefined ? [] : [step]),
    ...(isUnanswered ? [] : [plan.unansweredMs]),
    ...(isUnanswered || step !== undefined || last === undefined
      ? []
      : [last + (stand.repeats + 1) * plan.repeatMs]),
  ];
  return ages.length === 0 ? null : atWall + Math.min(...ages);
}

function same(state: CallStand): CallStep {
  return {state, effects: []};
}
