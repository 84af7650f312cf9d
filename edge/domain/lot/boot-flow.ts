import type {LockReading} from '../../../drivers/parking-lock/contract.js';
import type {Millis} from '../../../protocols/base/clock.js';
import type {BayId} from '../../../protocols/site/ids.js';
import {journal, sessionOf, settle, settleInterrupted} from '../actuation/actuation-flow.js';
import {isFinal} from '../actuation/actuation-machine.js';
import {journalOrder} from '../actuation/settle-flow.js';
import {idleScreen, restoreAlarm} from '../alarms/alarm-flow.js';
import {restoreShowers} from '../bath/shower-flow.js';
import {stallScreen} from '../bath/stall-screen.js';
import {restoreCare} from '../calls/care-flow.js';
import {restoreLockTests} from '../commissioning/commissioning-flow.js';
import {restoreGuesses, restoreLockouts} from '../lockout/lockout-flow.js';
import {beginStay, journalSession, startWindowTimer} from '../session/session-flow.js';
import {restoreSession} from '../session/session-machine.js';
import type {ActuationRecord, FormerRun, LotInput, SessionRecord} from './contract.js';
import type {Turn} from './turn.js';

const FIRST_REST_MS: Millis = 5000;

/** Take up what a stop left open. Nothing moves by itself: orders that were under way are closed. */
export function onBoot(turn: Turn, input: Extract<LotInput, {kind: 'boot' | 'offTime'}>): void {
  if (input.kind === 'offTime') {
    joinOffTime(turn, input.offMs);
    return;
  }
  const {run, open, cause, version, former} = input;
  const underway = open.actuations.filter(row => !isFinal(row.state));
  const unsettled = open.actuations.filter(row => isFinal(row.state));
  const {shortRuns = 0} = input;
  const lastMonoMs = former?.endedMs ?? null;
  const {nowMs} = turn;
  const restMs = restOf(shortRuns, turn.config.rules.startBackoffMaxMs);
  turn.patch({bootMs: nowMs, restUntilMs: nowMs + restMs});
  const interrupted = underway.length;
  turn.fact('boot', {run, cause, interrupted, version, lastMonoMs, shortRuns, restMs});
  for (const collector of turn.config.collectors) {
    turn.effect({
      kind: 'show',
      collector: collector.id,
      message: stallScreen(turn, collector.id) ?? idleScreen(collector),
    });
  }
  restoreLockTests(turn, open.lockTests);
  restoreLockouts(turn, open.lockouts);
  restoreGuesses(turn, open.guessAgesMs);
  for (const row of unsettled) awaitReading(turn, row);
  for (const row of underway) interrupt(turn, row, former);
  for (const row of open.sessions) resumeStay(turn, row, former);
  for (const alarm of open.alarms) restoreAlarm(turn, alarm, ageMs(alarm.raisedMs, former));
  restoreShowers(turn, open.showers, former);
  restoreCare(turn, open.care ?? []);
}

/** The time between two runs joins the stays that waited for it, and hours that have passed end. */
function joinOffTime(turn: Turn, offMs: Millis): void {
  for (const {session, config} of turn.state.bays.values()) {
    if (!session) continue;
    const {row, awaitsOffTime} = session;
    if (awaitsOffTime) {
      const openedMs = row.openedMs - offMs;
      const later = {...row, openedMs, durationMs: turn.nowMs - openedMs};
      turn.patchBay(config.id, {session: {...session, row: later, awaitsOffTime: false}});
      turn.record({table: 'session', row: later});
    }
    if (row.grant !== null) {
      startWindowTimer(turn, config.id, turn.context.grants.grantById(row.grant));
    }
  }
}

/**
 * Motors are what pulls a weak supply down: the third start in a row that follows a short run waits 5 s
 * before it orders any, each further one twice as long.
 */
function restOf(shortRuns: number, mostMs: Millis): Millis {
  return shortRuns < 2 ? 0 : Math.min(mostMs, FIRST_REST_MS * 2 ** (shortRuns - 2));
}

/** The first reading of a standing arm judges an interrupted lowering: down is as good as opened, else the card is asked for again. */
export function finishInterrupted(
  turn: Turn,
  bayId: BayId,
  row: ActuationRecord,
  reading: LockReading,
): void {
  if (reading.arm === 'moving' || reading.arm === 'unknown') return;
  settleInterrupted(turn, bayId);
  const bay = turn.bay(bayId);
  if (row.cause.kind === 'remote') {
    // Who ordered it from afar was told that nobody knows; now somebody does.
    const result = reading.arm === row.desired ? 'done' : 'failed';
    journalOrder(turn, row.cause, {bay: bayId, desired: row.desired, result, why: 'INTERRUPTED'});
  }
  if (!bay || row.desired !== 'down' || row.cause.kind !== 'grant') return;
  const {collector} = bay.config;
  const opened = reading.arm === 'down';
  const right = turn.context.grants.grantById(row.cause.grant);
  if (opened && !bay.session) {
    const isOneEntry = right?.entries === 'one';
    // The holder may have opened another bay before this one was read: then this one is nobody's.
    const isSpent = isOneEntry && turn.context.grants.isUsed(right.id);
    beginStay(turn, bayId, {
      grant: isSpent ? null : row.cause.grant,
      holder: isSpent ? null : (right?.holder ?? null),
      spends: isOneEntry && !isSpent,
      actuation: row.id,
    });
  }
  // Who swiped meanwhile need not do it again.
  if (!opened && turn.collector(collector)?.series.kind === 'verifying') return;
  const message = opened ? ({code: 'OPEN', bay: bayId} as const) : ({code: 'SWIPE_AGAIN'} as const);
  turn.effect({kind: 'show', collector, message});
  turn.startTimer({kind: 'idleScreen', collector}, turn.config.rules.idleScreenMs);
}

/** Bills go on over a restart by what the clocks surely counted, never by a wall clock that jumped. */
function ageMs(sinceMs: Millis, former: FormerRun | undefined): Millis {
  if (!former) return 0;
  return Math.max(0, former.endedMs - sinceMs) + (former.offMs ?? 0);
}

function interrupt(turn: Turn, left: ActuationRecord, former: FormerRun | undefined): void {
  const row: ActuationRecord = {
    ...left,
    state: 'interrupted',
    why: left.state,
    startedMs: turn.nowMs - ageMs(left.startedMs, former),
    isUnsettled: true,
  };
  journal(turn, row);
  awaitReading(turn, row);
  giveBack(turn, row);
  const {cause, desired, bay} = row;
  const outcome = {bay, desired, result: 'interrupted', why: left.state};
  if (cause.kind === 'remote') {
    journalOrder(turn, cause, outcome);
  }
  if (cause.kind === 'operator') {
    const {person, reason} = cause;
    journalOrder(turn, {kind: 'person', person, reason}, outcome);
  }
}

/** The next reading of its arm tells what became of it, however often the power fails until then. */
function awaitReading(turn: Turn, row: ActuationRecord): void {
  settleInterrupted(turn, row.bay);
  if (turn.bay(row.bay)) turn.patchBay(row.bay, {interrupted: row});
  // The bay is named no more: nobody will ever read it.
  else settle(turn, row);
}

/** Nobody is let in by an order that was cut short; should the arm be found down, the stay spends anew. */
function giveBack(turn: Turn, {id, cause, desired}: ActuationRecord): void {
  if (desired !== 'down' || cause.kind !== 'grant') return;
  turn.record({table: 'grantUnused', grant: cause.grant, session: sessionOf(id)});
}

function resumeStay(turn: Turn, left: SessionRecord, former: FormerRun | undefined): void {
  const {grants} = turn.context;
  const durationMs = Math.max(left.durationMs, ageMs(left.openedMs, former));
  const restored = restoreSession(left, turn.nowMs, durationMs);
  const session = {...restored, awaitsOffTime: former !== undefined && former.offMs === undefined};
  const {row} = session;
  turn.patchBay(row.bay, {session});
  if (row.phase !== left.phase) journalSession(turn, row);
  // The next start counts from this run's clock.
  else turn.record({table: 'session', row});
  if (row.phase === 'open_wait_car') {
    turn.startTimer({kind: 'enter', bay: row.bay}, turn.config.rules.enterWithinMs);
  }
  if (row.grant !== null) startWindowTimer(turn, row.bay, grants.grantById(row.grant));
}
