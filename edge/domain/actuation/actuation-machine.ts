import type {
  ArmState,
  CommandOutcome,
  LockReading,
} from '../../../drivers/parking-lock/contract.js';
import type {Millis} from '../../../protocols/base/clock.js';
import type {ActuationState} from '../../../protocols/site/events.js';
import type {InterlockRefusal} from '../interlocks/interlocks.js';
import type {ActuationRecord} from '../lot/contract.js';
import type {LotRules} from '../lot/lot-rules.js';
import {lastTryMs, maxTries, nextTryMs} from '../pipeline/retry-rules.js';

/** A command that could not go out within this time is too old to run. */
const QUEUE_TTL_MS: Millis = 10_000;
/** After a stop the arm gets this long to report that it stands. */
const STOP_SETTLE_MS: Millis = 1000;

export type HardFault = 'OBSTACLE' | 'OVERCURRENT' | 'MOTOR_FAULT';

export interface Try {
  readonly tryNo: number;
  /** From the first order. */
  readonly atMs: Millis;
  readonly outcome: CommandOutcome | undefined;
}

/** One order to one arm, with all its repeats. The row is what the store keeps; the rest dies with the process. */
export interface Actuation {
  readonly row: ActuationRecord;
  /** When the present try should have started. */
  readonly dueMs: Millis;
  readonly sentMs: Millis | undefined;
  readonly arm: ArmState | undefined;
  /** A fault that stood before the present command was sent: it may be the one this command clears. */
  readonly oldFault: HardFault | undefined;
  readonly tries: readonly Try[];
  /** A queued command waits for a standing arm no longer than this. */
  readonly queuedUntilMs: Millis;
  readonly onQueueEnd: 'expire' | 'send';
}

export interface ActuationRules {
  readonly unlock: LotRules['unlock'];
}

export type ActuationInput =
  | {readonly kind: 'begin'; readonly reading: LockReading | undefined}
  | {readonly kind: 'reading'; readonly reading: LockReading}
  | {readonly kind: 'outcome'; readonly tryNo: number; readonly outcome: CommandOutcome}
  | {readonly kind: 'timer'}
  | {readonly kind: 'abort'; readonly why: string};

export type ActuationEffect =
  | {readonly kind: 'command'; readonly command: 'raise' | 'lower' | 'stop'; readonly tryNo: number}
  | {readonly kind: 'wakeAt'; readonly atMs: Millis};

/** `rows`: every arrow that was taken, in order, each a fact and a row. */
export interface ActuationStep {
  readonly state: Actuation;
  readonly rows: readonly ActuationRecord[];
  readonly effects: readonly ActuationEffect[];
}

/** Refusal of the very next command, judged at this moment by the interlocks. */
export type CommandGate = () => InterlockRefusal | undefined;

const FINAL: ReadonlySet<ActuationState> = new Set<ActuationState>([
  'confirmed',
  'failed',
  'aborted',
  'expired',
  'interrupted',
]);

export function isFinal(state: ActuationState): boolean {
  return FINAL.has(state);
}

/** The fault that forbids another try, if the lock reports one. */
function hardFault(reading: LockReading | undefined): HardFault | undefined {
  if (!reading) return undefined;
  if (reading.arm === 'blocked') return 'OBSTACLE';
  if (reading.faults.overCurrent) return 'OVERCURRENT';
  return reading.faults.motor ? 'MOTOR_FAULT' : undefined;
}

/** A new order, not yet begun. `afterStop`: a stop went out just before, so the wait for a standing arm is short. */
export function queueActuation(
  row: Omit<ActuationRecord, 'state' | 'tryNo' | 'why'>,
  afterStop: boolean,
): Actuation {
  return {
    row: {...row, state: 'queued', tryNo: 0, why: null},
    dueMs: row.startedMs,
    sentMs: undefined,
    arm: undefined,
    oldFault: undefined,
    tries: [],
    queuedUntilMs: row.startedMs + (afterStop ? STOP_SETTLE_MS : QUEUE_TTL_MS),
    onQueueEnd: afterStop ? 'send' : 'expire',
  };
}

/** queued -> sent -> moving -> confirmed | retry_wait -> sent ... | failed | aborted | expired. */
export function stepActuation(
  actuation: Actuation,
  input: ActuationInput,
  nowMs: Millis,
  rules: ActuationRules,
  gate: CommandGate,
): ActuationStep {
  if (isFinal(actuation.row.state)) return still(actuation);
  const turn: Turn = {nowMs, rules, gate};
  switch (input.kind) {
    case 'begin':
      return begin(actuation, input.reading, turn);
    case 'reading':
      return onReading(actuation, input.reading, turn);
    case 'outcome':
      return onOutcome(actuation, input.tryNo, input.outcome);
    case 'timer':
      return onTimer(actuation, turn);
    case 'abort':
      return end(actuation, 'aborted', input.why, stopIfMoving(actuation));
  }
}

interface Turn {
  readonly nowMs: Millis;
  readonly rules: ActuationRules;
  readonly gate: CommandGate;
}

function still(state: Actuation): ActuationStep {
  return {state, rows: [], effects: []};
}

function begin(from: Actuation, reading: LockReading | undefined, turn: Turn): ActuationStep {
  const state = {...from, arm: reading?.arm, oldFault: hardFault(reading)};
  if (reading?.arm !== 'moving') return prepend(from.row, send(state, turn));
  return {
    state,
    rows: [state.row],
    effects: [{kind: 'wakeAt', atMs: state.queuedUntilMs}],
  };
}

function prepend(row: ActuationRecord, step: ActuationStep): ActuationStep {
  return {...step, rows: [row, ...step.rows]};
}

function send(from: Actuation, {nowMs, rules, gate}: Turn): ActuationStep {
  const refusal = gate();
  if (refusal) return end(from, 'aborted', refusal, []);
  const first = from.row.tryNo === 0;
  const dueMs = first ? nowMs : from.dueMs;
  const tryNo = from.row.tryNo + 1;
  const row: ActuationRecord = {...from.row, state: 'sent', tryNo, why: null};
  const tries = [...from.tries, {tryNo, atMs: nowMs - row.startedMs, outcome: undefined}];
  const state: Actuation = {...from, row, tries, dueMs, sentMs: nowMs};
  return {
    state,
    rows: [row],
    effects: [
      {kind: 'command', command: row.desired === 'up' ? 'raise' : 'lower', tryNo},
      {kind: 'wakeAt', atMs: Math.min(confirmByMs(state, rules), endByMs(state, rules))},
    ],
  };
}

function onReading(from: Actuation, reading: LockReading, turn: Turn): ActuationStep {
  const state = from.arm === reading.arm ? from : {...from, arm: reading.arm};
  if (reading.arm === state.row.desired) return end(state, 'confirmed', null, []);
  if (state.row.state === 'queued') {
    return reading.arm === 'moving'
      ? still(state)
      : send({...state, oldFault: hardFault(reading)}, turn);
  }
  const fault = hardFault(reading);
  if (fault && fault !== state.oldFault && !turn.rules.unlock.retryHardFault) {
    return end(state, 'aborted', fault, stopIfMoving(state));
  }
  const settled =
    fault === undefined && state.oldFault !== undefined ? {...state, oldFault: undefined} : state;
  if (reading.arm === 'moving') return onMoving(settled);
  const due = settled.row.state === 'moving' || settled.row.state === 'retry_wait';
  return due && settled.arm !== from.arm ? onTimer(settled, turn) : still(settled);
}

function onMoving(state: Actuation): ActuationStep {
  if (state.row.state !== 'sent') return still(state);
  const row: ActuationRecord = {...state.row, state: 'moving'};
  return {state: {...state, row}, rows: [row], effects: []};
}

function onOutcome(state: Actuation, tryNo: number, outcome: CommandOutcome): ActuationStep {
  const known = state.tries.some(entry => entry.tryNo === tryNo && entry.outcome === undefined);
  if (!known) return still(state);
  const tries = state.tries.map(entry => (entry.tryNo === tryNo ? {...entry, outcome} : entry));
  return still({...state, tries});
}

function onTimer(state: Actuation, turn: Turn): ActuationStep {
  const {nowMs, rules} = turn;
  if (state.row.state === 'queued') {
    if (nowMs < state.queuedUntilMs) return wake(state, state.queuedUntilMs);
    return state.onQueueEnd === 'send' ? send(state, turn) : end(state, 'expired', 'TTL', []);
  }
  const endMs = endByMs(state, rules);
  if (nowMs >= endMs) return end(state, 'failed', lastWhy(state), []);
  if (nowMs < confirmByMs(state, rules)) return wake(state, confirmByMs(state, rules));
  if (state.arm === 'moving') return wake(state, endMs);
  if (state.oldFault && !rules.unlock.retryHardFault) {
    return end(state, 'aborted', state.oldFault, []);
  }
  const retryMs = nextTryMs(rules.unlock, state.dueMs, state.sentMs ?? state.dueMs);
  const spent = state.row.tryNo >= maxTries(rules.unlock);
  if (spent || Math.max(nowMs, retryMs) > lastTryMs(rules.unlock, firstMs(state))) {
    return spent ? end(state, 'failed', lastWhy(state), []) : waiting(state, endMs);
  }
  if (nowMs < retryMs) return waiting(state, retryMs);
  return send({...state, dueMs: retryMs}, turn);
}

function waiting(state: Actuation, untilMs: Millis): ActuationStep {
  if (state.row.state === 'retry_wait') return wake(state, untilMs);
  const row: ActuationRecord = {...state.row, state: 'retry_wait', why: lastWhy(state)};
  return {state: {...state, row}, rows: [row], effects: [{kind: 'wakeAt', atMs: untilMs}]};
}

function wake(state: Actuation, atMs: Millis): ActuationStep {
  return {state, rows: [], effects: [{kind: 'wakeAt', atMs}]};
}

function end(
  from: Actuation,
  state: ActuationState,
  why: string | null,
  effects: readonly ActuationEffect[],
): ActuationStep {
  const row: ActuationRecord = {...from.row, state, why};
  return {state: {...from, row}, rows: [row], effects};
}

/** A blocked arm has stopped by itself; any other may still be on its way. */
function stopIfMoving(state: Actuation): readonly ActuationEffect[] {
  const underway = state.row.state === 'sent' || state.row.state === 'moving';
  if (!underway || state.arm === 'blocked') return [];
  return [{kind: 'command', command: 'stop', tryNo: state.row.tryNo}];
}

/** What the wire said last, or where the arm stood: the shortest honest account of a failed try. */
function lastWhy(state: Actuation): string {
  const outcome = state.tries.at(-1)?.outcome;
  if (outcome !== undefined && outcome !== 'acknowledged') return outcome;
  return `arm_${state.arm ?? 'unknown'}`;
}

function firstMs(state: Actuation): Millis {
  return state.row.startedMs + (state.tries[0]?.atMs ?? 0);
}

function confirmByMs(state: Actuation, rules: ActuationRules): Millis {
  return (state.sentMs ?? state.dueMs) + rules.unlock.confirmMs;
}

/** The driver's wait is bounded: by the last confirm window the series is over, moving or not, late or not. */
function endByMs(state: Actuation, rules: ActuationRules): Millis {
  const {repeats, intervalMs, confirmMs} = rules.unlock;
  return firstMs(state) + repeats * intervalMs + confirmMs;
}
