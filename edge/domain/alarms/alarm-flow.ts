import type {Millis} from '../../../protocols/base/clock.js';
import type {AlarmKind} from '../../../protocols/site/events.js';
import type {AlarmId, BayId, CollectorId, PersonId} from '../../../protocols/site/ids.js';
import {asId} from '../../../protocols/site/ids.js';
import {reopenRow} from '../bath/master-valve.js';
import {stallScreen} from '../bath/stall-screen.js';
import type {AlarmRecord, LotInput} from '../lot/contract.js';
import type {DisplayMessage} from '../lot/display-message.js';
import type {CollectorConfig} from '../lot/topology.js';
import type {Turn} from '../lot/turn.js';
import {policyOf} from '../policies/policies.js';
import {type AlarmInput, type AlarmStep, isUnanswered, stepAlarm} from './alarm-machine.js';
import {ALARM_RULES} from './alarm-rules.js';

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
  const alarm: AlarmRecord = {
    id: asId<AlarmId>(turn.context.newId()),
    kind: wanted.kind,
    state: 'raised',
    bay: wanted.bay ?? null,
    collector: wanted.collector ?? null,
    device: wanted.device ?? null,
    count: wanted.count ?? 1,
    escalation: 0,
    ring: isNuisance(turn, wanted) ? 'low' : 'normal',
    raisedMs: nowMs,
    raisedWallMs: wallMs,
    ackedBy: null,
    closedBy: null,
    detail: wanted.detail,
  };
  alarmFact(turn, alarm, {note: wanted.detail});
  feedAlarm(turn, alarm, {kind: 'begin'});
  soundCalls(turn, alarm);
}

function countAgain(turn: Turn, open: AlarmRecord, {count, detail}: NewAlarm): void {
  if (ALARM_RULES[open.kind].countsAgain) {
    const {state} = feedAlarm(turn, open, {kind: 'again', count: count ?? 1});
    alarmFact(turn, state, {note: detail});
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
  turn.cancelTimer({kind: 'alarm', alarm: alarm.id});
  soundCalls(turn, step.state);
}

export function onAlarmTimer(turn: Turn, id: AlarmId): void {
  const alarm = turn.state.alarms.get(id);
  if (alarm) feedAlarm(turn, alarm, {kind: 'timer'});
}

/** Children and people in fear press often: one call, counted up. */
export function onPress(turn: Turn, collector: CollectorId, presses: number): void {
  const at = turn.collector(collector);
  if (!at || presses < 1) return;
  const place = {kind: 'EMERGENCY_BUTTON', collector} as const;
  const open = openAlarm(turn, place);
  const sinceMs = turn.nowMs - (at.lastPressMs ?? Number.NEGATIVE_INFINITY);
  turn.patchCollector(collector, {lastPressMs: turn.nowMs});
  if (!open) {
    const lastCard = at.last ? `last card ${at.last.uid}` : 'no card before';
    raiseAlarm(turn, {...place, count: presses, detail: lastCard});
    return;
  }
  const {state} = feedAlarm(turn, open, {kind: 'again', count: presses});
  alarmFact(turn, state, {note: null});
  if (sinceMs > turn.config.rules.buttonWindowMs) notify(turn, state, state.escalation);
}

export function onAlarmAction(turn: Turn, input: Extract<LotInput, {kind: 'alarmAction'}>): void {
  const alarm = turn.state.alarms.get(input.alarm);
  const answer = (result: 'done' | 'REASON_MISSING' | 'UNKNOWN_ALARM' | 'WRONG_STATE') =>
    turn.effect({kind: 'alarmResult', alarm: input.alarm, result});
  if (!alarm) {
    answer('UNKNOWN_ALARM');
    return;
  }
  if (input.action === 'close' && input.reason.trim() === '') {
    answer('REASON_MISSING');
    return;
  }
  const step = feedAlarm(turn, alarm, {kind: 'act', action: input.action, person: input.person});
  if (step.refused) {
    answer('WRONG_STATE');
    return;
  }
  const note = input.reason.trim() === '' ? null : input.reason;
  alarmFact(turn, step.state, {person: input.person, note});
  turn.cancelTimer({kind: 'alarm', alarm: alarm.id});
  if (input.action === 'close') onClosed(turn, alarm, input.falseCall === true);
  soundCalls(turn, step.state);
  answer('done');
}

/** Alarms that a stop of the daemon left open ring on; those that end with their cause are judged anew. */
export function restoreAlarm(turn: Turn, alarm: AlarmRecord, ageMs: Millis): void {
  if (ALARM_RULES[alarm.kind].selfClears) {
    const {state} = feedAlarm(turn, alarm, {kind: 'recovered'});
    alarmFact(turn, state, {note: 'restart: judged anew'});
    return;
  }
  const {state} = feedAlarm(turn, alarm, {kind: 'restore', ageMs});
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
  const step = stepAlarm(alarm, input, turn.config.contacts, turn.nowMs);
  if (step.state !== alarm) turn.putAlarm(step.state);
  if (step.notify !== undefined) notify(turn, step.state, step.notify);
  if (step.wakeAfterMs !== undefined) {
    turn.startTimer({kind: 'alarm', alarm: alarm.id}, step.wakeAfterMs);
  }
  return step;
}

function notify(turn: Turn, alarm: AlarmRecord, index: number): void {
  const contact = turn.config.contacts[index]?.name;
  alarmFact(turn, alarm, {contact: contact ?? null, note: null});
  if (contact !== undefined) turn.effect({kind: 'notify', alarm, contact});
}

/** Sounder, lamp and display follow the calls of the collector; the sounder stays on until somebody answers. */
function soundCalls(turn: Turn, changed: AlarmRecord): void {
  if (changed.collector === null || !ALARM_RULES[changed.kind].callsForHelp) return;
  const calls = callsAt(turn, changed.collector);
  turn.effect({
    kind: 'signal',
    collector: changed.collector,
    buzzer: calls.some(isUnanswered),
    lamp: calls.length > 0,
  });
  const message = restingScreen(turn, changed.collector);
  turn.effect({kind: 'show', collector: changed.collector, message});
}

function callsAt(turn: Turn, collector: CollectorId): readonly AlarmRecord[] {
  return [...turn.state.alarms.values()].filter(
    alarm => alarm.collector === collector && ALARM_RULES[alarm.kind].callsForHelp,
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
