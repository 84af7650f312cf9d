import type {Millis, UnixMillis} from '../base/clock.js';
import type {AlarmId, BayId, CollectorId, DeviceId, PersonId} from './ids.js';

/*
 * Words of an emergency call that gateway, board and cloud share. A call is an alarm seen by the people who must
 * come: its id is that of its alarm. @see ecosystem 2.2, 2.3
 */

/** In the order in which boards list and sound them. */
export const CALL_TYPES = ['emergency', 'assistance', 'fault', 'test'] as const;
export type CallType = (typeof CALL_TYPES)[number];

/**
 * `raised -> stored -> announced -> acknowledged -> attending -> ended`. `unanswered`: nobody took it in the longest
 * time; it stays open and may still be taken. Silence is no state: it belongs to a station, and ends by itself.
 */
export const CALL_STATES = [
  ...(['raised', 'stored', 'announced', 'unanswered'] as const),
  ...(['acknowledged', 'attending', 'ended'] as const),
] as const;
export type CallState = (typeof CALL_STATES)[number];

/** How the end of a call was set. `recovered`: the cause is gone by itself; only of a fault or a test. */
export const CALL_ENDS = ['reset_key', 'staff_card', 'supervisor', 'recovered'] as const;
export type CallEnd = (typeof CALL_ENDS)[number];

/**
 * What happened to a call, one row each. `raised`: somebody pressed, or a device gave up; `repress`: again while it is
 * open; `shown`, `sounded`: at the station `where`; `louder`: nobody took it in 30 s; `escalated`: to the contact
 * `where`; `cloud_1`, `cloud_2`: the cloud is to tell its own contacts (step 1 at 60 s, step 2 at 180 s); `local`: the
 * modem or relay `where` was set off; `reminded`: taken and not ended for long, `where` is who took it; `safe_action`:
 * what `where` was set off for it, `note` says what.
 */
export const CALL_STEPS = [
  ...(['raised', 'stored', 'repress', 'announced', 'shown', 'sounded', 'silenced'] as const),
  ...(['louder', 'escalated', 'cloud_1', 'cloud_2', 'local', 'acknowledged', 'reminded'] as const),
  ...(['attending', 'unanswered', 'ended', 'safe_action'] as const),
] as const;
export type CallStep = (typeof CALL_STEPS)[number];

/** Alarms about the calls themselves: no board is alive, a call that tests the way, a test that failed or was missed. */
export type CallAlarmKind = 'BOARD_LOST' | 'CALL_TEST' | 'CALL_TEST_FAILED';

/**
 * What is done so that calls will be heard. `maintenance`: calls of the device are marked as such until `untilWallMs`
 * (`over`: by a person, `expired`: by itself); `loop`: the nightly test of a device; `path`: button to board to cloud;
 * `walk`: the monthly press of every button; `board`: whether any board is alive.
 */
export type CallCare =
  | 'maintenance_begun'
  | 'maintenance_over'
  | 'maintenance_expired'
  | 'loop_passed'
  | 'loop_failed'
  | 'path_begun'
  | 'path_passed'
  | 'path_failed'
  | 'walk_begun'
  | 'walk_pressed'
  | 'walk_over'
  | 'test_missed'
  | 'watch_begun'
  | 'watch_over'
  | 'board_lost'
  | 'board_back';

/** Body of the event `call`. */
export interface CallStepBody<Kind extends string> {
  readonly call: AlarmId;
  readonly kind: Kind;
  readonly type: CallType;
  readonly step: CallStep;
  /** After this step. */
  readonly state: CallState;
  readonly bay: BayId | null;
  readonly collector: CollectorId | null;
  readonly device: DeviceId | null;
  /** Presses so far. */
  readonly count: number;
  /** All escalation counts from here: the call's own time. */
  readonly raisedWallMs: UnixMillis;
  /** Since it was raised, by a clock that nobody sets, over restarts. */
  readonly ageMs: Millis;
  readonly person: PersonId | null;
  /** Station, contact, reader, modem or device. */
  readonly where: string | null;
  /** Only of `ended`. */
  readonly end: CallEnd | null;
  readonly note: string | null;
}

/** Body of the event `call.care`. */
export interface CallCareBody {
  readonly what: CallCare;
  /** Device or collector; null where it is about the site. */
  readonly device: string | null;
  /** The board, as it names itself. */
  readonly station: string | null;
  readonly person: PersonId | null;
  readonly untilWallMs: UnixMillis | null;
  /** Of a walk: buttons pressed so far, and all that there are. */
  readonly done: number | null;
  readonly of: number | null;
  readonly note: string | null;
}
