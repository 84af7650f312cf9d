import type {Millis} from '../../../protocols/base/clock.js';
import {DAY_MS, MINUTE_MS, SECOND_MS} from '../../../protocols/base/units.js';
import type {BayId, CollectorId, DeviceId} from '../../../protocols/site/ids.js';
import type {LocalTime, WeeklyWindow} from '../../../protocols/site/windows.js';
import {isInAnyWindow} from '../../../protocols/site/windows.js';

/** Whom a call is told to, and when: all counted from the call's own time. */
export interface CallPlan {
  /** Nobody took it: louder, and the second sounder. */
  readonly louderMs: Millis;
  /** The cloud begins with its own contacts, and goes on to the operator. */
  readonly cloudMs: readonly [first: Millis, second: Millis];
  /** The last contact is told again each so long, until the call counts as unanswered. */
  readonly repeatMs: Millis;
  readonly unansweredMs: Millis;
  /** In place of those of the site. */
  readonly contacts?: readonly CallContact[] | undefined;
}

export interface CallContact {
  readonly name: string;
  readonly afterMs: Millis;
}

/** A button that calls, and the post that it is at. */
export interface CallDevice {
  readonly device: DeviceId;
  readonly collector: CollectorId;
}

export interface CallPlaceText {
  readonly text: string | undefined;
  readonly advice: string | undefined;
  /** Where a staff card ends a call from here; its own reader where it has one. */
  readonly reader: CollectorId | undefined;
}

/** What is set off by a call; never in its way. */
export type SafeAction =
  | {readonly kind: 'lower'; readonly collector: CollectorId; readonly bays: readonly BayId[]}
  | {
      readonly kind: 'water_off';
      readonly collector: CollectorId;
      readonly stalls: readonly CollectorId[];
    }
  | {readonly kind: 'switch_on'; readonly collector: CollectorId; readonly device: DeviceId};

export interface CallsConfig {
  readonly usual: CallPlan;
  /** The first whose hours fit takes the place of the usual one. */
  readonly hours: readonly (CallPlan & {readonly weekly: readonly WeeklyWindow[]})[];
  /** Taken and not ended: whoever took it is called again, then the contacts in turn. */
  readonly remindAfterMs: Millis;
  readonly remindEveryMs: Millis;
  readonly takesShared: boolean;
  readonly phone: string | undefined;
  readonly places: ReadonlyMap<CollectorId, CallPlaceText>;
  readonly devices: readonly CallDevice[];
  readonly safeActions: readonly SafeAction[];
  /** A modem or a relay that rings somewhere else, without any internet. */
  readonly local: {readonly device: DeviceId; readonly afterMs: Millis} | undefined;
  readonly grouping: {readonly count: number; readonly withinMs: Millis};
  /** Left out: nobody tests. */
  readonly tests: CallTestRules | undefined;
  /** True: a board is expected from the first start on; false: once a watch was begun. */
  readonly needsBoard: boolean;
}

export interface CallTestRules {
  /** Of the site's own day. */
  readonly nightMinute: number;
  readonly pathDays: number;
  readonly walkDays: number;
}

/** @see ecosystem EC-9, EC-10, EC-21 */
export const DEFAULT_PLAN: CallPlan = {
  louderMs: 30 * SECOND_MS,
  cloudMs: [60 * SECOND_MS, 180 * SECOND_MS],
  repeatMs: 180 * SECOND_MS,
  unansweredMs: 10 * MINUTE_MS,
};

export const DEFAULT_CALLS: CallsConfig = {
  usual: DEFAULT_PLAN,
  hours: [],
  remindAfterMs: 10 * MINUTE_MS,
  remindEveryMs: MINUTE_MS,
  takesShared: false,
  phone: undefined,
  places: new Map(),
  devices: [],
  safeActions: [],
  local: undefined,
  grouping: {count: 3, withinMs: 5 * MINUTE_MS},
  tests: undefined,
  needsBoard: false,
};

/** Number of the plan of the hour: 0 is the usual one. */
export function planNumberAt({hours}: CallsConfig, local: LocalTime | undefined): number {
  if (!local) return 0;
  return 1 + hours.findIndex(({weekly}) => isInAnyWindow(weekly, local));
}

/** A site file that names fewer plans than a call knew: the usual one. */
export function planOf({hours, usual}: CallsConfig, number: number): CallPlan {
  return hours[number - 1] ?? usual;
}

/** Once a night; a test that did not happen for a day and a bit is missed. */
export const LOOP_LATE_MS: Millis = DAY_MS + 120 * MINUTE_MS;
export const PATH_LIMIT_MS: Millis = 5 * MINUTE_MS;
export const LONGEST_MAINTENANCE_MS: Millis = 240 * MINUTE_MS;
export const LONGEST_WALK_MS: Millis = 120 * MINUTE_MS;
export const SILENCE_MS: Millis = 60 * SECOND_MS;
export const BOARD_ALIVE_MS: Millis = 15 * SECOND_MS;
export const BOARD_LOST_MS: Millis = 30 * SECOND_MS;
