import {html} from 'htm/preact';
import {useState} from 'preact/hooks';
import {DAY_MS, MINUTE_MS} from '../../../protocols/base/units.js';
import {useApp} from '../app-context.js';
import {told} from '../ask.js';
import {useDoing} from '../asked.js';
import {span, yuan} from '../format.js';
import {Field, Form, Title, type View} from '../parts.js';
import {wallMs} from '../platform.js';
import {addressOf, type Route} from '../route.js';
import {instantOf, localText, nextStep} from '../site-time.js';

interface AskLeaseProps {
  readonly at: readonly string[];
  readonly query: Route['query'];
}

interface Wish {
  readonly site: string;
  readonly point: string;
  readonly fromMs: number;
  readonly untilMs: number;
}

/** Ask for a bay that is offered for lease, for so many terms. @see requirements Q3 */
export function AskLease({at: [site = '', point = ''], query}: AskLeaseProps): View {
  const {words, go, state} = useApp();
  const zone = query.zone ?? 'Asia/Shanghai';
  const [termDays, priceFen] = [Number(query.days ?? 1), Number(query.price ?? 0)];
  const [from, setFrom] = useState(localText(nextStep(wallMs(), 5 * MINUTE_MS), zone));
  const [count, setCount] = useState('1');
  const fromMs = instantOf(from, zone);
  const terms = /^[1-9]\d{0,2}$/.test(count) ? Number(count) : undefined;
  const doing = useDoing(
    (client, body: Wish, key) =>
      told(client.POST('/v1/agreements', {params: {header: {'idempotency-key': key}}, body})),
    ({lease}) => go(['lease', lease]),
  );
  const stretch =
    fromMs !== undefined && terms !== undefined
      ? {fromMs, untilMs: fromMs + terms * termDays * DAY_MS}
      : undefined;
  return html`<section class="narrow">
    <a class="back" href=${addressOf(['place', site])}>‹ ${words.common.back}</a>
    <${Title}>${words.lease.askTitle}<//>
    <p class="intro"><strong>${point}</strong> · ${yuan(priceFen)} ${words.place.perTerm(termDays)}</p>
    <${Form} action=${words.lease.asks} isBusy=${doing.isBusy} problem=${doing.problem}
      onSubmit=${() => stretch && doing.run({site, point, ...stretch})}>
      <${Field} label=${words.lease.begins} type="datetime-local" name="from" value=${from}
        error=${fromMs === undefined ? words.place.noTime : undefined} onInput=${setFrom} />
      <${Field} label=${words.lease.terms} name="terms" type="number" mode="numeric" min="1"
        value=${count} onInput=${setCount} />
      ${
        stretch &&
        html`<dl class="sum">
        <dt>${words.lease.rent}</dt><dd>${yuan(priceFen * (terms ?? 1))}</dd>
        <dt>${words.common.until}</dt><dd>${span(stretch, zone, state.language)}</dd>
      </dl>`
      }
      <p class="hint">${words.lease.kept}</p>
    <//>
  </section>`;
}
