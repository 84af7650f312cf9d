import {html} from 'htm/preact';
import {clockText} from './format.js';
import {Icon} from './icon.js';
import {ReleaseLink} from './release-link.js';

const isUnanswered = ({state}) => state === 'raised' || state === 'notified';

/** An alarm that is no call: what is broken, and what to do about it. */
export function AlarmTile({board, alarm}) {
  const {words, gatewayMs, may, send, nameOf} = board;
  const {page} = words;
  const {kind, state, count, contact, ackedBy, ring, detail} = alarm;
  const title = `${words.alarmKinds[kind]} ${alarm.bay ?? alarm.collector ?? alarm.device ?? ''}`;
  const path = `/api/alarms/${encodeURIComponent(alarm.id)}`;
  const facts = [words.alarmStates[state]];
  if (count > 1) facts.push(`${count} ${page.times}`);
  if (isUnanswered(alarm) && contact !== null) facts.push(`${page.calling} ${contact}`);
  if (ackedBy !== null) facts.push(`${page.ackedBy} ${nameOf(ackedBy)}`);
  if (ring === 'low') facts.push(page.lowRing);
  const button = (name, work) => html`<button type="button" aria-label=${`${name}: ${title}`}
    onClick=${work}>${name}</button>`;
  const close = () =>
    board.setDialog({
      ...{title: `${page.close}: ${title}`, falseCall: kind === 'EMERGENCY_BUTTON'},
      onAnswer: answer => send(`${path}/close`, answer),
    });
  return html`<li class="alarm" data-state=${state} data-alarm=${alarm.id}>
    <div class="what"><${Icon} name="fault" />
      <strong>${title}</strong>
      <span class="age" aria-hidden="true">${clockText(gatewayMs() - alarm.raisedMs)}</span></div>
    <p class="facts">${facts.join(' · ')}</p>
    ${detail && html`<p class="detail">${detail}</p>`}
    <p class="advice"><b>${page.whatToDo}:</b> ${words.alarmAdvice[kind]}</p>
    <div class="tools">
      <${ReleaseLink} words=${words} kind=${kind} device=${alarm.device} />
      ${may('answer') && isUnanswered(alarm) && button(page.acknowledge, () => send(`${path}/acknowledge`))}
      ${may('answer') && state === 'acked' && button(page.onsite, () => send(`${path}/onsite`))}
      ${may('answer') && !isUnanswered(alarm) && button(page.close, close)}
    </div>
  </li>`;
}
