import type {ActuationCause} from '../../../protocols/site/events.js';
import type {ActuationId, BayId, SessionId} from '../../../protocols/site/ids.js';
import {asId} from '../../../protocols/site/ids.js';
import {isFresh, mayKeepRaising, mayLower, mayRaise} from '../interlocks/interlocks.js';
import type {ActuationRecord} from '../lot/contract.js';
import type {Claim} from '../lot/lot-state.js';
import type {Turn} from '../lot/turn.js';
import {
  type Actuation,
  type ActuationInput,
  type CommandGate,
  isFinal,
  queueActuation,
  stepActuation,
} from './actuation-machine.js';

export interface ActuationOrder {
  readonly desired: 'up' | 'down';
  readonly cause: ActuationCause;
  readonly claim: Claim;
}

/** The stay that an arm's order leads to bears the order's id, so that a use survives a restart. */
export function sessionOf(actuation: ActuationId): SessionId {
  return asId(actuation);
}

/** Order an arm, in place of whatever moved it before. The result comes as `Turn.finish`, perhaps at once. */
export function startActuation(turn: Turn, bayId: BayId, order: ActuationOrder): ActuationId {
  const replaced = turn.bay(bayId)?.actuation !== undefined;
  if (replaced) abortActuation(turn, bayId, 'SUPERSEDED');
  const id = asId<ActuationId>(turn.context.newId());
  const bay = turn.bay(bayId);
  if (!bay) return id;
  const {nowMs, wallMs} = turn.context;
  const actuation = queueActuation(
    {
      id,
      bay: bayId,
      desired: order.desired,
      cause: order.cause,
      startedMs: nowMs,
      startedWallMs: wallMs,
    },
    replaced,
  );
  settleInterrupted(turn, bayId);
  turn.patchBay(bayId, {actuation, claim: order.claim});
  const {claim} = order;
  // Spent before anything moves; given back when the arm does not come down.
  if (claim.kind === 'grant' && claim.oneEntry && bay.session?.row.grant !== claim.grant) {
    turn.record({table: 'grantUse', grant: claim.grant, session: sessionOf(id)});
  }
  const view = turn.view(bay);
  const standing = replaced && bay.reading ? {...bay.reading, arm: 'moving' as const} : undefined;
  const reading = standing ?? (isFresh(view, nowMs) ? bay.reading : undefined);
  feedActuation(turn, bayId, {kind: 'begin', reading});
  // After the command: a reading asked for before it would take the line first.
  const isUnderWay = turn.bay(bayId)?.actuation?.row.id === id;
  if (isUnderWay) turn.effect({kind: 'watchLock', bay: bayId, fast: true});
  return id;
}

/** What was cut short at this bay is known now, or another order takes its place. */
export function settleInterrupted(turn: Turn, bayId: BayId): void {
  const row = turn.bay(bayId)?.interrupted;
  if (!row) return;
  turn.patchBay(bayId, {interrupted: undefined});
  settle(turn, row);
}

export function settle(turn: Turn, row: ActuationRecord): void {
  turn.record({table: 'actuation', row: {...row, isUnsettled: false}});
}

function abortActuation(turn: Turn, bayId: BayId, why: string): void {
  feedActuation(turn, bayId, {kind: 'abort', why});
}

/** Run the arm's machine one step: rows and facts first, then commands and the timer. */
export function feedActuation(turn: Turn, bayId: BayId, input: ActuationInput): void {
  const bay = turn.bay(bayId);
  if (!bay?.actuation) return;
  const {nowMs} = turn;
  const step = stepActuation(bay.actuation, input, nowMs, turn.config.rules, gateOf(turn, bayId));
  if (step.state === bay.actuation && step.effects.length === 0) return;
  for (const row of step.rows) journal(turn, row);
  for (const effect of step.effects) {
    if (effect.kind === 'wakeAt') {
      turn.startTimer({kind: 'actuation', bay: bayId}, effect.atMs - nowMs);
    } else {
      const {command, tryNo} = effect;
      turn.effect({kind: 'lockCommand', bay: bayId, command, actuation: step.state.row.id, tryNo});
    }
  }
  if (isFinal(step.state.row.state)) finish(turn, bayId, step.state);
  else if (step.state !== bay.actuation) turn.patchBay(bayId, {actuation: step.state});
}

/** While an arm rises, any doubt about the bay stops it. */
export function guardRaise(turn: Turn, bayId: BayId): void {
  const bay = turn.bay(bayId);
  if (bay?.actuation?.row.desired !== 'up') return;
  const doubt = mayKeepRaising(turn.view(bay));
  if (doubt && doubt !== 'DEVICE_OFFLINE') abortActuation(turn, bayId, doubt);
}

export function journal(turn: Turn, row: ActuationRecord): void {
  turn.fact('actuation', {
    actuation: row.id,
    bay: row.bay,
    desired: row.desired,
    state: row.state,
    tryNo: row.tryNo,
    cause: row.cause,
    why: row.why,
    sinceStartMs: Math.round(turn.nowMs - row.startedMs),
  });
  turn.record({table: 'actuation', row});
}

function finish(turn: Turn, bayId: BayId, actuation: Actuation): void {
  const claim = turn.bay(bayId)?.claim;
  turn.patchBay(bayId, {actuation: undefined, claim: undefined});
  turn.cancelTimer({kind: 'actuation', bay: bayId});
  turn.effect({kind: 'watchLock', bay: bayId, fast: false});
  turn.finish({bay: bayId, actuation, claim});
}

function gateOf(turn: Turn, bayId: BayId): CommandGate {
  return () => {
    const bay = turn.bay(bayId);
    if (!bay?.actuation) return 'DEVICE_FAULT';
    const view = turn.view(bay);
    if (bay.actuation.row.desired === 'up') return mayRaise(view, turn.nowMs);
    return mayLower(view, turn.config.rules.unlock.retryHardFault);
  };
}
