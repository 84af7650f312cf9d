import {html} from 'htm/preact';
import {CallControls} from './call-controls.js';
import {clockText, placeText} from './format.js';
import {Icon} from './icon.js';

/** One call as one line, when there are many. @see EC-4 */
export function CallRow({board, call}) {
  const {words, gatewayMs} = board;
  const {page} = words;
  const {type, state, place, takenBy, count, grouped} = call;
  const times = Math.max(count, grouped);
  return html`<li class="row" data-type=${type} data-state=${state} data-taken=${takenBy !== null}>
    <${Icon} name=${type} />
    <strong>${words.callTypes[type]}</strong>
    <h3>${placeText(place)}</h3>
    <span class="age" aria-label=${page.since}>${clockText(gatewayMs() - call.raisedMs)}</span>
    <span>${words.callStates[state]}${times > 1 ? ` ×${times}` : ''}</span>
    <${CallControls} board=${board} call=${call} />
  </li>`;
}
