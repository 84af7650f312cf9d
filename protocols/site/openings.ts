import type {UnixMillis} from '../base/clock.js';
import {DAY_MS, MINUTE_MS} from '../base/units.js';
import {isInWindow, type LocalTime, type WeeklyWindow} from './windows.js';
import type {SiteZone} from './zone.js';

/** A stretch of UTC in milliseconds; its first one is in, its last is not. */
export interface Stretch {
  readonly fromMs: number;
  readonly untilMs: number;
}

/** When something may be used: single stretches, and hours that come again each week in the site's zone. */
export interface Openings {
  readonly single: readonly Stretch[];
  readonly weekly: readonly WeeklyWindow[];
}

/** What holds for a week and a day without a hole holds always: the hours come again. */
const WALK_MS = 8 * DAY_MS;
/** Zones change their hour at a quarter of one. */
const QUARTER = 15;

/** Is it open at each instant of the stretch? @see requirements P1, P2 */
export function isOpenThroughout(openings: Openings, stretch: Stretch, zone: SiteZone): boolean {
  const {single, weekly} = openings;
  let walkedFrom = stretch.fromMs;
  for (let at = stretch.fromMs; at < stretch.untilMs; ) {
    const ends = single.filter(one => one.fromMs <= at && at < one.untilMs).map(one => one.untilMs);
    if (ends.length > 0) {
      at = Math.max(...ends);
      walkedFrom = at;
      continue;
    }
    if (at - walkedFrom >= WALK_MS) return true;
    const local = zone.localTime(at as UnixMillis);
    if (!weekly.some(window => isInWindow(window, local))) return false;
    at = nextEdge(weekly, local, at);
  }
  return true;
}

/** Is there an instant at which both are open? @see requirements P1, WINDOW_CLASH */
export function doClash(left: Openings, right: Openings, zone: SiteZone): boolean {
  const {single, weekly} = left;
  return (
    single.some(one => right.single.some(other => overlap(one, other))) ||
    single.some(one => isEverOpen(right.weekly, one, zone)) ||
    right.single.some(one => isEverOpen(weekly, one, zone)) ||
    weekly.some(one => right.weekly.some(other => doHoursMeet(one, other)))
  );
}

function overlap(left: Stretch, right: Stretch): boolean {
  return left.fromMs < right.untilMs && right.fromMs < left.untilMs;
}

function isEverOpen(weekly: readonly WeeklyWindow[], stretch: Stretch, zone: SiteZone): boolean {
  if (weekly.length === 0) return false;
  const untilMs = Math.min(stretch.untilMs, stretch.fromMs + WALK_MS);
  for (let at = stretch.fromMs; at < untilMs; ) {
    const local = zone.localTime(at as UnixMillis);
    if (weekly.some(window => isInWindow(window, local))) return true;
    at = nextEdge(weekly, local, at);
  }
  return false;
}

/** The next instant at which a window may begin or end, or the zone may change its hour. */
function nextEdge(windows: readonly WeeklyWindow[], local: LocalTime, at: number): number {
  const {minuteOfDay} = local;
  const edges = windows.flatMap(({fromMinute, toMinute}) => [fromMinute, toMinute]);
  const ahead = edges.map(edge => edge - minuteOfDay).filter(minutes => minutes > 0);
  const minutes = Math.min(QUARTER - (minuteOfDay % QUARTER), ...ahead);
  return at - (at % MINUTE_MS) + minutes * MINUTE_MS;
}

/** Two windows meet when one holds where the other begins. */
function doHoursMeet(left: WeeklyWindow, right: WeeklyWindow): boolean {
  return holdsAtStartOf(left, right) || holdsAtStartOf(right, left);
}

function holdsAtStartOf(window: WeeklyWindow, {days, fromMinute}: WeeklyWindow): boolean {
  return days.some(isoWeekday => isInWindow(window, {isoWeekday, minuteOfDay: fromMinute}));
}
