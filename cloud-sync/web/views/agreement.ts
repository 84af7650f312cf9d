import {html} from 'htm/preact';
import {useApp, useSession} from '../app-context.js';
import {told} from '../ask.js';
import {useAsked, useDoing} from '../asked.js';
import {Badge, Loaded, Title, Trouble, type View} from '../parts.js';
import {addressOf} from '../route.js';

interface AgreementShown {
  readonly id: string;
  readonly lease: string;
  readonly tenant: string;
  readonly lender: string | null;
  readonly state: 'proposed' | 'agreed' | 'refused' | 'lapsed' | 'withdrawn';
  readonly text: string;
  readonly textSha256: string;
  readonly consents: {readonly tenant: object | null; readonly lender: object | null};
}

/** An agreement by itself, for who was sent its address. */
export function Agreement({at: [id = '']}: {readonly at: readonly string[]}): View {
  const {words} = useApp();
  return html`<section class="narrow">
    <a class="back" href=${addressOf(['orders'])}>‹ ${words.orders.title}</a>
    <${Title}>${words.lease.agreement}<//>
    <${Consent} id=${id} again=${() => {}} />
  </section>`;
}

interface ConsentProps {
  readonly id: string;
  again(): void;
}

/** Word for word what both agree on, and the consent of whoever looks at it. @see requirements Q3 */
export function Consent({id, again}: ConsentProps): View {
  const asked = useAsked(
    client => told(client.GET('/v1/agreements/{id}', {params: {path: {id}}})),
    [id],
    5000,
  );
  const refresh = () => {
    asked.again();
    again();
  };
  return html`<${Loaded} asked=${asked}
    show=${(one: AgreementShown) => html`<${Shown} agreement=${one} again=${refresh} />`} />`;
}

function Shown({agreement, again}: {readonly agreement: AgreementShown; again(): void}): View {
  const {words} = useApp();
  const {member} = useSession();
  const {id, tenant, lender, state, text, textSha256, consents} = agreement;
  const mine = member === tenant ? 'tenant' : 'lender';
  const isMine = member === tenant || member === lender;
  const act = useDoing((client, what: 'consent' | 'refusal', key) => {
    const params = {path: {id}, header: {'idempotency-key': key}};
    return what === 'consent'
      ? told(client.POST('/v1/agreements/{id}/consent', {params, body: {textSha256}}))
      : told(client.POST('/v1/agreements/{id}/refusal', {params, body: {}}));
  }, again);
  const mayAnswer = state === 'proposed' && isMine && consents[mine] === null;
  const stand = (who: string, consent: object | null) =>
    html`<li>${consent ? words.lease.said(who) : words.lease.silent(who)}</li>`;
  return html`<section class="agreement" aria-label=${words.lease.agreement}>
    <h2>${words.lease.agreement}
      <${Badge} tone=${state === 'agreed' ? 'good' : 'warn'} text=${words.lease.agreementStates[state]} />
    </h2>
    <blockquote tabindex="0">${text}</blockquote>
    <ul class="consents">
      ${stand(words.lease.tenant, consents.tenant)}
      ${stand(lender === null ? words.lease.lot : words.lease.lender, consents.lender)}
    </ul>
    ${state === 'proposed' && html`<p class="hint">${words.lease.kept}</p>`}
    ${
      mayAnswer &&
      html`<div class="row">
      <button type="button" class="main" disabled=${act.isBusy} onClick=${() => act.run('consent')}>
        ${words.lease.agree}
      </button>
      <button type="button" disabled=${act.isBusy} onClick=${() => act.run('refusal')}>
        ${words.lease.refuse}
      </button>
    </div>`
    }
    <${Trouble} problem=${act.problem} />
  </section>`;
}
