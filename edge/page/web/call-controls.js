import {html} from 'htm/preact';
import {useEffect, useRef, useState} from 'preact/hooks';
import {after} from './browser.js';

/** A second press so soon is a shaking hand: the button that now stands there was not meant. @see EC-7 */
const GUARD_MS = 1500;

/** Take it, be there, end it: one button for each step, each for one call. No board ends what nobody took. */
export function CallControls({board, call}) {
  const {words, may, send, nameOf} = board;
  const {page} = words;
  const [isResting, setResting] = useState(false);
  const rests = useRef(false);
  const forget = useRef(() => {});
  useEffect(() => () => forget.current(), []);
  const once = work => async () => {
    // Two presses may come before the next drawing.
    if (rests.current) return;
    rests.current = true;
    setResting(true);
    forget.current = after(GUARD_MS, () => {
      rests.current = false;
      setResting(false);
    });
    await work();
  };
  const path = `/api/calls/${encodeURIComponent(call.id)}`;
  const title = `${words.alarmKinds[call.kind]} ${call.place.bay ?? call.place.collector ?? ''}`;
  // What is broken is no call for help: whoever mended it says so.
  const isHelp = call.type === 'emergency' || call.type === 'assistance';
  const endPath = isHelp ? `${path}/end` : `/api/alarms/${encodeURIComponent(call.id)}/close`;
  const end = () =>
    board.setDialog({
      ...{title: `${page.endCall}: ${title}`, falseCall: isHelp},
      onAnswer: answer => send(endPath, answer),
    });
  if (!may('answer')) return html`<p class="hint">${page.logInToAnswer}</p>`;
  const button = (
    name,
    work,
    kind,
  ) => html`<button type="button" class=${kind} aria-disabled=${isResting}
    aria-label=${`${name}: ${title}`} onClick=${once(work)}>${name}</button>`;
  if (call.takenBy === null) {
    return html`<div class="tools">${button(page.acknowledge, () => send(`${path}/acknowledge`), 'main')}</div>`;
  }
  return html`<div class="tools">
    <span class="taken">✔ ${page.ackedBy} <b>${nameOf(call.takenBy)}</b></span>
    ${call.state === 'acknowledged' && button(page.onsite, () => send(`${path}/attend`), 'main')}
    ${may('settle') || !isHelp ? button(page.endCall, end, '') : html`<span class="hint">${page.endsAtPlace}</span>`}
  </div>`;
}
