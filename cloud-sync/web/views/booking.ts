import {html} from 'htm/preact';
import {useState} from 'preact/hooks';
import {useApp} from '../app-context.js';
import {told} from '../ask.js';
import {useAsked, useDoing} from '../asked.js';
import {span, yuan} from '../format.js';
import {KeyCard} from '../key-card.js';
import {Badge, Loaded, Sure, Title, type Tone, Trouble, type View} from '../parts.js';
import {addressOf, type Route} from '../route.js';
import {useSites} from '../sites.js';

export interface BookingShown {
  readonly id: string;
  readonly state: string;
  readonly site: string;
  readonly booking: {
    readonly point: string;
    readonly plate: string;
    readonly fromMs: number;
    readonly untilMs: number;
    readonly amountFen: number;
    readonly chargedFen: number;
  } | null;
}

const TONES: Readonly<Record<string, Tone>> = {paid: 'good', running: 'good', reserved: 'warn'};

export function BookingBadge({state}: {readonly state: string}): View {
  const {words} = useApp();
  const states: Readonly<Record<string, string | undefined>> = words.booking.states;
  return html`<${Badge} tone=${TONES[state] ?? 'calm'} text=${states[state] ?? state} />`;
}

interface BookingProps {
  readonly at: readonly string[];
  readonly query: Route['query'];
}

/** One booking: how it stands, its QR, and what may be done with it. */
export function Booking({at: [id = ''], query}: BookingProps): View {
  const {words} = useApp();
  const asked = useAsked(
    client => told(client.GET('/v1/orders/{id}', {params: {path: {id}}})),
    [id],
    15_000,
  );
  return html`<section class="narrow">
    <a class="back" href=${addressOf(['orders'])}>‹ ${words.orders.title}</a>
    ${query.new !== undefined && html`<p class="done" role="status">${words.booking.done}</p>`}
    <${Loaded} asked=${asked}
      show=${(order: BookingShown) => html`<${Shown} order=${order} again=${asked.again} />`} />
  </section>`;
}

function Shown({order, again}: {readonly order: BookingShown; again(): void}): View {
  const {words, state} = useApp();
  const siteOf = useSites();
  const {booking, site, id} = order;
  if (!booking) return html`<${Title}>${order.state}<//>`;
  const {name, zone} = siteOf(site);
  const isLive = order.state === 'paid' || order.state === 'running';
  return html`<div>
    <${Title}>${booking.point}<//>
    <p class="intro">${name} · ${span(booking, zone, state.language)}</p>
    <dl class="sum">
      <dt>${words.common.state}</dt><dd><${BookingBadge} state=${order.state} /></dd>
      <dt>${words.booking.plate}</dt><dd>${booking.plate}</dd>
      <dt>${words.booking.price}</dt><dd>${yuan(booking.amountFen)}</dd>
      ${
        booking.chargedFen > 0 &&
        html`<dt>${words.booking.charged}</dt><dd>${yuan(booking.chargedFen)}</dd>`
      }
    </dl>
    ${isLive && html`<${KeyCard} order=${id} />`}
    <${Acts} order=${order} again=${again} />
  </div>`;
}

function Acts({order, again}: {readonly order: BookingShown; again(): void}): View {
  const {words} = useApp();
  const [isAsked, setAsked] = useState(false);
  const act = useDoing((client, what: 'cancel' | 'end' | 'pay', key) => {
    const params = {path: {id: order.id}, header: {'idempotency-key': key}};
    if (what === 'end') return told(client.POST('/v1/bookings/{id}/end', {params}));
    if (what === 'pay') return told(client.POST('/v1/bookings/{id}/pay', {params}));
    const body = {note: words.booking.cancelWhy, ours: false};
    return told(client.POST('/v1/orders/{id}/cancel', {params, body}));
  }, again);
  const {state} = order;
  return html`<div class="row">
    ${
      state === 'reserved' &&
      html`<button type="button" class="main" disabled=${act.isBusy} onClick=${() => act.run('pay')}>
      ${words.booking.pay}
    </button>`
    }
    ${
      state === 'running' &&
      html`<button type="button" disabled=${act.isBusy} onClick=${() => act.run('end')}>
      ${words.booking.end}
    </button>`
    }
    ${
      (state === 'reserved' || state === 'paid') &&
      html`<button type="button" class="danger" disabled=${act.isBusy} onClick=${() => setAsked(true)}>
      ${words.booking.cancel}
    </button>`
    }
    <${Trouble} problem=${act.problem} />
    <${Sure} question=${words.booking.cancelSure} yes=${words.booking.cancel} isOpen=${isAsked}
      onAnswer=${(isYes: boolean) => {
        setAsked(false);
        if (isYes) act.run('cancel');
      }} />
  </div>`;
}
