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
