import type {CountReading} from '../../../drivers/people-counter/contract.js';
import type {Millis} from '../../../protocols/base/clock.js';
import {unreachable} from '../../../protocols/base/errors.js';
import type {SiteEventBodies} from '../../../protocols/site/events.js';
import type {PersonId} from '../../../protocols/site/ids.js';

/** Source: requirements R7, R8, R10, A18, A19, E75, E76. */
export interface OccupancyRules {
  /** The counter answers within it after the start. */
  readonly answerMs: Millis;
  readonly reportMs: Millis;
  /** So many periods without a word from the counter are a fault. */
  readonly missedPeriods: number;
  /** Less sure readings stay in the data and out of every alarm. */
  readonly sureConfidence: number;
  /** More people than registered for so long are too many. */
  readonly overMs: Millis;
  /** Never empty for so long: the count has drifted. */
  readonly neverEmptyMs: Millis;
}

export const DEFAULT_OCCUPANCY_RULES: OccupancyRules = {
  answerMs: 15_000,
  reportMs: 300_000,
  missedPeriods: 2,
  sureConfidence: 0.7,
  overMs: 600_000,
  neverEmptyMs: 86_400_000,
};

export type OccupancyInput =
  /** Registration is complete: count from 0. */
  | {readonly kind: 'start'; readonly registered: number; readonly atMs: Millis}
  | {readonly kind: 'registered'; readonly registered: number; readonly atMs: Millis}
  | {readonly kind: 'reading'; readonly reading: CountReading}
  /** Check-out or cleaning: somebody on the spot says that nobody is inside. */
  | {
      readonly kind: 'rebaseline';
      readonly occasion: 'check_out' | 'cleaning';
      readonly person: PersonId;
      readonly reason: string;
      readonly atMs: Millis;
    }
  /** The room should be empty now; the count says whether it is. */
  | {readonly kind: 'shouldBeEmpty'; readonly atMs: Millis}
  | {readonly kind: 'stop'; readonly atMs: Millis}
  | {readonly kind: 'due'; readonly atMs: Millis};

export type OccupancyFault = 'COUNTER_FAULT' | 'COUNTER_DRIFT' | 'OVER_COUNT';

export type OccupancyEffect =
  | {readonly kind: 'fact'; readonly body: Omit<SiteEventBodies['occupancy'], 'counter'>}
  | {
      readonly kind: 'fault';
      readonly fault: OccupancyFault;
      readonly isStanding: boolean;
      readonly why: string;
    };

export interface OccupancyState {
  readonly isCounting: boolean;
  readonly registered: number;
  readonly startedMs: Millis;
  /** Undefined: not a word since the start. */
  readonly heardMs: Millis | undefined;
  readonly nextReportMs: Millis;
  /** People inside by sure readings alone, never below 0. */
  readonly count: number;
  /** Unsure readings since the last time that the count was certain. */
  readonly maybeIn: number;
  readonly maybeOut: number;
  /** All that was counted since the start, sure or not. */
  readonly totalIn: number;
  readonly totalOut: number;
  readonly sureEvents: number;
  readonly events: number;
  readonly overSinceMs: Millis | undefined;
  readonly occupiedSinceMs: Millis | undefined;
  readonly faults: readonly OccupancyFault[];
}

export interface OccupancyStep {
  readonly state: OccupancyState;
  readonly effects: readonly OccupancyEffect[];
}

export const NO_OCCUPANCY: OccupancyState = {
  isCounting: false,
  registered: 0,
  startedMs: 0,
  heardMs: undefined,
  nextReportMs: 0,
  count: 0,
  maybeIn: 0,
  maybeOut: 0,
  totalIn: 0,
  totalOut: 0,
  sureEvents: 0,
  events: 0,
  overSinceMs: undefined,
  occupiedSinceMs: undefined,
  faults: [],
};

/** How many may be inside: a band, never a single number. */
export function bandOf(state: OccupancyState): {readonly min: number; readonly max: number} {
  const {count, maybeIn, maybeOut} = state;
  return {min: Math.max(0, count - maybeOut), max: count + maybeIn};
}

/** When the machine wants to be asked again. */
export function occupancyDueMs(
  state: OccupancyState,
  rules: OccupancyRules = DEFAULT_OCCUPANCY_RULES,
): Millis | undefined {
  if (!state.isCounting) return undefined;
  const {faults, overSinceMs, occupiedSinceMs} = state;
  const due = [state.nextReportMs];
  if (!faults.includes('COUNTER_FAULT')) due.push(silentAtMs(state, rules));
  if (overSinceMs !== undefined && !faults.includes('OVER_COUNT')) {
    due.push(overSinceMs + rules.overMs);
  }
  if (occupiedSinceMs !== undefined && !faults.includes('COUNTER_DRIFT')) {
    due.push(occupiedSinceMs + rules.neverEmptyMs);
  }
  return Math.min(...due);
}

/** Next state of the count of a room, what goes into the journal, and which alarms stand. */
export function stepOccupancy(
  state: OccupancyState,
  input: OccupancyInput,
  rules: OccupancyRules = DEFAULT_OCCUPANCY_RULES,
): OccupancyStep {
  if (input.kind === 'start') return start(state, input, rules);
  if (!state.isCounting) return {state, effects: []};
  switch (input.kind) {
    case 'registered':
      return withOver({...state, registered: input.registered}, input.atMs, []);
    case 'reading':
      return withReading(state, input.reading, rules);
    case 'rebaseline':
      return rebaseline(state, input);
    case 'shouldBeEmpty': {
      const why = `${state.count} inside when nobody should be`;
      return state.count === 0 ? {state, effects: []} : raise(state, 'COUNTER_DRIFT', why);
    }
    case 'stop':
      return clearAll({...state, isCounting: false});
    case 'due':
      return due(state, input.atMs, rules);
    default:
      return unreachable(input, 'occupancy input');
  }
}

function start(
  before: OccupancyState,
  {registered, atMs}: Extract<OccupancyInput, {kind: 'start'}>,
  rules: OccupancyRules,
): OccupancyStep {
  const {effects} = clearAll(before);
  const state: OccupancyState = {
    ...NO_OCCUPANCY,
    isCounting: true,
    registered,
    startedMs: atMs,
    nextReportMs: atMs + rules.reportMs,
  };
  return {state, effects: [...effects, fact(state, 'start')]};
}

function withReading(
  before: OccupancyState,
  reading: CountReading,
  rules: OccupancyRules,
): OccupancyStep {
  const {atMs} = reading;
  const heard = clear({...before, heardMs: atMs}, 'COUNTER_FAULT');
  if (reading.in === 0 && reading.out === 0) return heard;
  const isSure = reading.quality === 'good' && reading.confidence >= rules.sureConfidence;
  const people = reading.in + reading.out;
  const counted: OccupancyState = {
    ...heard.state,
    totalIn: heard.state.totalIn + reading.in,
    totalOut: heard.state.totalOut + reading.out,
    events: heard.state.events + people,
  };
  if (!isSure) {
    const state = {
      ...counted,
      maybeIn: counted.maybeIn + reading.in,
      maybeOut: counted.maybeOut + reading.out,
    };
    return {state, effects: [...heard.effects, fact(state, 'change')]};
  }
  const balance = counted.count + reading.in - reading.out;
  const count = Math.max(0, balance);
  const state: OccupancyState = {
    ...counted,
    sureEvents: counted.sureEvents + people,
    count,
    // An unsure passage the other way explains a balance below 0: it is used up, not an alarm.
    maybeIn: Math.max(0, counted.maybeIn - Math.max(0, -balance)),
    occupiedSinceMs: count === 0 ? undefined : (counted.occupiedSinceMs ?? atMs),
  };
  const effects = [...heard.effects, fact(state, 'change')];
  const missing = -balance - counted.maybeIn;
  if (missing <= 0) return withOver(state, atMs, effects);
  const drifted = raise(state, 'COUNTER_DRIFT', `${missing} more went out than came in`);
  return withOver(drifted.state, atMs, [...effects, ...drifted.effects]);
}

/** More than registered starts its time; equal or fewer ends it, for guests go out to dinner. */
function withOver(
  state: OccupancyState,
  atMs: Millis,
  effects: readonly OccupancyEffect[],
): OccupancyStep {
  if (state.count > state.registered) {
    return {state: {...state, overSinceMs: state.overSinceMs ?? atMs}, effects};
  }
  const cleared = clear({...state, overSinceMs: undefined}, 'OVER_COUNT');
  return {state: cleared.state, effects: [...effects, ...cleared.effects]};
}

function rebaseline(
  before: OccupancyState,
  {occasion, person, reason, atMs}: Extract<OccupancyInput, {kind: 'rebaseline'}>,
): OccupancyStep {
  // Nobody is inside because a person says so: without a name and a reason nothing is changed.
  if (person.trim() === '' || reason.trim() === '') return {state: before, effects: []};
  const state: OccupancyState = {
    ...before,
    count: 0,
    maybeIn: 0,
    maybeOut: 0,
    occupiedSinceMs: undefined,
  };
  const cleared = clear(state, 'COUNTER_DRIFT');
  const told = fact(cleared.state, occasion, {person, reason});
  return withOver(cleared.state, atMs, [told, ...cleared.effects]);
}

function due(before: OccupancyState, atMs: Millis, rules: OccupancyRules): OccupancyStep {
  let state = before;
  const effects: OccupancyEffect[] = [];
  const take = (step: OccupancyStep) => {
    state = step.state;
    effects.push(...step.effects);
  };
  if (atMs >= silentAtMs(state, rules)) {
    const why = state.heardMs === undefined ? 'no answer to the start' : 'no report';
    take(raise(state, 'COUNTER_FAULT', why));
  }
  if (state.overSinceMs !== undefined && atMs - state.overSinceMs >= rules.overMs) {
    take(raise(state, 'OVER_COUNT', `${state.count} inside, ${state.registered} registered`));
  }
  if (state.occupiedSinceMs !== undefined && atMs - state.occupiedSinceMs >= rules.neverEmptyMs) {
    take(raise(state, 'COUNTER_DRIFT', 'never empty'));
  }
  if (atMs >= state.nextReportMs) {
    const nextReportMs = state.nextReportMs + rules.reportMs;
    state = {...state, nextReportMs: nextReportMs > atMs ? nextReportMs : atMs + rules.reportMs};
    effects.push(fact(state, 'periodic'));
  }
  return {state, effects};
}

function silentAtMs({heardMs, startedMs}: OccupancyState, rules: OccupancyRules): Millis {
  if (heardMs === undefined) return startedMs + rules.answerMs;
  return heardMs + rules.missedPeriods * rules.reportMs;
}

function fact(
  state: OccupancyState,
  cause: SiteEventBodies['occupancy']['cause'],
  by: {readonly person: PersonId | null; readonly reason: string | null} = {
    person: null,
    reason: null,
  },
): OccupancyEffect {
  const {count, registered, totalIn, totalOut, events, sureEvents, heardMs, faults} = state;
  const confidence = events === 0 ? 1 : Math.round((sureEvents / events) * 100) / 100;
  const isHeard = heardMs !== undefined && !faults.includes('COUNTER_FAULT');
  const totals = {in: totalIn, out: totalOut};
  const body = {cause, count, ...bandOf(state), ...totals, registered, confidence, isHeard, ...by};
  return {kind: 'fact', body};
}

function raise(state: OccupancyState, fault: OccupancyFault, why: string): OccupancyStep {
  if (state.faults.includes(fault)) return {state, effects: []};
  return {
    state: {...state, faults: [...state.faults, fault]},
    effects: [{kind: 'fault', fault, isStanding: true, why}],
  };
}

function clear(state: OccupancyState, fault: OccupancyFault): OccupancyStep {
  if (!state.faults.includes(fault)) return {state, effects: []};
  return {
    state: {...state, faults: state.faults.filter(other => other !== fault)},
    effects: [{kind: 'fault', fault, isStanding: false, why: 'over'}],
  };
}

function clearAll(state: OccupancyState): OccupancyStep {
  const effects = state.faults.flatMap(fault => clear(state, fault).effects);
  return {state: {...state, faults: []}, effects};
}
