import type {Millis} from '../../../protocols/base/clock.js';
import type {CallState} from '../../../protocols/site/calls.js';
import type {PersonId} from '../../../protocols/site/ids.js';
import type {Ladder, Rung} from './alarm-ladder.js';
import type {AlarmRecord} from './alarm-record.js';

export type AlarmInput =
  /** Tell the first contact. */
  | {readonly kind: 'begin'}
  /** Boards, sounders and the first contact have been told, after the alarm was stored. */
  | {readonly kind: 'told'}
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

/**
 * `refused`: the action does not fit the state. `notify`: index of the contact to tell now, at the beginning or again.
 * `rungs`: what time has brought, in order. `reminds`: whoever took it is called again.
 */
export interface AlarmStep {
  readonly state: AlarmRecord;
  readonly refused: boolean;
  readonly notify: number | undefined;
  readonly rungs: readonly Rung[];
  readonly reminds: boolean;
  readonly wakeAfterMs: Millis | undefined;
}

/** A timer may ring a fraction of a millisecond early: differences of times with fractions are not exact. */
const ROUNDING_MS: Millis = 1;

/**
 * raised -> notified -> acked -> onsite -> closed. Of a call for help that is raised, stored, announced, acknowledged,
 * attending, ended, with `unanswered` beside. @see ecosystem 2.3
 */
export function stepAlarm(
  alarm: AlarmRecord,
  input: AlarmInput,
  ladder: Ladder,
  nowMs: Millis,
): AlarmStep {
  if (alarm.state === 'closed') return refuse(alarm);
  switch (input.kind) {
    case 'begin':
      return tell({...alarm, state: 'notified', reachedMs: 0}, 0, ladder, nowMs);
    case 'told':
      return told(alarm);
    case 'timer':
      return isUnanswered(alarm) ? climb(alarm, ladder, nowMs) : remind(alarm, ladder, nowMs);
    case 'again':
      return quiet({...alarm, count: alarm.count + input.count});
    case 'act':
      return act(alarm, input.action, {person: input.person, nowMs, ladder});
    case 'recovered':
      return quiet({...alarm, state: 'closed'});
    case 'restore':
      return restore(alarm, ladder, {nowMs, ageMs: input.ageMs});
  }
}

export function isUnanswered(alarm: AlarmRecord): boolean {
  return alarm.state === 'raised' || alarm.state === 'notified';
}

/** The state of an alarm in the words of a call. */
export function callStateOf({state, call}: AlarmRecord): CallState {
  switch (state) {
    case 'raised':
      return 'raised';
    case 'notified':
      if (call?.isUnanswered) return 'unanswered';
      return call && !call.isTold ? 'stored' : 'announced';
    case 'acked':
      return 'acknowledged';
    case 'onsite':
      return 'attending';
    case 'closed':
      return 'ended';
  }
}

/** When time does the next thing to it, on the clock of `raisedMs`; undefined: never. */
export function nextRung(alarm: AlarmRecord, ladder: Ladder): Rung | undefined {
  if (!isUnanswered(alarm)) return undefined;
  const reachedMs = reachedOf(alarm, ladder);
  return ladder.rungs.find(({afterMs}) => afterMs > reachedMs);
}

/** Rows of before rungs were counted tell by their contact how far they got. */
function reachedOf(alarm: AlarmRecord, {contacts}: Ladder): Millis {
  return alarm.reachedMs ?? contacts[alarm.escalation]?.afterMs ?? 0;
}

function told(alarm: AlarmRecord): AlarmStep {
  const {call} = alarm;
  return call && !call.isTold ? quiet({...alarm, call: {...call, isTold: true}}) : quiet(alarm);
}

function climb(alarm: AlarmRecord, ladder: Ladder, nowMs: Millis): AlarmStep {
  const ageMs = nowMs - alarm.raisedMs;
  const beforeMs = reachedOf(alarm, ladder);
  const due = ladder.rungs.filter(
    ({afterMs}) => afterMs > beforeMs && afterMs - ageMs <= ROUNDING_MS,
  );
  const reachedMs = due.at(-1)?.afterMs;
  if (reachedMs === undefined) return {...quiet(alarm), wakeAfterMs: wakeOf(alarm, ladder, nowMs)};
  const contact = due.findLast(rung => rung.step === 'escalated')?.contact;
  const isOver = due.some(({step}) => step === 'unanswered');
  const isLoud = due.some(({step}) => step === 'louder');
  const {call, escalation} = alarm;
  const state: AlarmRecord = {
    ...alarm,
    reachedMs,
    escalation: contact ?? escalation,
    ...(call && {
      call: {
        ...call,
        isUnanswered: call.isUnanswered || isOver,
        isLoud: call.isLoud || isLoud,
      },
    }),
  };
  return {...quiet(state), rungs: due, wakeAfterMs: wakeOf(state, ladder, nowMs)};
}

/** Taken and not ended: first whoever took it, then the contacts in turn. */
function remind(alarm: AlarmRecord, ladder: Ladder, nowMs: Millis): AlarmStep {
  const {call} = alarm;
  const dueMs = reminderMs(alarm, ladder);
  if (!call || dueMs === undefined) return quiet(alarm);
  if (dueMs - nowMs > ROUNDING_MS) return {...quiet(alarm), wakeAfterMs: dueMs - nowMs};
  const contact = Math.min(call.reminders, ladder.contacts.length - 1);
  const isFirst = call.reminders === 0;
  const state: AlarmRecord = {
    ...alarm,
    escalation: isFirst ? alarm.escalation : contact,
    call: {...call, reminders: call.reminders + 1},
  };
  const rung = {step: 'escalated', afterMs: nowMs - alarm.raisedMs, contact} as const;
  return {
    ...quiet(state),
    rungs: isFirst ? [] : [rung],
    reminds: isFirst,
    wakeAfterMs: wakeOf(state, ladder, nowMs),
  };
}

function reminderMs({call}: AlarmRecord, {reminders}: Ladder): Millis | undefined {
  if (!reminders || !call || call.takenMs === null) return undefined;
  if (call.reminders > reminders.most) return undefined;
  return call.takenMs + reminders.afterMs + call.reminders * reminders.everyMs;
}

function wakeOf(alarm: AlarmRecord, ladder: Ladder, nowMs: Millis): Millis | undefined {
  const rung = nextRung(alarm, ladder);
  const atMs = rung ? alarm.raisedMs + rung.afterMs : undefined;
  const dueMs = isUnanswered(alarm) ? atMs : reminderMs(alarm, ladder);
  return dueMs === undefined ? undefined : Math.max(0, dueMs - nowMs);
}

/** Every time goes on from where it stood: the clock of the run before is not that of this one. */
function restore(
  left: AlarmRecord,
  ladder: Ladder,
  {nowMs, ageMs}: {readonly nowMs: Millis; readonly ageMs: Millis},
): AlarmStep {
  const raisedMs = nowMs - ageMs;
  const byMs = raisedMs - left.raisedMs;
  const {call} = left;
  const takenMs = call?.takenMs == null ? null : call.takenMs + byMs;
  const alarm: AlarmRecord = {...left, raisedMs, ...(call && {call: {...call, takenMs}})};
  if (!isUnanswered(alarm)) return {...quiet(alarm), wakeAfterMs: wakeOf(alarm, ladder, nowMs)};
  return tell({...alarm, state: 'notified'}, alarm.escalation, ladder, nowMs);
}

function tell(alarm: AlarmRecord, notify: number, ladder: Ladder, nowMs: Millis): AlarmStep {
  return {...quiet(alarm), notify, wakeAfterMs: wakeOf(alarm, ladder, nowMs)};
}

interface Act {
  readonly person: PersonId;
  readonly nowMs: Millis;
  readonly ladder: Ladder;
}

function act(
  alarm: AlarmRecord,
  action: 'acknowledge' | 'onsite' | 'close',
  {person, nowMs, ladder}: Act,
): AlarmStep {
  switch (action) {
    case 'acknowledge': {
      // Whoever is called again, because it lasts so long, takes it anew.
      const isAnew = alarm.state !== 'notified' && (alarm.call?.reminders ?? 0) > 0;
      if (!isUnanswered(alarm) && !isAnew) return refuse(alarm);
      const state = isAnew ? alarm.state : 'acked';
      return takenBy({...alarm, state, ackedBy: person}, nowMs, ladder);
    }
    case 'onsite':
      if (alarm.state === 'onsite') return refuse(alarm);
      return takenBy({...alarm, state: 'onsite', ackedBy: alarm.ackedBy ?? person}, nowMs, ladder);
    case 'close':
      return isUnanswered(alarm)
        ? refuse(alarm)
        : quiet({...alarm, state: 'closed', closedBy: person});
  }
}

/** The time until somebody asks how it stands begins with whoever took it, and anew when he says that he is there. */
function takenBy(alarm: AlarmRecord, nowMs: Millis, ladder: Ladder): AlarmStep {
  const {call} = alarm;
  const state: AlarmRecord = call
    ? {...alarm, call: {...call, takenMs: nowMs, reminders: 0, isTold: true}}
    : alarm;
  return {...quiet(state), wakeAfterMs: wakeOf(state, ladder, nowMs)};
}

function quiet(state: AlarmRecord): AlarmStep {
  return {
    ...{state, refused: false, notify: undefined, rungs: [], reminds: false},
    wakeAfterMs: undefined,
  };
}

function refuse(state: AlarmRecord): AlarmStep {
  return {...quiet(state), refused: true};
}
