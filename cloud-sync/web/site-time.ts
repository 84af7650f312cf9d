import {HOUR_MS, MINUTE_MS} from '../../protocols/base/units.js';

/** As `<input type="datetime-local">` has it: what a clock on the wall of the zone shows. */
export function localText(ms: number, zone: string): string {
  const parts = new Intl.DateTimeFormat('en-US', {
    ...{timeZone: zone, hourCycle: 'h23', year: 'numeric', month: '2-digit', day: '2-digit'},
    ...{hour: '2-digit', minute: '2-digit'},
  }).formatToParts(ms);
  const of = (type: string) => parts.find(part => part.type === type)?.value ?? '';
  return `${of('year')}-${of('month')}-${of('day')}T${of('hour')}:${of('minute')}`;
}

/** The instant at which that clock shows `text`; undefined: it never does. Of two, the first. */
export function instantOf(text: string, zone: string): number | undefined {
  if (!/^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}$/.test(text)) return undefined;
  // Zones are between -12 and +14 hours away, in quarters of an hour.
  const asUtc = utcOf(text);
  if (asUtc === undefined) return undefined;
  for (const offsetMs of offsetsAround(asUtc, zone)) {
    if (localText(asUtc - offsetMs, zone) === text) return asUtc - offsetMs;
  }
  return undefined;
}

/** From here on in whole steps: where a stay usually begins. */
export function nextStep(ms: number, stepMs = 15 * MINUTE_MS): number {
  return Math.ceil(ms / stepMs) * stepMs;
}

/** Milliseconds of the text read as UTC, without the calendar of this machine. */
function utcOf(text: string): number | undefined {
  const [year = 0, month = 0, day = 0, hour = 0, minute = 0] = text.split(/[-T:]/).map(Number);
  if (month < 1 || month > 12 || day < 1 || day > 31 || hour > 23 || minute > 59) return undefined;
  const shifted = month <= 2 ? year - 1 : year;
  const era = Math.floor(shifted / 400);
  const ofEra = shifted - era * 400;
  const ofYear = Math.floor((153 * (month + (month > 2 ? -3 : 9)) + 2) / 5) + day - 1;
  const days = ofEra * 365 + Math.floor(ofEra / 4) - Math.floor(ofEra / 100) + ofYear;
  return ((era * 146_097 + days - 719_468) * 24 + hour) * HOUR_MS + minute * MINUTE_MS;
}

/** How far the zone is ahead of UTC a day before and after, the greater first. */
function offsetsAround(ms: number, zone: string): readonly number[] {
  const at = [ms - 24 * HOUR_MS, ms + 24 * HOUR_MS];
  const found = at.map(one => (utcOf(localText(one, zone)) ?? one) - (one - (one % MINUTE_MS)));
  return [...new Set(found)].sort((left, right) => right - left);
}
