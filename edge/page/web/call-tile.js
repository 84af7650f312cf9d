import {html} from 'htm/preact';
import {CallControls} from './call-controls.js';
import {clockText, placeText, timeOfDay} from './format.js';
import {Icon} from './icon.js';
import {PlacePlan} from './place-plan.js';
import {ReleaseLink} from './release-link.js';

const GROUP_FROM = 3;

/** One call: what, where, since when, who takes it, and what to do. @see EC-5 */
export function CallTile({board, call}) {
  const {words, picture, gatewayMs} = board;
  const {page} = words;
  const {type, kind, state, place, takenBy} = call;
  return html`<li class="tile" data-type=${type} data-state=${state} data-taken=${takenBy !== null}>
    <div class="what"><${Icon} name=${type} />
      <strong>${words.callTypes[type]}</strong> <span>${words.alarmKinds[kind]}</span>
      <span class="state">${words.callStates[state]}</span></div>
    <p class="age" aria-label=${page.since}><b>${clockText(gatewayMs() - call.raisedMs)}</b></p>
    <h3>${placeText(place)}</h3>
    <p class="device">${place.device ?? place.collector ?? ''}</p>
    <${PlacePlan} picture=${picture} place=${place} words=${words} />
    <${Facts} board=${board} call=${call} />
    <p class="advice"><b>${page.whatToDo}:</b> ${adviceOf(call, words)}</p>
    ${call.detail && html`<p class="detail">${call.detail}</p>`}
    ${picture.calls.phone && html`<p class="phone">☎ ${picture.calls.phone}</p>`}
    <${ReleaseLink} words=${words} kind=${kind} device=${place.device} />
    <${CallControls} board=${board} call=${call} />
    <${Steps} board=${board} call=${call} />
  </li>`;
}

/** The site's own words, or ours: a fault wants another hand than somebody who calls. */
function adviceOf({advice, type, kind}, words) {
  return advice ?? (type === 'fault' ? words.alarmAdvice[kind] : words.callAdvice[type]);
}

function Facts({board, call}) {
  const {words, gatewayMs, language} = board;
  const {page} = words;
  const facts = [`${page.pressedAt} ${timeOfDay(call.raisedWallMs, language)}`];
  if (call.count > 1) facts.push(`${call.count} ${page.times}`);
  if (call.grouped >= GROUP_FROM) facts.push(`${call.grouped} ${page.groupedCalls}`);
  if (call.ring === 'low') facts.push(page.lowRing);
  if (call.takenBy === null && call.contact) facts.push(`${page.calling} ${call.contact}`);
  if (call.takenBy === null && call.next) {
    facts.push(`${words.callSteps[call.next.step]}: ${clockText(call.next.atMs - gatewayMs())}`);
  }
  if (call.isReminded) facts.push(page.reminded);
  if (call.isMaintenance) facts.push(page.maintenance);
  return html`<p class="facts">${facts.join(' · ')}</p>`;
}

function Steps({board, call}) {
  const {words, language, nameOf} = board;
  return html`<details class="steps"><summary>${words.page.history}</summary>
    <ol>${call.steps.map(
      ({step, wallMs, person, where, note}, index) => html`<li key=${index}>
        ${timeOfDay(wallMs, language)} ${words.callSteps[step]}
        ${[person && nameOf(person), where, note].filter(Boolean).join(' · ')}</li>`,
    )}</ol>
  </details>`;
}
