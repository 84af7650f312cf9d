import {ask} from './ask.js';
import {every, keep, kept} from './browser.js';

const BEAT_MS = 5000;
const NAME_BYTES = 4;

/** The name of this board, the same after a reload. */
export function stationName() {
  const known = kept('station');
  if (known) return known;
  const bytes = crypto.getRandomValues(new Uint8Array(NAME_BYTES));
  const made = `board-${Array.from(bytes, byte => byte.toString(16).padStart(2, '0')).join('')}`;
  keep('station', made);
  return made;
}

/** Say every 5 s, and at once when it changes, what stands on this board and whether it sounds. @see EC-15, EC-19 */
export function startBeating(station, look) {
  let said = '';
  const beat = isAnew => {
    const body = look();
    if (!body) return;
    const text = JSON.stringify(body);
    if (!isAnew && text === said) return;
    said = text;
    void ask('POST', `/api/stations/${encodeURIComponent(station)}/alive`, {body});
  };
  return {changed: () => beat(false), close: every(BEAT_MS, () => beat(true))};
}
