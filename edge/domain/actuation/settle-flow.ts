import {raiseAlarm} from '../alarms/alarm-flow.js';
import {noteMovement} from '../commissioning/commissioning-flow.js';
import type {OrderOrigin} from '../lot/contract.js';
import type {Claim} from '../lot/lot-state.js';
import type {Finished, Turn} from '../lot/turn.js';
import {beginStay, feedSession, tellOccupancy} from '../session/session-flow.js';
import {sessionOf, startActuation} from './actuation-flow.js';
import type {Actuation} from './actuation-machine.js';

/** What follows from the end of an arm's order: a stay, a call, an arm that goes down again, an answer. */
export function settleActuation(turn: Turn, finished: Finished): void {
  const {actuation, claim} = finished;
  const done = actuation.row.state === 'confirmed';
  if (claim?.kind === 'order') answerOrder(turn, finished, claim.order);
  if (done) noteMovement(turn, finished);
  else giveBack(turn, finished);
  if (actuation.row.why === 'SUPERSEDED') {
    settleSession(turn, finished, 'raiseAborted');
    return;
  }
  if (actuation.row.desired === 'down') {
    if (done) settleDown(turn, finished);
    else failDown(turn, finished);
  } else if (done) {
    settleSession(turn, finished, 'raised');
    turn.patchBay(finished.bay, {relockFailed: false});
  } else failUp(turn, finished);
}

function settleDown(turn: Turn, {bay: bayId, actuation, claim}: Finished): void {
  const bay = turn.bay(bayId);
  if (!bay) return;
  if (claim?.kind === 'grant') {
    const {grant, holder} = claim;
    const known = bay.session?.row.grant === grant;
    if (!known) {
      beginStay(turn, bayId, {grant, holder, spends: false, actuation: actuation.row.id});
    }
    const {collector} = bay.config;
    turn.effect({kind: 'show', collector, message: {code: 'OPEN', bay: bayId}});
    turn.startTimer({kind: 'idleScreen', collector}, turn.config.rules.idleScreenMs);
  } else if (claim?.kind === 'order' && !bay.session) {
    const nobody = {grant: null, holder: null, spends: false};
    beginStay(turn, bayId, {...nobody, actuation: actuation.row.id});
  }
}

/** The arm did not come down: the one entry is the holder's again. */
function giveBack(turn: Turn, {bay, actuation, claim}: Finished): void {
  if (claim?.kind !== 'grant' || !claim.oneEntry) return;
  if (turn.bay(bay)?.session?.row.grant === claim.grant) return;
  const session = sessionOf(actuation.row.id);
  turn.record({table: 'grantUnused', grant: claim.grant, session});
}

/** Proven right, proven device fault: the guard is called without anybody pressing a button. */
function failDown(turn: Turn, {bay: bayId, actuation, claim}: Finished): void {
  const bay = turn.bay(bayId);
  if (!bay || claim?.kind === 'order') return;
  raiseAlarm(turn, {
    kind: 'UNLOCK_FAILED',
    bay: bayId,
    collector: bay.config.collector,
    detail: detailOf(actuation, claim),
  });
}

function failUp(turn: Turn, finished: Finished): void {
  const {bay: bayId, actuation} = finished;
  const bay = turn.bay(bayId);
  if (!bay) return;
  const why = actuation.row.why ?? '';
  const crushed = why === 'OBSTACLE' || why === 'OVERCURRENT';
  const doubted = why === 'CAR_PRESENT' || why === 'DEVICE_FAULT' || why === 'BUSY';
  if (doubted) settleSession(turn, finished, 'raiseAborted');
  else failRelock(turn, finished, crushed);
  if (crushed) turn.patchBay(bayId, {sensorSuspect: true});
  const untouched = actuation.row.tryNo === 0;
  if ((crushed || doubted) && !untouched) {
    startActuation(turn, bayId, {
      desired: 'down',
      cause: {kind: 'safety', why},
      claim: {kind: 'safety'},
    });
  }
}

function failRelock(turn: Turn, finished: Finished, crushed: boolean): void {
  const {bay, actuation, claim} = finished;
  settleSession(turn, finished, 'raiseFailed');
  turn.patchBay(bay, {relockFailed: true});
  const suspect = crushed ? '; something is on the arm although the sensor saw nobody' : '';
  const detail = detailOf(actuation, claim) + suspect;
  raiseAlarm(turn, {kind: 'RELOCK_FAILED', bay, detail});
}

/** A stay follows its arm; a car confirmed meanwhile counts at once. */
function settleSession(
  turn: Turn,
  {bay, actuation}: Finished,
  kind: 'raised' | 'raiseAborted' | 'raiseFailed',
): void {
  if (actuation.row.desired !== 'up') return;
  feedSession(turn, bay, {kind});
  if (kind === 'raiseAborted' && turn.bay(bay)?.sensor?.occupancy === 'occupied') {
    tellOccupancy(turn, bay);
  }
}

function answerOrder(turn: Turn, {bay, actuation}: Finished, order: OrderOrigin): void {
  const {state, why, id} = actuation.row;
  const done = state === 'confirmed';
  const result = done ? 'done' : state;
  journalOrder(turn, order, {bay, desired: actuation.row.desired, result, why});
  turn.effect({
    kind: 'orderResult',
    order,
    result: done ? {kind: 'done', actuation: id} : {kind: 'failed', why: why ?? state},
  });
}

export interface OrderOutcome {
  readonly bay: Finished['bay'];
  readonly desired: 'up' | 'down';
  readonly result: string;
  readonly why: string | null;
}

/** The audit line of an order by a person, or the report of a command from the cloud. */
export function journalOrder(turn: Turn, order: OrderOrigin, outcome: OrderOutcome): void {
  const {bay, desired, result, why} = outcome;
  if (order.kind === 'remote') {
    const {command, trace} = order;
    turn.fact('command', {command, result, why, ...(trace !== undefined && {trace})});
    return;
  }
  turn.fact('override', {
    person: order.person,
    action: desired === 'down' ? 'lower' : 'raise',
    bay,
    reason: order.reason,
    result: why === null ? result : `${result}: ${why}`,
  });
}

/** What a guard needs on one line: what failed, when each try went out, whose bay it is. */
function detailOf(actuation: Actuation, claim: Claim | undefined): string {
  const {bay, state, why} = actuation.row;
  const tries = actuation.tries
    .map(
      entry => `${entry.tryNo}@${(entry.atMs / 1000).toFixed(1)}s ${entry.outcome ?? 'no reply'}`,
    )
    .join(', ');
  const tenant = claim?.kind === 'grant' ? `; tenant ${claim.holderMask}` : '';
  return `${bay} ${state}: ${why ?? '-'}; tries ${tries || 'none'}${tenant}`;
}
