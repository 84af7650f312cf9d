import type {Millis, UnixMillis} from '../../../protocols/base/clock.js';
import {DAY_MS} from '../../../protocols/base/units.js';
import type {Grant} from '../../../protocols/site/grant.js';
import {
  type ActuationId,
  asId,
  type BayId,
  type GrantId,
  type HolderId,
  numberIn,
  type SessionId,
} from '../../../protocols/site/ids.js';
import {sessionOf, startActuation} from '../actuation/actuation-flow.js';
import {isCommissioned} from '../commissioning/commissioning-flow.js';
import {isFire} from '../fire/fire-state.js';
import {mayRaise} from '../interlocks/interlocks.js';
import type {SessionRecord} from '../lot/contract.js';
import {type BayState, SURE_POLLS} from '../lot/lot-state.js';
import type {Turn} from '../lot/turn.js';
import {policyOf} from '../policies/policies.js';
import {surelyReachedMs} from '../time/validity.js';
import {judgeOverstay} from './overstay.js';
import {openSession, type Session, type SessionInput, stepSession} from './session-machine.js';

export interface StayHolder {
  readonly grant: GrantId | null;
  readonly holder: HolderId | null;
  /** A one-entry grant that no order has spent yet: its use is stored in this step. */
  readonly spends: boolean;
  readonly actuation: ActuationId | null;
}

/** The bay is open for somebody. */
export function beginStay(turn: Turn, bayId: BayId, stay: StayHolder): void {
  const before = turn.bay(bayId)?.session;
  if (before)
    feedSession(turn, bayId, {kind: 'close', cause: before.entered ? 'left' : 'never_entered'});
  const {nowMs, wallMs} = turn.context;
  const {grant, holder, actuation} = stay;
  const id = actuation === null ? asId<SessionId>(turn.context.newId()) : sessionOf(actuation);
  const session = openSession({id, bay: bayId, grant, holder, actuation, nowMs, wallMs});
  turn.patchBay(bayId, {session, relockFailed: false});
  if (grant !== null && stay.spends) turn.record({table: 'grantUse', grant, session: id});
  journalSession(turn, session.row);
  turn.startTimer({kind: 'enter', bay: bayId}, turn.config.rules.enterWithinMs);
  if (grant !== null) startWindowTimer(turn, bayId, turn.context.grants.grantById(grant));
  if (turn.bay(bayId)?.sensor?.occupancy === 'occupied') feedSession(turn, bayId, {kind: 'carIn'});
}

/** Run the stay's machine one step and keep its timers in line with the phase. */
export function feedSession(turn: Turn, bayId: BayId, input: SessionInput): void {
  const session = turn.bay(bayId)?.session;
  if (!session) return;
  const step = stepSession(session, input, turn.nowMs);
  if (!step.changed) return;
  const {row} = step.state;
  turn.patchBay(bayId, {session: row.phase === 'closed' ? undefined : step.state});
  journalSession(turn, row);
  if (session.row.phase === 'open_wait_car') turn.cancelTimer({kind: 'enter', bay: bayId});
  if (row.phase === 'open_wait_car') {
    turn.startTimer({kind: 'enter', bay: bayId}, turn.config.rules.enterWithinMs);
  }
  judgeOverstay(turn, bayId, row);
  if (row.phase !== 'closed') return;
  turn.cancelTimer({kind: 'window', bay: bayId});
  const isUnused = row.closeCause === 'never_entered' || row.closeCause === 'intruder';
  if (isUnused && row.grant !== null && isOneEntry(turn, row.grant)) {
    turn.record({table: 'grantUnused', grant: row.grant, session: row.id});
  }
}

/** Confirmed changes of the sensor, told to the stay. */
export function tellOccupancy(turn: Turn, bayId: BayId): void {
  const bay = turn.bay(bayId);
  if (!bay?.session || bay.sensor?.fault !== undefined) return;
  if (bay.sensor?.occupancy === 'occupied') feedSession(turn, bayId, {kind: 'carIn'});
  if (bay.sensor?.occupancy !== 'vacant') return;
  const right = rightOf(turn, bay.session);
  const mayReturn = policyOf(bay.config).mayReturn(right, reachedMs(turn));
  feedSession(turn, bayId, {kind: 'carOut', mayReturn});
}

/** Keep the `vacant` timer running exactly while an ended stay waits for its arm. */
export function reviewVacancy(turn: Turn, bayId: BayId): void {
  const bay = turn.bay(bayId);
  if (!bay) return;
  const waits = waitsForRaise(turn, bay);
  if (!waits && bay.vacantSinceMs !== undefined) {
    turn.patchBay(bayId, {vacantSinceMs: undefined});
    turn.cancelTimer({kind: 'vacant', bay: bayId});
  }
  if (waits && bay.vacantSinceMs === undefined) armVacancy(turn, bay);
}

export function onVacantTimer(turn: Turn, bayId: BayId): void {
  const bay = turn.bay(bayId);
  if (!bay || bay.vacantSinceMs === undefined) return;
  turn.patchBay(bayId, {vacantSinceMs: undefined});
  if (!waitsForRaise(turn, bay)) return;
  if (isFire(turn) || mayRaise(turn.view(bay), turn.nowMs)) restartVacancy(turn, bayId);
  else relock(turn, bayId);
}

/** Nobody drove in: an empty bay is barred again, a doubtful one is looked at again later. */
export function onEnterTimer(turn: Turn, bayId: BayId): void {
  const bay = turn.bay(bayId);
  // An arm that only hands raise stays down until somebody comes.
  if (bay?.session?.row.phase !== 'open_wait_car' || !bay.config.canRaise) return;
  const isTried = isCommissioned(turn.config, bay);
  const ready = isTried && bay.actuation === undefined && bay.goodPolls >= SURE_POLLS;
  const sure = ready && !isFire(turn) && !mayRaise(turn.view(bay), turn.nowMs);
  if (sure) relock(turn, bayId);
  else turn.startTimer({kind: 'enter', bay: bayId}, turn.config.rules.raiseAfterVacantMs);
}

export function onWindowTimer(turn: Turn, bayId: BayId): void {
  const session = turn.bay(bayId)?.session;
  const right = session && rightOf(turn, session);
  if (right && reachedMs(turn) < right.validUntil) startWindowTimer(turn, bayId, right);
  else if (session?.row.phase === 'overtime') judgeOverstay(turn, bayId, session.row);
  else feedSession(turn, bayId, {kind: 'windowOver'});
}

/**
 * Rights have changed: hours end sooner or later than they did, and of a stay that a token alone opened the right
 * may have come, whose name it bears from now on.
 */
export function onGrantsChanged(turn: Turn): void {
  for (const {config, session} of turn.state.bays.values()) {
    const right = session && rightOf(turn, session);
    if (!right) continue;
    if (right.id !== session.row.grant) adopt(turn, config.id, session, right);
    startWindowTimer(turn, config.id, right);
    if (reachedMs(turn) < right.validUntil) feedSession(turn, config.id, {kind: 'windowGoesOn'});
    // Whoever is due may have come, or have been moved.
    const now = turn.bay(config.id)?.session;
    if (now?.row.phase === 'overtime') judgeOverstay(turn, config.id, now.row);
  }
}

function adopt(turn: Turn, bayId: BayId, session: Session, right: Grant): void {
  const {id: grant, holder, entries} = right;
  const {grants} = turn.context;
  if (entries === 'one' && !grants.isUsed(grant)) {
    turn.record({table: 'grantUse', grant, session: session.row.id});
  }
  const row = {...session.row, grant, holder, durationMs: turn.nowMs - session.row.openedMs};
  turn.patchBay(bayId, {session: {...session, row}});
  journalSession(turn, row);
}

/** Undefined: nobody's, or one that has not come here. */
function rightOf({context}: Turn, {row}: Session): Grant | undefined {
  if (row.grant === null) return undefined;
  const number = numberIn(row.grant);
  const {grants} = context;
  return number === undefined ? grants.grantById(row.grant) : grants.grantByNumber(number);
}

export function startWindowTimer(turn: Turn, bayId: BayId, grant: Grant | undefined): void {
  if (!grant) return;
  const leftMs = Math.min(DAY_MS, grant.validUntil - reachedMs(turn));
  turn.startTimer({kind: 'window', bay: bayId}, leftMs);
}

/** A lost clock ends no stay: only what has surely come does. */
function reachedMs(turn: Turn): UnixMillis {
  return surelyReachedMs(turn.context.timeOfDay());
}

export function journalSession(turn: Turn, row: SessionRecord): void {
  turn.fact('session', {
    session: row.id,
    bay: row.bay,
    phase: row.phase,
    grant: row.grant,
    holder: row.holder,
    actuation: row.actuation,
    closeCause: row.phase === 'closed' ? row.closeCause : null,
    durationMs: row.durationMs,
  });
  turn.record({table: 'session', row});
}

/** The stay is over and nothing forbids it: the arm goes up. */
export function relock(turn: Turn, bayId: BayId): void {
  const session = turn.bay(bayId)?.session?.row.id ?? null;
  feedSession(turn, bayId, {kind: 'raising'});
  startActuation(turn, bayId, {
    desired: 'up',
    cause: {kind: 'relock', session},
    claim: {kind: 'relock'},
  });
}

function waitsForRaise(turn: Turn, bay: BayState): boolean {
  return (
    hasLeft(bay.session) &&
    bay.config.canRaise &&
    isCommissioned(turn.config, bay) &&
    bay.actuation === undefined &&
    bay.goodPolls >= SURE_POLLS &&
    bay.sensor?.occupancy === 'vacant' &&
    bay.sensor.fault === undefined &&
    bay.reading?.vehicle !== 'present' &&
    turn.context.sense(bay.config.id).raw !== 'occupied'
  );
}

function hasLeft(session: Session | undefined): boolean {
  return session?.row.phase === 'leaving' || session?.row.phase === 'away';
}

/** The 30 s count from the moment the flag fell, not from the end of its debouncing. */
function armVacancy(turn: Turn, bay: BayState): void {
  const fellMs = bay.sensor?.flagSinceMs ?? bay.vehicleSinceMs ?? bay.sensor?.sinceMs ?? turn.nowMs;
  const {raiseAfterVacantMs} = turn.config.rules;
  const justLeft = turn.nowMs - phaseSinceMs(bay.session) < 1;
  const sinceMs = justLeft && turn.nowMs - fellMs < raiseAfterVacantMs ? fellMs : turn.nowMs;
  turn.patchBay(bay.config.id, {vacantSinceMs: sinceMs});
  const leftMs = raiseAfterVacantMs - (turn.nowMs - sinceMs);
  turn.startTimer({kind: 'vacant', bay: bay.config.id}, leftMs);
}

function phaseSinceMs(session: Session | undefined): Millis {
  return session ? session.row.openedMs + session.row.durationMs : 0;
}

function restartVacancy(turn: Turn, bayId: BayId): void {
  turn.patchBay(bayId, {vacantSinceMs: turn.nowMs});
  turn.startTimer({kind: 'vacant', bay: bayId}, turn.config.rules.raiseAfterVacantMs);
}

function isOneEntry(turn: Turn, grant: GrantId): boolean {
  return turn.context.grants.grantById(grant)?.entries === 'one';
}
