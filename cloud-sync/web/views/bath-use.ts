import {html} from 'htm/preact';
import {useState} from 'preact/hooks';
import {useApp} from '../app-context.js';
import {told} from '../ask.js';
import {useDoing} from '../asked.js';
import {countdown, moment, yuan} from '../format.js';
import {Badge, Choice, Field, Form, type Tone, Trouble, type View} from '../parts.js';
import {wallMs} from '../platform.js';
import type {Code} from './bath-code.js';

const TONES: Readonly<Record<Code['state'], Tone>> = {
  ...{live: 'good', running: 'good', settled: 'calm'},
  ...{expired: 'calm', replaced: 'calm', cancelled: 'calm'},
};
const CHILDREN = [1, 2, 3, 4];

interface UseProps {
  readonly code: Code;
  readonly zone: string;
  refresh(): void;
}

/** Water runs on it: where, since when, and how to shut it. @see requirements E55 */
export function Running({code, zone, refresh}: UseProps): View {
  const {words, state} = useApp();
  const stopping = useDoing(
    (client, id: string, key) =>
      told(
        client.POST('/v1/bath/codes/{id}/stop', {
          params: {path: {id}, header: {'idempotency-key': key}},
        }),
      ),
    refresh,
  );
  const {openedMs, stop} = code;
  return html`<div>
    ${
      openedMs !== null &&
      html`<p class="hint">${words.bath.since(moment(openedMs, zone, state.language))} · ${words.bath.runs}${' '}
        <span data-runs>${countdown(wallMs() - openedMs)}</span></p>`
    }
    <p role="status" class="hint">${stop && stopText(words.bath, stop.state)}</p>
    <button type="button" class="danger big" disabled=${stopping.isBusy}
      onClick=${() => stopping.run(code.id)}>${words.bath.stop}</button>
    <${Trouble} problem=${stopping.problem} />
  </div>`;
}

type Words = ReturnType<typeof useApp>['words']['bath'];

function stopText(words: Words, state: string): string {
  if (state === 'confirmed') return words.stopped;
  return state === 'failed' || state === 'expired' ? words.stopFailed : words.stopping;
}

/** One shower that is over: what it took and cost, and the way to a second look. */
export function Receipt({code, zone, refresh}: UseProps): View {
  const {words, state} = useApp();
  const {id, point, openedMs, expiresMs, usedFen, usedMl, owedFen, refundedFen, dispute} = code;
  const when = moment(openedMs ?? expiresMs, zone, state.language);
  const isDisputable = point !== null && usedFen !== null && !dispute && refundedFen === 0;
  return html`<li data-shower=${id}>
    <span class="what"><strong>${point ? words.bath.stall(point) : '–'}</strong>
      <span class="hint">${when}${code.child > 0 && ` · ${words.bath.childName(code.child)}`}</span>
      ${usedMl !== null && html`<span class="hint">${words.bath.litres((usedMl / 1000).toFixed(1))}</span>`}
      ${code.quality === 'estimated' && html`<span class="hint">${words.bath.estimated}</span>`}
      ${dispute && html`<span class="hint">${words.bath.disputes[dispute.state]}</span>`}
      ${isDisputable && html`<${Dispute} id=${id} refresh=${refresh} />`}</span>
    <span class="price">${usedFen !== null && html`<b>${yuan(usedFen)}</b>`}
      ${owedFen > 0 && ` ${words.bath.owed} ${yuan(owedFen)}`}
      ${refundedFen > 0 && ` ${words.bath.refunded(yuan(refundedFen))}`}</span>
    <${Badge} tone=${TONES[code.state]} text=${words.bath.states[code.state]} />
  </li>`;
}

function Dispute({id, refresh}: {readonly id: string; refresh(): void}): View {
  const {words} = useApp();
  const [isOpen, setOpen] = useState(false);
  const [note, setNote] = useState('');
  const asking = useDoing(
    (client, why: string, key) =>
      told(
        client.POST('/v1/orders/{id}/dispute', {
          params: {path: {id}, header: {'idempotency-key': key}},
          body: {note: why},
        }),
      ),
    refresh,
  );
  if (!isOpen) {
    return html`<button type="button" class="quiet" onClick=${() => setOpen(true)}>${words.bath.dispute}</button>`;
  }
  return html`<${Form} action=${words.bath.disputeSend} isBusy=${asking.isBusy} problem=${asking.problem}
    onSubmit=${() => note.trim() && asking.run(note.trim())}>
    <${Field} label=${words.bath.disputeWhy} value=${note} onInput=${setNote} />
  <//>`;
}

interface ChildProps {
  readonly site: string;
  got(id: string, digits: string): void;
}

/** A code for a child without an account, with limits of its own. @see requirements E65 */
export function ChildCode({site, got}: ChildProps): View {
  const {words} = useApp();
  const [child, setChild] = useState('1');
  const [minutes, setMinutes] = useState('10');
  const [litres, setLitres] = useState('');
  const [degrees, setDegrees] = useState('38');
  const getting = useDoing(
    (client, wish: {readonly child: number; readonly limits: object}, key) =>
      told(
        client.POST('/v1/bath/codes', {
          params: {header: {'idempotency-key': key}},
          body: {site, ...wish},
        }),
      ),
    ({id, code = ''}) => got(id, code),
  );
  const get = () => {
    const limits = {
      ...scaled('seconds', minutes, 60),
      ...scaled('ml', litres, 1000),
      ...scaled('milliCelsius', degrees, 1000),
    };
    getting.run({child: Number(child), limits});
  };
  const number = {type: 'number', mode: 'numeric', min: '1', isOptional: true} as const;
  return html`<details><summary>${words.bath.child}</summary>
    <p class="hint">${words.bath.childNote}</p>
    <${Form} action=${words.bath.childGet} isBusy=${getting.isBusy} problem=${getting.problem} onSubmit=${get}>
      <${Choice} label=${words.bath.childNo} value=${child} onChange=${setChild}
        options=${CHILDREN.map(no => ({value: String(no), text: words.bath.childName(no)}))} />
      <${Field} ...${number} label=${words.bath.minutes} value=${minutes} onInput=${setMinutes} />
      <${Field} ...${number} label=${words.bath.mostLitres} value=${litres} onInput=${setLitres} />
      <${Field} ...${number} label=${words.bath.degrees} value=${degrees} onInput=${setDegrees} />
    <//>
  </details>`;
}

function scaled(name: string, typed: string, by: number): Readonly<Record<string, number>> {
  return typed.trim() === '' ? {} : {[name]: Math.round(Number(typed) * by)};
}
