/** ISO weekday: 1 Monday .. 7 Sunday. */
export type IsoWeekday = 1 | 2 | 3 | 4 | 5 | 6 | 7;

/**
 * Hours of the week in the site's own zone. `toMinute` may be less than or equal to `fromMinute`: the
 * window then ends on the next day (22:00-06:00). Minutes since local midnight, 0..1440.
 */
export interface WeeklyWindow {
  readonly days: readonly IsoWeekday[];
  readonly fromMinute: number;
  readonly toMinute: number;
}

/** What a clock on the site's wall shows. */
export interface LocalTime {
  readonly isoWeekday: IsoWeekday;
  /** Minutes since local midnight, 0..1439. */
  readonly minuteOfDay: number;
}

/**
 * Does the window hold at this minute? The first minute is in, the last is not. `days` names the day
 * on which a window begins: one over Friday's midnight still holds on Saturday morning.
 * @see requirements E10
 */
export function isInWindow(window: WeeklyWindow, local: LocalTime): boolean {
  const {fromMinute, toMinute, days} = window;
  const beginsToday = days.includes(local.isoWeekday);
  if (toMinute > fromMinute) {
    return beginsToday && local.minuteOfDay >= fromMinute && local.minuteOfDay < toMinute;
  }
  const beganYesterday = days.includes(dayBefore(local.isoWeekday));
  return (
    (beginsToday && local.minuteOfDay >= fromMinute) ||
    (beganYesterday && local.minuteOfDay < toMinute)
  );
}

/** Does any of the windows hold? None at all means no limit. @see requirements E10 */
export function isInAnyWindow(windows: readonly WeeklyWindow[], local: LocalTime): boolean {
  return windows.length === 0 || windows.some(window => isInWindow(window, local));
}

function dayBefore(day: IsoWeekday): IsoWeekday {
  return day === 1 ? 7 : ((day - 1) as IsoWeekday);
}
