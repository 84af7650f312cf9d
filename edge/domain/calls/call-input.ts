import type {AlarmId, CollectorId, DeviceId, PersonId} from '../../../protocols/site/ids.js';
import type {BoardAlive, CallActor, CallRequest} from './call-view.js';

/** What a person asks of the care for calls: all but what he does to a call itself. */
export type CareRequest = Exclude<CallRequest, {readonly kind: 'acknowledge' | 'attend' | 'end'}>;

/** What a person does to an alarm, calls among them. */
export interface AlarmActionInput {
  readonly kind: 'alarmAction';
  readonly alarm: AlarmId;
  readonly action: 'acknowledge' | 'onsite' | 'close';
  readonly person: PersonId;
  readonly reason: string;
  /** With `close`: nobody needed help; three of these in 10 min lower the next ring. */
  readonly falseCall?: boolean;
  /** Who that is, as far as the page knows; left out: a person of the owner's trust. */
  readonly by?: Pick<CallActor, 'isShared' | 'isSupervisor'>;
  /** Asked by a tap on a board: what was just taken is not attended or ended by the same tap. */
  readonly isTap?: boolean;
}

/** Inputs of the lot about calls. */
export type CallInput =
  /** The effects of a raised call were carried out. */
  | {readonly kind: 'callTold'; readonly call: AlarmId}
  /** How many presses a button has counted so far, so that none between two runs is missed; behind its presses. */
  | {readonly kind: 'pressCount'; readonly device: DeviceId; readonly count: number}
  /** A board lives; at the times it says. */
  | ({readonly kind: 'boardAlive'} & BoardAlive)
  /** A wired sounder was read back as sounding. */
  | {readonly kind: 'sounded'; readonly station: string}
  /** Everybody who hears of it at the place has one key; whoever turns it is there. */
  | {
      readonly kind: 'resetKey';
      readonly collector: CollectorId;
      readonly person: PersonId | null;
    }
  /** The cloud has everything up to the call that tests the way. */
  | {readonly kind: 'cloudHas'; readonly call: AlarmId}
  /** `ask` names the answer. */
  | {
      readonly kind: 'callCare';
      readonly ask: number;
      readonly actor: CallActor;
      readonly request: CareRequest;
    };
