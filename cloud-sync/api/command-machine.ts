import type {Millis} from '../../protocols/base/clock.js';
import {DAY_MS, MINUTE_MS, SECOND_MS} from '../../protocols/base/units.js';

/**
 * `pending`: stored, not sent. `sent`: on its way. `delivered`: the gateway has it on disk and has begun.
 * `confirmed`: the device said that it did. `failed`: it did not, or was not let. `expired`: it never acted
 * and never will. `unknown`: whether the arm moved nobody can tell at this moment.
 */
export const COMMAND_STATES = [
  ...['pending', 'sent', 'delivered', 'confirmed', 'failed', 'expired', 'unknown'],
] as const;
export type CommandState = (typeof COMMAND_STATES)[number];

/** How a command stands. Times are UTC in ms. */
export interface CommandStand {
  readonly state: CommandState;
  /** A word of whoever ended it, or why nobody knows. */
  readonly why: string | null;
  readonly createdWall: number;
  /** From `createdWall`: later than this it never begins. */
  readonly ttlMs: Millis;
  /** When to look at it again, unless something is heard before. */
  readonly dueWall: number | null;
  /** Connection that it was sent in: in no other one can it begin. */
  readonly session: string | null;
  readonly sentWall: number | null;
  readonly deliveredWall: number | null;
  readonly closedWall: number | null;
  /** Where the gateway's journal stood when a later connection began. */
  readonly journal: JournalPlace | null;
}

export interface JournalPlace {
  readonly epoch: string;
  readonly head: number;
}

export type CommandInput =
  /** The gateway can be expected to hear us in this session. */
  | {readonly kind: 'send'; readonly session: string}
  | {readonly kind: 'cancel'}
  | {readonly kind: 'due'}
  /** The connection that it was sent in is over; `journal`: as told at the beginning of a later one. */
  | {readonly kind: 'sessionOver'; readonly journal: JournalPlace | null}
  /** The journal is here up to where it stood then; `isWhole`: nothing of it is missing. */
  | {readonly kind: 'journalRead'; readonly isWhole: boolean}
  | {readonly kind: 'begun'}
  | {readonly kind: 'done'}
  /** `tried`: it had begun. */
  | {readonly kind: 'failed'; readonly why: string; readonly tried: boolean}
  | {readonly kind: 'neverBegan'; readonly why: string}
  /** It had begun, and the gateway does not know either: the device tells nothing, or the power went. */
  | {readonly kind: 'unproven'; readonly why: string};

/** Run once what it follows from is stored. */
export type CommandEffect = {
  readonly kind: 'publish';
  readonly session: string;
  /** What is left of its time. */
  readonly ttlMs: Millis;
};

export interface CommandStep {
  /** The same object when nothing changed. */
  readonly state: CommandStand;
  readonly effects: readonly CommandEffect[];
}

/** For an answer to come back after the last instant at which it could begin. */
const ANSWER_WITHIN_MS: Millis = 2 * SECOND_MS;
/** Six tries of five seconds, an arm that is on its way, and as much again. */
const OUTCOME_WITHIN_MS: Millis = MINUTE_MS;
/** What happened is in the journal, which comes behind a backlog. */
const READ_AGAIN_MS: Millis = 30 * SECOND_MS;
/** Nobody asks a journal any more for what lies so far back. */
export const ASKED_FOR_MS: Millis = 7 * DAY_MS;
/** Clocks of two workers may differ by so much; a clock that was set back by more ends what waits. */
export const SKEW_MS: Millis = 2 * SECOND_MS;

/**
 * One command, from the wish to what is known of it. Reports come late, twice and in any order: what the
 * device said stands above all else, and what has ended stays ended. @see sync.md 8
 */
export function stepCommand(stand: CommandStand, input: CommandInput, wallMs: number): CommandStep {
  switch (input.kind) {
    case 'send':
      return send(stand, input.session, wallMs);
    case 'cancel':
      return stand.state === 'pending' ? over(stand, 'failed', 'CANCELLED', wallMs) : same(stand);
    case 'due':
      return due(stand, wallMs);
    case 'sessionOver':
      return sessionOver(stand, input.journal, wallMs);
    case 'journalRead':
      return journalRead(stand, input.isWhole, wallMs);
    default:
      return reported(stand, input, wallMs);
  }
}

/** True when nothing can change it any more but the device's own word. */
export function isOver({state}: Pick<CommandStand, 'state'>): boolean {
  return state === 'confirmed' || state === 'failed' || state === 'expired';
}

function send(stand: CommandStand, session: string, wallMs: number): CommandStep {
  if (stand.state !== 'pending') return same(stand);
  const ttlMs = leftMs(stand, wallMs);
  if (ttlMs < 1) return over(stand, 'expired', 'GATEWAY_OFFLINE', wallMs);
  const dueWall = wallMs + ttlMs + ANSWER_WITHIN_MS;
  const state = {...stand, state: 'sent' as const, session, sentWall: wallMs, dueWall};
  return {state, effects: [{kind: 'publish', session, ttlMs}]};
}

function leftMs({createdWall, ttlMs}: CommandStand, wallMs: number): Millis {
  const ageMs = wallMs - createdWall;
  return ageMs < -SKEW_MS ? 0 : Math.min(ttlMs, ttlMs - ageMs);
}

function due(stand: CommandStand, wallMs: number): CommandStep {
  if (stand.dueWall === null || wallMs < stand.dueWall) {
    return isStranded(stand, wallMs)
      ? over(stand, 'expired', 'GATEWAY_OFFLINE', wallMs)
      : same(stand);
  }
  switch (stand.state) {
    case 'pending':
      return over(stand, 'expired', 'GATEWAY_OFFLINE', wallMs);
    case 'sent':
      return doubted(stand, 'NO_ANSWER');
    case 'delivered':
      return doubted(stand, 'NO_OUTCOME');
    default:
      return same(stand);
  }
}

/** It waits, and the clock was set back: its time would never come. */
function isStranded(stand: CommandStand, wallMs: number): boolean {
  return stand.state === 'pending' && leftMs(stand, wallMs) < 1;
}

function sessionOver(
  stand: CommandStand,
  journal: JournalPlace | null,
  wallMs: number,
): CommandStep {
  const {state, deliveredWall} = stand;
  if (state !== 'sent' && state !== 'delivered' && state !== 'unknown') return same(stand);
  const doubt = state === 'unknown' ? stand : {...stand, state: 'unknown', why: 'GATEWAY_AWAY'};
  // What has begun ends with a word of the gateway. What may never have arrived ends without one.
  const isAskedFor = deliveredWall === null && journal !== null && stand.journal === null;
  if (state === 'unknown' && !isAskedFor) return same(stand);
  const asked = isAskedFor ? {journal, dueWall: wallMs} : {dueWall: null};
  return {state: {...doubt, ...asked} as CommandStand, effects: []};
}

function journalRead(stand: CommandStand, isWhole: boolean, wallMs: number): CommandStep {
  if (stand.state !== 'unknown' || stand.journal === null || stand.deliveredWall !== null) {
    return same(stand);
  }
  if (isWhole) return over(stand, 'expired', 'NEVER_ARRIVED', wallMs);
  const isGivenUp = wallMs - stand.createdWall > ASKED_FOR_MS;
  return {state: {...stand, dueWall: isGivenUp ? null : wallMs + READ_AGAIN_MS}, effects: []};
}

type Report = Extract<
  CommandInput,
  {kind: 'begun' | 'done' | 'failed' | 'neverBegan' | 'unproven'}
>;

function reported(stand: CommandStand, report: Report, wallMs: number): CommandStep {
  const {state, deliveredWall} = stand;
  // An arm that moved is never hidden, whatever was thought of it before.
  if (report.kind === 'done') {
    return state === 'confirmed' ? same(stand) : over(stand, 'confirmed', null, wallMs);
  }
  if (isOver(stand)) return same(stand);
  switch (report.kind) {
    case 'begun': {
      if (deliveredWall !== null) return same(stand);
      const isDoubted = state === 'unknown';
      const dueWall = isDoubted ? null : wallMs + OUTCOME_WITHIN_MS;
      const begun = {deliveredWall: wallMs, dueWall, journal: null};
      return {state: {...stand, ...begun, state: isDoubted ? state : 'delivered'}, effects: []};
    }
    case 'unproven': {
      const known = {deliveredWall: deliveredWall ?? wallMs, journal: null};
      const isSame = state === 'unknown' && stand.why === report.why;
      return isSame ? same(stand) : doubted({...stand, ...known}, report.why);
    }
    case 'failed': {
      const tried = report.tried ? {deliveredWall: deliveredWall ?? wallMs} : {};
      return over({...stand, ...tried}, 'failed', report.why, wallMs);
    }
    default:
      // Its lock was never reached in time: nothing moved, but it had been taken.
      return over(stand, deliveredWall === null ? 'expired' : 'failed', report.why, wallMs);
  }
}

function doubted(stand: CommandStand, why: string): CommandStep {
  return {state: {...stand, state: 'unknown', why, dueWall: null}, effects: []};
}

function over(
  stand: CommandStand,
  state: 'confirmed' | 'failed' | 'expired',
  why: string | null,
  wallMs: number,
): CommandStep {
  return {state: {...stand, state, why, dueWall: null, closedWall: wallMs}, effects: []};
}

function same(state: CommandStand): CommandStep {
  return {state, effects: []};
}
