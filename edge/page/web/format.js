/** `2:05`, or `1:02:05` from an hour on. */
export function clockText(ms) {
  const all = Math.max(0, Math.floor(ms / 1000));
  const two = number => String(number).padStart(2, '0');
  const [hours, minutes, seconds] = [Math.floor(all / 3600), Math.floor(all / 60) % 60, all % 60];
  return hours > 0 ? `${hours}:${two(minutes)}:${two(seconds)}` : `${minutes}:${two(seconds)}`;
}

export function timeOfDay(wallMs, language) {
  return new Intl.DateTimeFormat(language, {timeStyle: 'medium', hour12: false}).format(wallMs);
}

export function dayAndTime(wallMs, language) {
  const styles = {dateStyle: 'short', timeStyle: 'short', hour12: false};
  return new Intl.DateTimeFormat(language, styles).format(wallMs);
}

/** Where a call comes from: the site's own words, or what the site file names. */
export function placeText({text, bay, collector, device, zone}) {
  if (text) return text;
  const point = bay ?? device ?? collector ?? '';
  return zone && !String(point).startsWith(zone) ? `${zone} · ${point}` : String(point);
}
