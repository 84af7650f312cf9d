import type {Millis} from '../../../protocols/base/clock.js';
import type {PersonId} from '../../../protocols/site/ids.js';
import type {AlarmRecord, LotConfig} from '../lot/contract.js';
import {ALARM_RULES} from './alarm-rules.js';

export type AlarmInput =
  /** Tell the first contact. */
  | {readonly kind: 'begin'}
  | {readonly kind: 'timer'}
  | {readonly kind: 'again'; readonly count: number}
  | {
      readonly kind: 'act';
      readonly action: 'acknowledge' | 'onsite' | 'close';
      readonly person: PersonId;
    }
  /** The cause is gone by itself. */
  | {readonly kind: 'recovered'}
  /** After a restart: whoever was told last is told again. */
  | {readonly kind: 'restore'; readonly ageMs: Millis};

/** `refused`: the action does not fit the state. `notify`: index of the contact to tell now. */
export interface AlarmStep {
  readonly state: AlarmRecord;
  readonly refused: boolean;
  readonly notify: number | undefined;
  readonly wakeAfterMs: Millis | undefined;
}

type Contacts = LotConfig['contacts'];

/** A timer may ring a fraction of a millisecond early: differences of times with fractions are not exact. */
const ROUNDING_MS: Millis = 1;

/** raised -> notified -> acked -> onsite -> closed. */
export function stepAlarm(
  alarm: AlarmRecord,
  input: AlarmInput,
  contacts: Contacts,
  nowMs: Millis,
): AlarmStep {
  if (alarm.state === 'closed') return refuse(alarm);
  switch (input.kind) {
    case 'begin':
      return tell({...alarm, state: 'notified'}, 0, contacts, nowMs - alarm.raisedMs);
    case 'timer':
      return onTimer(alarm, contacts, nowMs - alarm.raisedMs);
    case 'again':
      return quiet({...alarm, count: alarm.count + input.count});
    case 'act':
      return act(alarm, input.action, input.person);
    case 'recovered':
      return quiet({...alarm, state: 'closed'});
    case 'restore':
      return restore({...alarm, raisedMs: nowMs - input.ageMs}, contacts, input.ageMs);
  }
}

export function isUnanswered(alarm: AlarmRecord): boolean {
  return alarm.state === 'raised' || alarm.state === 'notified';
}

function onTimer(alarm: AlarmRecord, contacts: Contacts, ageMs: Millis): AlarmStep {
  if (!isUnanswered(alarm)) return quiet(alarm);
  const next = alarm.escalation + 1;
  const dueMs = contacts[next]?.afterMs;
  if (dueMs === undefined) return quiet(alarm);
  if (dueMs - ageMs > ROUNDING_MS) return {...quiet(alarm), wakeAfterMs: dueMs - ageMs};
  return tell({...alarm, escalation: next}, next, contacts, ageMs);
}

function restore(alarm: AlarmRecord, contacts: Contacts, ageMs: Millis): AlarmStep {
  if (!isUnanswered(alarm)) return quiet(alarm);
  return tell({...alarm, state: 'notified'}, alarm.escalation, contacts, ageMs);
}

function tell(alarm: AlarmRecord, notify: number, contacts: Contacts, ageMs: Millis): AlarmStep {
  const next = ALARM_RULES[alarm.kind].escalates ? contacts[notify + 1]?.afterMs : undefined;
  const wakeAfterMs = next === undefined ? undefined : Math.max(0, next - ageMs);
  return {state: alarm, refused: false, notify, wakeAfterMs};
}

function act(
  alarm: AlarmRecord,
  action: 'acknowledge' | 'onsite' | 'close',
  person: PersonId,
): AlarmStep {
  switch (action) {
    case 'acknowledge':
      return isUnanswered(alarm)
        ? quiet({...alarm, state: 'acked', ackedBy: person})
        : refuse(alarm);
    case 'onsite':
      if (alarm.state === 'onsite') return refuse(alarm);
      return quiet({...alarm, state: 'onsite', ackedBy: alarm.ackedBy ?? person});
    case 'close':
      return isUnanswered(alarm)
        ? refuse(alarm)
        : quiet({...alarm, state: 'closed', closedBy: person});
  }
}

function quiet(state: AlarmRecord): AlarmStep {
  return {state, refused: false, notify: undefined, wakeAfterMs: undefined};
}

function refuse(state: AlarmRecord): AlarmStep {
  return {...quiet(state), refused: true};
}
