import {html} from 'htm/preact';
import {AlarmTile} from './alarm-tile.js';
import {CallRow} from './call-row.js';
import {CallTile} from './call-tile.js';
import {SilenceButton} from './silence-button.js';
import {otherAlarms} from './what-sounds.js';

/** From so many on each call is one row, so that all of them stand on one screen. @see EC-4 */
const ROWS_FROM = 10;
const GROUP_FROM = 3;
const ORDER = ['emergency', 'assistance', 'fault', 'test'];

const keyOf = call => `${call.type} ${call.place.device ?? call.place.collector ?? call.id}`;

/** Emergencies first, the oldest on top; calls that one device makes again and again stand as one. @see EC-21 */
export function sorted(calls) {
  const byTime = calls.toSorted(
    (left, right) =>
      ORDER.indexOf(left.type) - ORDER.indexOf(right.type) || left.raisedMs - right.raisedMs,
  );
  const seen = new Map();
  return byTime.filter(call => {
    if (call.grouped < GROUP_FROM) return true;
    const isAnother = seen.has(keyOf(call));
    seen.set(keyOf(call), call);
    return !isAnother;
  });
}

export function CallsView({board}) {
  const {words, picture} = board;
  const {page} = words;
  const calls = sorted(picture.calls?.calls ?? []);
  const others = otherAlarms(picture);
  const Call = calls.length >= ROWS_FROM ? CallRow : CallTile;
  return html`
    <section aria-labelledby="calls-title">
      <div class="bar">
        <h2 id="calls-title">${page.calls}</h2>
        <${SilenceButton} board=${board} />
        ${picture.calls?.phone && html`<p class="phone">☎ <b>${picture.calls.phone}</b></p>`}
      </div>
      ${calls.length === 0 && html`<p class="calm"><b aria-hidden="true">✔</b> ${page.noCalls}</p>`}
      <ul class=${calls.length >= ROWS_FROM ? 'rows' : 'tiles'} aria-live="assertive" aria-relevant="additions"
        aria-labelledby="calls-title">
        ${calls.map(call => html`<${Call} key=${call.id} board=${board} call=${call} />`)}
      </ul>
    </section>
    ${
      others.length > 0 &&
      html`<section aria-labelledby="alarms-title">
      <h2 id="alarms-title">${page.alarms}</h2>
      <ul class="alarms" aria-labelledby="alarms-title">
        ${others.map(alarm => html`<${AlarmTile} key=${alarm.id} board=${board} alarm=${alarm} />`)}
      </ul>
    </section>`
    }`;
}
