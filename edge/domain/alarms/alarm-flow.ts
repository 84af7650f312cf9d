import type {Millis} from '../../../protocols/base/clock.js';
import {ALARM_RULES} from '../../../protocols/site/alarm-rules.js';
import type {CallEnd} from '../../../protocols/site/calls.js';
import type {AlarmKind} from '../../../protocols/site/events.js';
import type {AlarmId, BayId, CollectorId, PersonId} from '../../../protocols/site/ids.js';
import {asId} from '../../../protocols/site/ids.js';
import {reopenRow} from '../bath/master-valve.js';
import {stallScreen} from '../bath/stall-screen.js';
import {planNumberAt} from '../calls/call-config.js';
import {callsConfigOf, isInMaintenance, logAnnounced, settleOutputs} from '../calls/call-flow.js';
import type {AlarmActionInput} from '../calls/call-input.js';
import {isCall, logCall} from '../calls/call-log.js';
import type {AlarmActionResult} from '../lot/contract.js';
import type {DisplayMessage} from '../lot/display-message.js';
import type {CollectorConfig} from '../lot/topology.js';
import type {Turn} from '../lot/turn.js';
import {policyOf} from '../policies/policies.js';
import {ladderOf, type Rung} from './alarm-ladder.js';
import {type AlarmInput, type AlarmStep, isUnanswered, stepAlarm} from './alarm-machine.js';
import type {AlarmRecord, CallPart} from './alarm-record.js';

/** A finger that taps twice, on a button that has changed under it. */
const DOUBLE_TAP_MS: Millis = 1000;
/** Stands in the record of an alarm that a key ended. */
const NOBODY = asId<PersonId>('reset-key');

const CALL_STEP_OF = {
  acknowledge: 'acknowledged',
  onsite: 'attending',
  close: 'ended',
} as const;

export interface NewAlarm {
  readonly kind: AlarmKind;
  readonly bay?: BayId;
  readonly collector?: CollectorId;
  readonly device?: string;
  readonly count?: number;
  readonly detail: string;
}

/** Raise an alarm and tell the first contact. One that is open for the same place stays the only one. */
export function raiseAlarm(turn: Turn, wanted: NewAlarm): void {
  const open = openAlarm(turn, wanted);
  if (open) {
    countAgain(turn, open, wanted);
    return;
  }
  const {nowMs, wallMs} = turn.context;
  const call = isCall(wanted.kind) ? newCall(turn, wanted.collector) : undefined;
  const alarm: AlarmRecord = {
    id: asId<AlarmId>(turn.context.newId()),
    kind: wanted.kind,
    state: 'raised',
    bay: wanted.bay ?? null,
    collector: wanted.collector ?? null,
    device: wanted.device ?? null,
    count: wanted.count ?? 1,
    escalation: 0,
    ring: isNuisance(turn, wanted) || call?.isMaintenance ? 'low' : 'normal',
    raisedMs: nowMs,
    raisedWallMs: wallMs,
    ackedBy: null,
    closedBy: null,
    detail: wanted.detail,
    ...(call && {call}),
  };
  alarmFact(turn, alarm, {note: wanted.detail});
  const {state} = feedAlarm(turn, logCall(turn, alarm, 'raised'), {kind: 'begin'});
  // True where it can be read: all of this step is on the disk, or none of it.
  logCall(turn, state, 'stored');
  if (call && wanted.collector) noteCall(turn, wanted.collector);
  soundCalls(turn, alarm);
}

function newCall(turn: Turn, collector: CollectorId | undefined): CallPart {
  const {wallMs} = turn.context;
  return {
    ...{isTold: false, isUnanswered: false, isLoud: false, takenMs: null, reminders: 0},
    plan: planNumberAt(callsConfigOf(turn), turn.context.localTime?.(wallMs)),
    isMaintenance: isInMaintenance(turn, collector),
    ...{toldAt: [], steps: []},
  };
}

/** Calls that come thick and fast from one post are drawn as one, and never held back. */
function noteCall(turn: Turn, collector: CollectorId): void {
  const {withinMs} = callsConfigOf(turn).grouping;
  const {recent} = turn.state.care;
  const young = (recent.get(collector) ?? []).filter(ms => turn.nowMs - ms <= withinMs);
  const next = new Map(recent).set(collector, [...young, turn.nowMs]);
  turn.patch({care: {...turn.state.care, recent: next}});
}

/** The effects of its first step were carried out. */
export function onCallTold(turn: Turn, id: AlarmId): void {
  const alarm = turn.state.alarms.get(id);
  if (!alarm?.call || alarm.call.isTold || !isUnanswered(alarm)) return;
  logAnnounced(turn, feedAlarm(turn, alarm, {kind: 'told'}).state);
}

function countAgain(turn: Turn, open: AlarmRecord, {count, detail}: NewAlarm): void {
  if (ALARM_RULES[open.kind].countsAgain) {
    const {state} = feedAlarm(turn, open, {kind: 'again', count: count ?? 1});
    alarmFact(turn, state, {note: detail});
    logCall(turn, state, 'repress');
  }
  soundCalls(turn, open);
}

export function openAlarm(turn: Turn, place: Omit<NewAlarm, 'detail'>): AlarmRecord | undefined {
  for (const alarm of turn.state.alarms.values()) {
    const samePlace =
      alarm.bay === (place.bay ?? null) &&
      alarm.collector === (place.collector ?? null) &&
      alarm.device === (place.device ?? null);
    if (alarm.kind === place.kind && samePlace) return alarm;
  }
  return undefined;
}

/** The cause has gone: the alarm closes itself. */
export function clearAlarm(turn: Turn, place: Omit<NewAlarm, 'detail'>, note: string): void {
  const alarm = openAlarm(turn, place);
  if (!alarm) return;
  const step = feedAlarm(turn, alarm, {kind: 'recovered'});
  alarmFact(turn, step.state, {note});
  logCall(turn, step.state, 'ended', {end: 'recovered', note});
  turn.cancelTimer({kind: 'alarm', alarm: alarm.id});
  soundCalls(turn, step.state);
}

export function onAlarmTimer(turn: Turn, id: AlarmId): void {
  const alarm = turn.state.alarms.get(id);
  if (alarm) feedAlarm(turn, alarm, {kind: 'timer'});
}

/** Children and people in fear press often: one call, counted up. */
export function onPress(
  turn: Turn,
  collector: CollectorId,
  presses: number,
): AlarmRecord | undefined {
  const at = turn.collector(collector);
  if (!at || presses < 1) return undefined;
  const place = {kind: 'EMERGENCY_BUTTON', collector} as const;
  const open = openAlarm(turn, place);
  const sinceMs = turn.nowMs - (at.lastPressMs ?? Number.NEGATIVE_INFINITY);
  turn.patchCollector(collector, {lastPressMs: turn.nowMs});
  if (!open) {
    const lastCard = at.last ? `last card ${at.last.uid}` : 'no card before';
    raiseAlarm(turn, {...place, count: presses, detail: lastCard});
    return openAlarm(turn, place);
  }
  const {state} = feedAlarm(turn, open, {kind: 'again', count: presses});
  alarmFact(turn, state, {note: null});
  logCall(turn, state, 'repress');
  if (sinceMs > turn.config.rules.buttonWindowMs) notify(turn, state, state.escalation);
  return undefined;
}

export function onAlarmAction(turn: Turn, input: AlarmActionInput): void {
  const alarm = turn.state.alarms.get(input.alarm);
  const answer = (result: AlarmActionResult) =>
    turn.effect({kind: 'alarmResult', alarm: input.alarm, result});
  if (!alarm) {
    answer('UNKNOWN_ALARM');
    return;
  }
  if (input.action === 'close' && input.reason.trim() === '') {
    answer('REASON_MISSING');
    return;
  }
  const refusal = refusalOf(turn, alarm, input);
  if (refusal) {
    answer(refusal);
    return;
  }
  const note = input.reason.trim() === '' ? null : input.reason;
  const {action, person, falseCall = false} = input;
  const isDone = actOnAlarm(turn, alarm, {action, person, note, falseCall, end: 'supervisor'});
  answer(isDone ? 'done' : 'WRONG_STATE');
}

/** Who may do what to a call: a name for everything, and its end only by those who answer for it. */
function refusalOf(
  turn: Turn,
  {kind, call}: AlarmRecord,
  {action, by, isTap = false}: AlarmActionInput,
): AlarmActionResult | undefined {
  const {callsForHelp} = ALARM_RULES[kind];
  const isClose = action === 'close';
  if (by?.isShared && (isClose || !callsConfigOf(turn).takesShared)) return 'NEEDS_NAME';
  if (by && isClose && callsForHelp && !by.isSupervisor) return 'NOT_AT_PLACE';
  const takenAgoMs = turn.nowMs - (call?.takenMs ?? Number.NEGATIVE_INFINITY);
  return isTap && action !== 'acknowledge' && takenAgoMs < DOUBLE_TAP_MS ? 'NOT_NOW' : undefined;
}

export interface AlarmAct {
  readonly action: 'acknowledge' | 'onsite' | 'close';
  /** Who goes on file; null: a key that says nobody's name. */
  readonly person: PersonId | null;
  readonly note: string | null;
  readonly falseCall: boolean;
  readonly end: CallEnd;
  readonly where?: string;
}

/** Journal, store and make heard what somebody does to an alarm; false: it does not fit its state. */
export function actOnAlarm(turn: Turn, alarm: AlarmRecord, act: AlarmAct): boolean {
  const {action, person, note, where = null} = act;
  const step = feedAlarm(turn, alarm, {kind: 'act', action, person: person ?? NOBODY});
  if (step.refused) return false;
  alarmFact(turn, step.state, {...(person && {person}), note});
  const about = {person, note, where, ...(action === 'close' && {end: act.end})};
  logCall(turn, step.state, CALL_STEP_OF[action], about);
  if (step.wakeAfterMs === undefined) turn.cancelTimer({kind: 'alarm', alarm: alarm.id});
  if (action === 'close') onClosed(turn, alarm, act.falseCall);
  soundCalls(turn, step.state);
  return true;
}

/** Alarms that a stop of the daemon left open ring on; those that end with their cause are judged anew. */
export function restoreAlarm(turn: Turn, alarm: AlarmRecord, ageMs: Millis): void {
  if (ALARM_RULES[alarm.kind].selfClears) {
    const note = 'restart: judged anew';
    const {state} = feedAlarm(turn, alarm, {kind: 'recovered'});
    alarmFact(turn, state, {note});
    logCall(turn, state, 'ended', {end: 'recovered', note});
    return;
  }
  // Of before there were calls: it has been told long ago.
  const old = isCall(alarm.kind) && !alarm.call;
  const call = old ? {call: {...newCall(turn, alarm.collector ?? undefined), isTold: true}} : {};
  const {state} = feedAlarm(turn, {...alarm, ...call}, {kind: 'restore', ageMs});
  soundCalls(turn, state);
}

/** What a collector shows when nothing new happens: an open call goes before everything. */
export function restingScreen(turn: Turn, collector: CollectorId): DisplayMessage {
  const calls = callsAt(turn, collector);
  if (calls.some(isUnanswered)) return {code: 'CALL_SENT'};
  if (calls.length > 0) return {code: 'STAFF_COMING'};
  for (const bay of turn.state.bays.values()) {
    const opening = bay.config.collector === collector && bay.claim?.kind === 'grant';
    if (opening) return {code: 'OPENING', bay: bay.config.id};
  }
  const at = turn.collector(collector);
  if (at?.series.kind === 'verifying') return {code: 'CHECKING'};
  if (at?.present !== undefined) return {code: 'REMOVE_CARD'};
  return stallScreen(turn, collector) ?? (at ? idleScreen(at.config) : {code: 'IDLE'});
}

/** Asks for what is of use there. */
export function idleScreen(collector: CollectorConfig): DisplayMessage {
  const takesCards = policyOf(collector).credentialKinds.has('card');
  return takesCards ? {code: 'IDLE'} : {code: 'IDLE', asks: 'code'};
}

function feedAlarm(turn: Turn, alarm: AlarmRecord, input: AlarmInput): AlarmStep {
  const step = stepAlarm(alarm, input, ladderOf(alarm, turn.config), turn.nowMs);
  let {state} = step;
  if (state !== alarm) turn.putAlarm(state);
  if (step.notify !== undefined) notify(turn, state, step.notify);
  for (const rung of step.rungs) state = climb(turn, state, rung);
  if (step.reminds) state = remind(turn, state);
  if (step.wakeAfterMs !== undefined) {
    turn.startTimer({kind: 'alarm', alarm: alarm.id}, step.wakeAfterMs);
  }
  return {...step, state};
}

/** What time has brought to a call that nobody took. */
function climb(turn: Turn, alarm: AlarmRecord, rung: Rung): AlarmRecord {
  if (rung.step === 'escalated') {
    const where = notify(turn, alarm, rung.contact);
    return logCall(turn, alarm, 'escalated', {where: where ?? null});
  }
  const local = rung.step === 'local' ? callsConfigOf(turn).local?.device : undefined;
  const next = logCall(turn, alarm, rung.step, {where: local ?? null});
  if (local !== undefined) settleOutputs(turn, next);
  return next;
}

/** Whoever took it and has not ended it hears of it first. */
function remind(turn: Turn, alarm: AlarmRecord): AlarmRecord {
  const contact = alarm.ackedBy;
  alarmFact(turn, alarm, {contact, note: null});
  if (contact !== null) turn.effect({kind: 'notify', alarm, contact});
  return logCall(turn, alarm, 'reminded', {where: contact});
}

function notify(turn: Turn, alarm: AlarmRecord, index: number): string | undefined {
  const contact = ladderOf(alarm, turn.config).contacts[index]?.name;
  alarmFact(turn, alarm, {contact: contact ?? null, note: null});
  if (contact !== undefined) turn.effect({kind: 'notify', alarm, contact});
  return contact;
}

/** Sounder, lamp and display follow the calls of the collector; the sounder stays on until somebody answers. */
function soundCalls(turn: Turn, changed: AlarmRecord): void {
  settleOutputs(turn, changed);
  if (changed.collector === null || !isCall(changed.kind)) return;
  const calls = callsAt(turn, changed.collector);
  turn.effect({
    kind: 'signal',
    collector: changed.collector,
    buzzer: calls.some(call => isUnanswered(call) && ALARM_RULES[call.kind].callsForHelp),
    lamp: calls.length > 0,
  });
  const message = restingScreen(turn, changed.collector);
  turn.effect({kind: 'show', collector: changed.collector, message});
}

function callsAt(turn: Turn, collector: CollectorId): readonly AlarmRecord[] {
  return [...turn.state.alarms.values()].filter(
    alarm => alarm.collector === collector && isCall(alarm.kind),
  );
}

function isNuisance(turn: Turn, {kind, collector}: NewAlarm): boolean {
  if (kind !== 'EMERGENCY_BUTTON' || collector === undefined) return false;
  const {count, withinMs} = turn.config.rules.falseCalls;
  const recent = turn.collector(collector)?.falseCalls.filter(at => turn.nowMs - at <= withinMs);
  return (recent?.length ?? 0) >= count;
}

function onClosed(turn: Turn, alarm: AlarmRecord, falseCall: boolean): void {
  if (alarm.kind === 'LEAK' && alarm.collector !== null) reopenRow(turn, alarm.collector);
  if (alarm.bay !== null) turn.patchBay(alarm.bay, releasedBy(alarm.kind));
  const at = alarm.collector === null ? undefined : turn.collector(alarm.collector);
  if (!falseCall || !at) return;
  const {withinMs} = turn.config.rules.falseCalls;
  const recent = at.falseCalls.filter(ms => turn.nowMs - ms <= withinMs);
  turn.patchCollector(at.config.id, {falseCalls: [...recent, turn.nowMs]});
}

/** A guard who closes the alarm answers for the bay being in order again. */
function releasedBy(kind: AlarmKind): {relockFailed?: boolean; sensorSuspect?: boolean} {
  return kind === 'RELOCK_FAILED' ? {relockFailed: false, sensorSuspect: false} : {};
}

function alarmFact(
  turn: Turn,
  alarm: AlarmRecord,
  about: {
    readonly contact?: string | null;
    readonly person?: PersonId;
    readonly note: string | null;
  },
): void {
  turn.fact('alarm', {
    alarm: alarm.id,
    kind: alarm.kind,
    state: alarm.state,
    bay: alarm.bay,
    collector: alarm.collector,
    count: alarm.count,
    contact: about.contact ?? null,
    person: about.person ?? null,
    note: about.note,
  });
}
