import {html} from 'htm/preact';
import {useState} from 'preact/hooks';
import {useApp, useSession} from '../app-context.js';
import {told} from '../ask.js';
import {useAsked, useDoing} from '../asked.js';
import {span, yuan} from '../format.js';
import {KeyCard} from '../key-card.js';
import {Badge, Loaded, Sure, Title, type Tone, Trouble, type View} from '../parts.js';
import {addressOf} from '../route.js';
import {useSites} from '../sites.js';
import {Consent} from './agreement.js';

export interface LeaseShown {
  readonly id: string;
  readonly site: string;
  readonly point: string;
  readonly tenant: string;
  readonly lender: string | null;
  readonly state: string;
  readonly fromMs: number;
  readonly untilMs: number;
  readonly depositFen: number;
  readonly terms: readonly {readonly amountFen: number}[];
  readonly offer: {readonly agreement: string; readonly lapsesMs: number} | null;
  readonly chargedFen: number;
}

const TONES: Readonly<Record<string, Tone>> = {
  active: 'good',
  proposed: 'warn',
  agreed: 'warn',
  overtime: 'warn',
};

export function LeaseBadge({state}: {readonly state: string}): View {
  const {words} = useApp();
  const states: Readonly<Record<string, string | undefined>> = words.lease.states;
  return html`<${Badge} tone=${TONES[state] ?? 'calm'} text=${states[state] ?? state} />`;
}

/** One lease, as its tenant or its lender sees it. @see requirements Q3, Q4 */
export function Lease({at: [id = '']}: {readonly at: readonly string[]}): View {
  const {words} = useApp();
  const asked = useAsked(
    client => told(client.GET('/v1/leases/{id}', {params: {path: {id}}})),
    [id],
    5000,
  );
  return html`<section class="narrow">
    <a class="back" href=${addressOf(['orders'])}>‹ ${words.orders.title}</a>
    <${Loaded} asked=${asked}
      show=${(lease: LeaseShown) => html`<${Shown} lease=${lease} again=${asked.again} />`} />
  </section>`;
}

interface ShownProps {
  readonly lease: LeaseShown;
  again(): void;
}

function Shown({lease, again}: ShownProps): View {
  const {words, state} = useApp();
  const {member} = useSession();
  const {name, zone} = useSites()(lease.site);
  const isHis = lease.tenant === member;
  const mayRenew = lease.state === 'active' && !lease.offer && (isHis || lease.lender === member);
  const rentFen = lease.terms.reduce((sum, {amountFen}) => sum + amountFen, 0);
  const isLive = lease.state === 'active' || lease.state === 'overtime';
  return html`<div>
    <${Title}>${lease.point}<//>
    <p class="intro">${name} · ${span(lease, zone, state.language)}</p>
    <dl class="sum">
      <dt>${words.common.state}</dt><dd><${LeaseBadge} state=${lease.state} /></dd>
      ${rentFen > 0 && html`<dt>${words.lease.rent}</dt><dd>${yuan(rentFen)}</dd>`}
      ${lease.depositFen > 0 && html`<dt>${words.lease.deposit}</dt><dd>${yuan(lease.depositFen)}</dd>`}
    </dl>
    ${lease.offer && html`<${Consent} id=${lease.offer.agreement} again=${again} />`}
    ${isHis && isLive && html`<${KeyCard} order=${lease.id} />`}
    ${mayRenew && html`<${Renewal} lease=${lease} again=${again} />`}
    ${isHis && html`<${Acts} lease=${lease} again=${again} />`}
  </div>`;
}

/** Either side asks the other for one more term. @see requirements Q11 */
function Renewal({lease, again}: ShownProps): View {
  const {words} = useApp();
  const act = useDoing((client, id: string, key) => {
    const params = {path: {id}, header: {'idempotency-key': key}};
    return told(client.POST('/v1/leases/{id}/renewal', {params, body: {}}));
  }, again);
  return html`<div class="row">
    <button type="button" disabled=${act.isBusy} onClick=${() => act.run(lease.id)}>
      ${words.lease.renew}
    </button>
    <p class="hint">${words.lease.renewNote}</p>
    <${Trouble} problem=${act.problem} />
  </div>`;
}

function Acts({lease, again}: ShownProps): View {
  const {words} = useApp();
  const [isAsked, setAsked] = useState(false);
  const act = useDoing((client, what: 'pay' | 'end', key) => {
    const params = {path: {id: lease.id}, header: {'idempotency-key': key}};
    return what === 'pay'
      ? told(client.POST('/v1/leases/{id}/payment', {params}))
      : told(client.POST('/v1/leases/{id}/end', {params, body: {}}));
  }, again);
  return html`<div class="row">
    ${
      lease.state === 'agreed' &&
      html`<button type="button" class="main" disabled=${act.isBusy} onClick=${() => act.run('pay')}>
        ${words.booking.pay}
      </button>
      <p class="hint">${words.lease.payNote}</p>`
    }
    ${
      lease.state === 'active' &&
      html`<button type="button" class="danger" disabled=${act.isBusy} onClick=${() => setAsked(true)}>
      ${words.lease.end}
    </button>`
    }
    <${Trouble} problem=${act.problem} />
    ${
      act.problem?.code === 'payment_failed' &&
      html`<a class="button" href=${addressOf(['wallet'])}>${words.wallet.recharge}</a>`
    }
    <${Sure} question=${words.lease.endSure} yes=${words.lease.end} isOpen=${isAsked}
      onAnswer=${(isYes: boolean) => {
        setAsked(false);
        if (isYes) act.run('end');
      }} />
  </div>`;
}
