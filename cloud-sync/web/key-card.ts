import {html} from 'htm/preact';
import {useEffect, useState} from 'preact/hooks';
import {useApp} from './app-context.js';
import {type Answer, type CloudClient, told} from './ask.js';
import {useAsked, useDoing} from './asked.js';
import {inFours} from './format.js';
import {Badge, Loaded, Qr, Sure, Trouble, type View} from './parts.js';
import {keep, kept} from './platform.js';

interface Right {
  readonly grant: {readonly id: string; readonly state: string; readonly entries: 'one' | 'multi'};
  readonly credentials: readonly {
    readonly id: string;
    readonly kind: string;
    readonly state: string;
    readonly deliverable: string | null;
  }[];
}

/** Digits that were shown once lie here until he signs out. */
const digitsOf = (credential: string) => `own.key.${credential}`;

/** QR and key of an order, as its holder shows them. @see requirements Q4 */
export function KeyCard({order}: {readonly order: string}): View {
  const {words} = useApp();
  const asked = useAsked(client => rightOf(client, order), [order], 10_000);
  return html`<section class="key-card" aria-label=${words.key.title}>
    <h2>${words.key.title}</h2>
    <${Loaded} asked=${asked} isEmpty=${(right: Right | null) => right === null}
      empty=${words.key.none}
      show=${(right: Right) => html`<${Shown} right=${right} again=${asked.again} />`} />
  </section>`;
}

async function rightOf(client: CloudClient, order: string): Promise<Answer<Right | null>> {
  const query = {order, limit: 50};
  const answer = await told(client.GET('/v1/me/grants', {params: {query}}));
  if (!answer.ok) return answer;
  const live = answer.data.grants.find(({grant}) => grant.state === 'issued');
  return {ok: true, data: live ?? null};
}

function Shown({right, again}: {readonly right: Right; again(): void}): View {
  const {words} = useApp();
  const active = right.credentials.filter(({state}) => state === 'active');
  const qr = active.find(({kind}) => kind === 'qr');
  const key = active.find(({kind}) => kind === 'key');
  const isThere = active.some(({deliverable}) => deliverable !== null);
  return html`<div>
    ${qr && html`<${Token} key=${qr.id} credential=${qr.id} />`}
    ${key && html`<${Digits} key=${key.id} grant=${right.grant.id} credential=${key.id} />`}
    <p class="hint">
      <${Badge} tone=${isThere ? 'good' : 'warn'} text=${isThere ? words.key.ready : words.key.waiting} />
    </p>
    ${right.grant.entries === 'multi' && active.length > 0 && html`<${Renew} grant=${right.grant.id} again=${again} />`}
  </div>`;
}

function Token({credential}: {readonly credential: string}): View {
  const {words} = useApp();
  const asked = useAsked(
    client =>
      told(client.GET('/v1/me/credentials/{credential}/token', {params: {path: {credential}}})),
    [credential],
  );
  return html`<${Loaded} asked=${asked} show=${({text}: {readonly text: string}) => html`<figure>
    <${Qr} text=${text} label=${words.key.qrAlt} />
    <figcaption class="hint">${words.key.bright}</figcaption>
  </figure>`} />`;
}

interface DigitsProps {
  readonly grant: string;
  readonly credential: string;
}

/** The key of a keypad: fetched once, and known here from then on. */
function Digits({grant, credential}: DigitsProps): View {
  const {words} = useApp();
  const [digits, setDigits] = useState(kept(digitsOf(credential)));
  const fetching = useDoing(
    (client, id: string, key) =>
      told(
        client.POST('/v1/me/grants/{grant}/codes', {
          params: {path: {grant: id}, header: {'idempotency-key': key}},
        }),
      ),
    ({secrets = []}) => {
      for (const one of secrets) keep(digitsOf(one.credential), one.code, 'tab');
      setDigits(kept(digitsOf(credential)) ?? '');
    },
  );
  useEffect(() => {
    if (digits === undefined) fetching.run(grant);
  }, []);
  return html`<div class="digits">
    <h3>${words.key.digits}</h3>
    ${
      digits
        ? html`<p class="code" data-code>${inFours(digits)}</p>`
        : html`<p class="hint">${digits === undefined ? words.common.loading : words.key.seen}</p>`
    }
    <${Trouble} problem=${fetching.problem} />
  </div>`;
}

function Renew({grant, again}: {readonly grant: string; again(): void}): View {
  const {words} = useApp();
  const [isAsked, setAsked] = useState(false);
  const renewing = useDoing(
    (client, id: string, key) =>
      told(
        client.POST('/v1/me/grants/{grant}/reissue', {
          params: {path: {grant: id}, header: {'idempotency-key': key}},
        }),
      ),
    ({secrets = []}) => {
      for (const one of secrets) keep(digitsOf(one.credential), one.code, 'tab');
      again();
    },
  );
  return html`<div>
    <button type="button" disabled=${renewing.isBusy} onClick=${() => setAsked(true)}>
      ${words.key.renew}
    </button>
    <${Trouble} problem=${renewing.problem} />
    <${Sure} question=${words.key.renewSure} yes=${words.key.renew} isOpen=${isAsked}
      onAnswer=${(isYes: boolean) => {
        setAsked(false);
        if (isYes) renewing.run(grant);
      }} />
  </div>`;
}
