import type {CallState, CallStep, CallType} from '../../protocols/site/calls.js';
import type {AlarmKind} from '../../protocols/site/events.js';
import type {CallRefusal} from '../domain/calls/call-view.js';
import type {Role} from '../page/staff/roles.js';

/** What a board says of calls, and what to do about them. */
export interface CallWords {
  readonly callTypes: Readonly<Record<CallType, string>>;
  readonly callStates: Readonly<Record<CallState, string>>;
  readonly callSteps: Readonly<Record<CallStep, string>>;
  /** Where the site file has no words of its own. */
  readonly callAdvice: Readonly<Record<CallType, string>>;
  readonly callRefusals: Readonly<Record<CallRefusal, string>>;
  readonly roles: Readonly<Record<Role, string>>;
  /** What to do about an alarm, for somebody who has never seen one of its kind. */
  readonly alarmAdvice: Readonly<Record<AlarmKind, string>>;
}
