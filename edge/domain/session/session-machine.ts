import type {Millis, UnixMillis} from '../../../protocols/base/clock.js';
import type {SessionCloseCause, SessionPhase} from '../../../protocols/site/events.js';
import type {
  ActuationId,
  BayId,
  GrantId,
  HolderId,
  SessionId,
} from '../../../protocols/site/ids.js';
import type {SessionRecord} from '../lot/contract.js';

/** A stay. `entered`: a car was confirmed in the bay, so leaving and never coming differ. */
export interface Session {
  readonly row: SessionRecord;
  readonly entered: boolean;
  /** Taken up by a start that could not tell how long nothing ran. */
  readonly awaitsOffTime?: boolean;
}

export type SessionInput =
  | {readonly kind: 'carIn'}
  /** `mayReturn`: the right goes on, so the driver may only be out for lunch. */
  | {readonly kind: 'carOut'; readonly mayReturn: boolean}
  | {readonly kind: 'windowOver'}
  /** The right ends later than it did. */
  | {readonly kind: 'windowGoesOn'}
  | {readonly kind: 'raising'}
  /** The arm could not stay on its way up: a car, or a sensor that is no longer sure. */
  | {readonly kind: 'raiseAborted'}
  | {readonly kind: 'raised'}
  | {readonly kind: 'raiseFailed'}
  | {readonly kind: 'close'; readonly cause: SessionCloseCause};

/** `changed` false = the input does not fit the phase; the same object comes back. */
export interface SessionStep {
  readonly state: Session;
  readonly changed: boolean;
}

export interface SessionOpening {
  readonly id: SessionId;
  readonly bay: BayId;
  readonly grant: GrantId | null;
  readonly holder: HolderId | null;
  readonly actuation: ActuationId | null;
  readonly nowMs: Millis;
  readonly wallMs: UnixMillis;
}

export function openSession(opening: SessionOpening): Session {
  const {id, bay, grant, holder, actuation, nowMs, wallMs} = opening;
  const row: SessionRecord = {
    id,
    bay,
    grant,
    holder,
    actuation,
    phase: 'open_wait_car',
    openedMs: nowMs,
    openedWallMs: wallMs,
    closeCause: null,
    durationMs: 0,
  };
  return {row, entered: false};
}

/**
 * After a restart the monotonic clock began anew: the stay goes on with the `durationMs` it had. Whom an arm was
 * raised after who never came, the restart must not make one who left.
 */
export function restoreSession(row: SessionRecord, nowMs: Millis, durationMs: Millis): Session {
  const wasEntered = row.closeCause !== 'never_entered';
  const back: SessionPhase = wasEntered ? 'leaving' : 'open_wait_car';
  const phase = row.phase === 'relocking' ? back : row.phase;
  return {
    row: {...row, phase, closeCause: null, openedMs: nowMs - durationMs, durationMs},
    entered: phase !== 'open_wait_car',
  };
}

/** open_wait_car -> parked <-> away -> (overtime) -> leaving -> relocking -> closed. */
export function stepSession(session: Session, input: SessionInput, nowMs: Millis): SessionStep {
  const {phase} = session.row;
  if (phase === 'closed') return {state: session, changed: false};
  switch (input.kind) {
    case 'carIn':
      return phase === 'relocking' || isIn(phase)
        ? {state: session, changed: false}
        : move({...session, entered: true}, 'parked', nowMs);
    case 'carOut':
      return isIn(phase)
        ? move(session, input.mayReturn ? 'away' : 'leaving', nowMs)
        : {state: session, changed: false};
    case 'windowOver':
      if (phase === 'parked') return move(session, 'overtime', nowMs);
      return phase === 'away' ? move(session, 'leaving', nowMs) : {state: session, changed: false};
    case 'windowGoesOn':
      return phase === 'overtime'
        ? move(session, 'parked', nowMs)
        : {state: session, changed: false};
    case 'raising':
      return phase === 'relocking'
        ? {state: session, changed: false}
        : move(endsAs(session, endCause(session)), 'relocking', nowMs);
    case 'raiseAborted':
      return phase === 'relocking'
        ? move(endsAs(session, null), session.entered ? 'leaving' : 'open_wait_car', nowMs)
        : {state: session, changed: false};
    case 'raised':
      // In any other phase somebody ended it by hand.
      return close(session, phase === 'relocking' ? endCause(session) : 'manual', nowMs);
    case 'raiseFailed':
      return close(session, 'relock_failed', nowMs);
    case 'close':
      return close(session, input.cause, nowMs);
  }
}

function endCause({entered}: Session): SessionCloseCause {
  return entered ? 'left' : 'never_entered';
}

/** How it is to end stands in its row while the arm rises, and outlives a power cut. */
function endsAs(session: Session, closeCause: SessionCloseCause | null): Session {
  return {...session, row: {...session.row, closeCause}};
}

function isIn(phase: SessionPhase): boolean {
  return phase === 'parked' || phase === 'overtime';
}

function move(session: Session, phase: SessionPhase, nowMs: Millis): SessionStep {
  const row = {...session.row, phase, durationMs: nowMs - session.row.openedMs};
  return {state: {...session, row}, changed: true};
}

function close(session: Session, closeCause: SessionCloseCause, nowMs: Millis): SessionStep {
  const closed = move(session, 'closed', nowMs).state;
  return {state: {...closed, row: {...closed.row, closeCause}}, changed: true};
}
