import {html} from 'htm/preact';
import {useState} from 'preact/hooks';
import {useApp, useSession} from '../app-context.js';
import {type Answer, type CloudClient, told} from '../ask.js';
import {useAsked, useDoing} from '../asked.js';
import {fenOf, moment, yuan} from '../format.js';
import {Choice, Field, Form, Loaded, Qr, Title, type View} from '../parts.js';

interface Line {
  readonly key: string;
  readonly kind: string;
  readonly amountFen: number;
  readonly atMs: number;
}
interface Purse {
  readonly balance: {readonly availableFen: number; readonly heldFen: number};
  readonly lines: readonly Line[];
  readonly providers: readonly string[];
}
interface PaymentShown {
  readonly state: string;
  readonly payLink: string | null;
}

/** Balance, recharge and statement. @see requirements B2 */
export function Wallet(): View {
  const {words} = useApp();
  const {member} = useSession();
  const asked = useAsked(client => purseOf(client, member), [member], 15_000);
  return html`<section class="narrow">
    <${Title}>${words.wallet.title}<//>
    <${Loaded} asked=${asked} show=${(purse: Purse) => html`<div>
      <dl class="purse">
        <div><dt>${words.wallet.available}</dt>
          <dd data-balance>${yuan(purse.balance.availableFen)}</dd></div>
        ${
          purse.balance.heldFen > 0 &&
          html`<div class="held"><dt>${words.wallet.held}</dt><dd>${yuan(purse.balance.heldFen)}</dd></div>`
        }
      </dl>
      <${Recharge} providers=${purse.providers} again=${asked.again} />
      <${Statement} lines=${purse.lines} />
    </div>`} />
  </section>`;
}

async function purseOf(client: CloudClient, member: string): Promise<Answer<Purse>> {
  const path = {member};
  const balance = await told(client.GET('/v1/members/{member}/balance', {params: {path}}));
  if (!balance.ok) return balance;
  const lines = await told(
    client.GET('/v1/members/{member}/statement', {params: {path, query: {limit: 200}}}),
  );
  if (!lines.ok) return lines;
  const paid = await told(client.GET('/v1/payment-providers'));
  if (!paid.ok) return paid;
  const {providers} = paid.data;
  return {ok: true, data: {balance: balance.data, lines: lines.data.lines.toReversed(), providers}};
}

interface RechargeProps {
  readonly providers: readonly string[];
  again(): void;
}

function Recharge({providers, again}: RechargeProps): View {
  const {words} = useApp();
  const {member} = useSession();
  const [amount, setAmount] = useState('50');
  const [provider, setProvider] = useState(providers[0] ?? '');
  const [payment, setPayment] = useState<string | undefined>();
  const fen = fenOf(amount);
  const doing = useDoing(
    (client, body: {readonly provider: string; readonly amountFen: number}, key) =>
      told(
        client.POST('/v1/members/{member}/recharges', {
          params: {path: {member}, header: {'idempotency-key': key}},
          body,
        }),
      ),
    started => setPayment(started.payment),
  );
  if (providers.length === 0) return html`<p class="empty">${words.wallet.noProvider}</p>`;
  if (payment !== undefined) {
    return html`<${Paying} id=${payment} again=${() => {
      setPayment(undefined);
      again();
    }} />`;
  }
  return html`<${Form} action=${words.wallet.start(fen === undefined ? '' : yuan(fen))}
    isBusy=${doing.isBusy} problem=${doing.problem}
    onSubmit=${() => fen !== undefined && fen > 0 && doing.run({provider, amountFen: fen})}>
    <h2>${words.wallet.recharge}</h2>
    <${Field} label=${words.wallet.amount} name="amount" mode="decimal" value=${amount}
      hint=${words.wallet.amountHint} error=${fen ? undefined : words.wallet.badAmount}
      onInput=${setAmount} />
    ${
      providers.length > 1 &&
      html`<${Choice} label=${words.wallet.by} value=${provider} onChange=${setProvider}
      options=${providers.map(one => ({value: one, text: one}))} />`
    }
  <//>`;
}

/** What the payer scans or opens, until his money shows. */
function Paying({id, again}: {readonly id: string; again(): void}): View {
  const {words} = useApp();
  const asked = useAsked(
    client => told(client.GET('/v1/payments/{id}', {params: {path: {id}}})),
    [id],
    1500,
  );
  return html`<section class="ticket" aria-label=${words.wallet.recharge}>
    <${Loaded} asked=${asked} show=${({state, payLink}: PaymentShown) => html`<div>
      ${state === 'succeeded' && html`<p class="done" role="status">${words.wallet.paid}</p>`}
      ${state === 'failed' && html`<p class="trouble" role="alert">${words.wallet.failed}</p>`}
      ${
        state !== 'succeeded' &&
        state !== 'failed' &&
        html`<p role="status">${words.wallet.waiting}</p>
        ${
          payLink !== null &&
          html`<figure>
          <${Qr} text=${payLink} label=${words.wallet.scanAlt} />
          <figcaption>${words.wallet.scan}</figcaption>
        </figure>
        ${
          /^https:/.test(payLink) &&
          html`<a class="button main" rel="noreferrer" href=${payLink}>${words.wallet.open}</a>`
        }`
        }`
      }
    </div>`} />
    <button type="button" class="quiet" onClick=${again}>${words.common.back}</button>
  </section>`;
}

function Statement({lines}: {readonly lines: readonly Line[]}): View {
  const {words, state} = useApp();
  const kinds: Readonly<Record<string, string | undefined>> = words.wallet.kinds;
  const zone = new Intl.DateTimeFormat().resolvedOptions().timeZone;
  return html`<div>
    <h2>${words.wallet.statement}</h2>
    ${
      lines.length === 0
        ? html`<p class="empty">${words.wallet.none}</p>`
        : html`<ul class="rows">
          ${lines.slice(0, 50).map(
            line => html`<li key=${line.key}>
              <span class="what"><strong>${kinds[line.kind] ?? line.kind}</strong>
                <span class="hint">${moment(line.atMs, zone, state.language)}</span></span>
              <span class="price"><b>${yuan(line.amountFen)}</b></span>
            </li>`,
          )}
        </ul>`
    }
  </div>`;
}
