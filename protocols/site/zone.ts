import type {UnixMillis} from '../base/clock.js';
import {UsageError} from '../base/errors.js';
import type {IsoWeekday, LocalTime} from './windows.js';

const WEEKDAYS: Readonly<Record<string, IsoWeekday>> = {
  Mon: 1,
  Tue: 2,
  Wed: 3,
  Thu: 4,
  Fri: 5,
  Sat: 6,
  Sun: 7,
};

/**
 * The site's time zone, whatever zone the machine or the cloud is in. Holds a formatter, which is
 * costly to make and cheap to use.
 */
export class SiteZone {
  readonly name: string;
  readonly #format: Intl.DateTimeFormat;

  /** @throws UsageError `site/zone` when `name` is not an IANA zone that this machine knows. */
  constructor(name: string) {
    this.name = name;
    try {
      this.#format = new Intl.DateTimeFormat('en-US', {
        timeZone: name,
        hourCycle: 'h23',
        weekday: 'short',
        hour: 'numeric',
        minute: 'numeric',
      });
    } catch (cause) {
      throw new UsageError('site/zone', `unknown time zone "${name}"`, {zone: name}, cause);
    }
  }

  /** Weekday and minute that a clock on the site's wall shows at `at`, daylight saving included. */
  localTime(at: UnixMillis): LocalTime {
    const shown = new Map(this.#format.formatToParts(at).map(part => [part.type, part.value]));
    const isoWeekday = WEEKDAYS[shown.get('weekday') ?? ''];
    if (!isoWeekday) throw new UsageError('site/zone', `no date: ${at}`, {zone: this.name});
    return {isoWeekday, minuteOfDay: Number(shown.get('hour')) * 60 + Number(shown.get('minute'))};
  }
}
