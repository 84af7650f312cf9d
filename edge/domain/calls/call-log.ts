import {ALARM_RULES} from '../../../protocols/site/alarm-rules.js';
import type {CallEnd, CallStep} from '../../../protocols/site/calls.js';
import type {AlarmKind} from '../../../protocols/site/events.js';
import {asId, type DeviceId, type PersonId} from '../../../protocols/site/ids.js';
import {callStateOf} from '../alarms/alarm-machine.js';
import type {AlarmRecord} from '../alarms/alarm-record.js';
import type {Turn} from '../lot/turn.js';

/** As many steps stay with an open call; the journal has all of them. */
const KEPT_STEPS = 20;

export interface StepAbout {
  readonly person?: PersonId | null;
  readonly where?: string | null;
  readonly end?: CallEnd;
  readonly note?: string | null;
}

/** A call for help, or a test of one: all others are troubles of the site. */
export function isCall(kind: AlarmKind): boolean {
  return ALARM_RULES[kind].callsForHelp || ALARM_RULES[kind].type === 'test';
}

/** Journal one step of a call, and keep it with the call; what is no call is left as it is. */
export function logCall(
  turn: Turn,
  alarm: AlarmRecord,
  step: CallStep,
  about: StepAbout = {},
): AlarmRecord {
  const {call} = alarm;
  if (!call) return alarm;
  const {person = null, where = null, end = null, note = null} = about;
  const row = {step, wallMs: turn.context.wallMs, person, where, end, note};
  const next: AlarmRecord = {
    ...alarm,
    call: {...call, steps: [...call.steps, row].slice(-KEPT_STEPS)},
  };
  turn.putAlarm(next);
  turn.fact('call', {
    call: alarm.id,
    kind: alarm.kind,
    type: ALARM_RULES[alarm.kind].type,
    step,
    state: step === 'raised' ? 'raised' : callStateOf(next),
    bay: alarm.bay,
    collector: alarm.collector,
    device: alarm.device === null ? null : asId<DeviceId>(alarm.device),
    count: alarm.count,
    raisedWallMs: alarm.raisedWallMs,
    ageMs: Math.max(0, Math.round(turn.nowMs - alarm.raisedMs)),
    ...{person, where, end, note},
  });
  return next;
}
