import {html} from 'htm/preact';
import {useEffect, useState} from 'preact/hooks';
import {useApp, useSession} from '../app-context.js';
import {type CloudClient, told} from '../ask.js';
import {useAsked, useDoing} from '../asked.js';
import {countdown, inFours, yuan} from '../format.js';
import {Badge, Choice, Loaded, Title, Trouble, type View} from '../parts.js';
import {every, keep, kept, wallMs} from '../platform.js';
import {addressOf, type Route} from '../route.js';
import {type Code, isCurrent} from './bath-code.js';
import {ChildCode, Receipt, Running} from './bath-use.js';

interface House {
  readonly id: string;
  readonly name: string;
  readonly zone: string;
  readonly stalls: number;
}
interface Purse {
  readonly availableFen: number;
  readonly heldFen: number;
}

/** Digits that were shown once lie here until he signs out; a kiosk keeps nothing. */
const digitsOf = (id: string) => `own.code.${id}`;
/** Codes for showers. @see requirements B4, B5 */
export function Bath({query}: {readonly query: Route['query']}): View {
  const {words, tenant} = useApp();
  const [chosen, setChosen] = useState(query.site);
  const asked = useAsked(
    client => told(client.GET('/v1/public/sites', {params: {query: {tenant, limit: 200}}})),
    [tenant],
  );
  type Sites = NonNullable<typeof asked.data>;
  const houses = ({sites}: Sites) => sites.filter(({stalls}) => stalls > 0);
  return html`<section class="narrow">
    <${Title}>${words.bath.title}<//>
    <${Loaded} asked=${asked} isEmpty=${(sites: Sites) => houses(sites).length === 0}
      empty=${words.bath.none}
      show=${(sites: Sites) => {
        const all: readonly House[] = houses(sites);
        const house = all.find(({id}) => id === chosen) ?? all[0];
        return html`<div>
          ${
            all.length > 1 &&
            html`<${Choice} label=${words.bath.site} value=${house?.id ?? ''} onChange=${setChosen}
            options=${all.map(({id, name}) => ({value: id, text: name}))} />`
          }
          ${house && html`<${Showers} key=${house.id} site=${house.id} name=${house.name} zone=${house.zone} />`}
        </div>`;
      }} />
  </section>`;
}

interface ShowersProps {
  readonly site: string;
  readonly name: string;
  readonly zone: string;
  /** In a lobby: nothing but the code. */
  readonly isKiosk?: boolean;
}

/** Balance, the code of now, and what was used before, at one bathhouse. */
export function Showers({site, name, zone, isKiosk = false}: ShowersProps): View {
  const {words} = useApp();
  const {member} = useSession();
  const purse = useAsked(
    client => told(client.GET('/v1/members/{member}/balance', {params: {path: {member}}})),
    [member],
    10_000,
  );
  const codes = useAsked(client => codesAt(client, site), [site], 5000);
  const refresh = () => {
    purse.again();
    codes.again();
  };
  return html`<div>
    <h2>${name}</h2>
    <${Loaded} asked=${purse} show=${(one: Purse) => html`<dl class="sum">
      <dt>${words.wallet.available}</dt><dd data-balance>${yuan(one.availableFen)}</dd>
      ${one.heldFen > 0 && html`<dt>${words.wallet.held}</dt><dd>${yuan(one.heldFen)}</dd>`}
    </dl>`} />
    <${Loaded} asked=${codes} show=${(held: readonly Code[]) => html`<div>
      <${Present} site=${site} codes=${held} zone=${zone} refresh=${refresh} isKiosk=${isKiosk} />
      ${!isKiosk && html`<${Past} codes=${held} zone=${zone} refresh=${refresh} />`}
    </div>`} />
  </div>`;
}

async function codesAt(client: CloudClient, site: string) {
  const query = {site, limit: 200};
  const answer = await told(client.GET('/v1/bath/codes', {params: {query}}));
  if (!answer.ok) return answer;
  const codes: readonly Code[] = answer.data.codes.toReversed();
  // Only a code by itself says whether the stalls have it, and what became of a stop.
  const now = await Promise.all(
    codes.map(async code => {
      if (!isCurrent(code)) return code;
      const {id} = code;
      const one = await told(client.GET('/v1/bath/codes/{id}', {params: {path: {id}}}));
      return one.ok ? one.data : code;
    }),
  );
  return {ok: true, data: now} as const;
}

interface PresentProps {
  readonly site: string;
  readonly codes: readonly Code[];
  readonly zone: string;
  readonly isKiosk: boolean;
  refresh(): void;
}

function Present({site, codes, zone, isKiosk, refresh}: PresentProps): View {
  const {words} = useApp();
  const [shown, setShown] = useState<{readonly id: string; readonly digits: string} | undefined>();
  const getting = useDoing(
    (client, wish: {readonly site: string}, key) =>
      told(client.POST('/v1/bath/codes', {params: {header: {'idempotency-key': key}}, body: wish})),
    ({id, code = ''}) => got(id, code),
  );
  const got = (id: string, code: string) => {
    if (!isKiosk) keep(digitsOf(id), code, 'tab');
    setShown({id, digits: code});
    refresh();
  };
  const current = codes.find(code => isCurrent(code) && code.child === 0);
  const ofChildren = isKiosk ? [] : codes.filter(code => isCurrent(code) && code.child > 0);
  const digits = (id: string) => (shown?.id === id ? shown.digits : kept(digitsOf(id)));
  return html`<div class="present">
    ${
      current
        ? html`<${Ticket} code=${current} digits=${digits(current.id)} zone=${zone} refresh=${refresh} />`
        : html`<p class="intro">${words.bath.rule}</p>`
    }
    ${
      current?.state !== 'running' &&
      html`<button type="button" class=${current ? '' : 'main big'} disabled=${getting.isBusy}
      aria-busy=${getting.isBusy} onClick=${() => getting.run({site})}>
      ${current ? words.bath.getNew : words.bath.get}
    </button>
    ${current && html`<p class="hint">${words.bath.newKills}</p>`}`
    }
    <${Trouble} problem=${getting.problem} />
    ${
      getting.problem?.code === 'low_balance' &&
      !isKiosk &&
      html`<a class="button" href=${addressOf(['wallet'])}>${words.wallet.recharge}</a>`
    }
    ${ofChildren.map(
      code => html`<${Ticket} key=${code.id} code=${code} digits=${digits(code.id)} zone=${zone}
        refresh=${refresh} />`,
    )}
    ${!isKiosk && html`<${ChildCode} site=${site} got=${got} />`}
  </div>`;
}

interface TicketProps {
  readonly code: Code;
  readonly zone: string;
  readonly digits: string | undefined;
  refresh(): void;
}

/** The code as it stands now: its digits, how long it lives, and what it holds. */
function Ticket({code, digits, zone, refresh}: TicketProps): View {
  const {words} = useApp();
  const leftMs = useLeft(code.expiresMs);
  const giving = useDoing(
    (client, id: string, key) =>
      told(
        client.POST('/v1/bath/codes/{id}/cancel', {
          params: {path: {id}, header: {'idempotency-key': key}},
        }),
      ),
    refresh,
  );
  const isLive = code.state === 'live';
  const title = code.child > 0 ? words.bath.childName(code.child) : words.bath.title;
  return html`<section class="ticket" aria-label=${title} data-ticket=${code.child}>
    ${code.child > 0 && html`<h3>${title}</h3>`}
    <${Badge} tone="good" text=${words.bath.states[code.state]} />
    ${
      isLive &&
      (digits
        ? html`<p class="code" data-code>${inFours(digits.replaceAll(' ', ''))}</p>
          <p>${words.bath.key}</p>`
        : html`<p class="hint">${words.bath.hidden}</p>`)
    }
    ${code.point && html`<p>${words.bath.stall(code.point)}</p>`}
    ${code.state === 'running' && html`<${Running} code=${code} zone=${zone} refresh=${refresh} />`}
    <dl class="sum">
      <dt>${words.bath.held}</dt><dd>${yuan(code.heldFen)}</dd>
      ${code.usedFen !== null && html`<dt>${words.bath.used}</dt><dd>${yuan(code.usedFen)}</dd>`}
    </dl>
    ${
      isLive &&
      html`<p class="hint">${words.bath.ends(countdown(leftMs))}${' · '}${code.deliverable === null ? words.key.waiting : words.key.ready}</p>
    <button type="button" class="quiet" disabled=${giving.isBusy} onClick=${() => giving.run(code.id)}>
      ${words.bath.giveUp}
    </button>`
    }
    <${Trouble} problem=${giving.problem} />
  </section>`;
}

function useLeft(untilMs: number): number {
  const [nowMs, setNow] = useState(wallMs());
  useEffect(() => every(1000, () => setNow(wallMs())), []);
  return untilMs - nowMs;
}

interface PastProps {
  readonly codes: readonly Code[];
  readonly zone: string;
  refresh(): void;
}

function Past({codes, zone, refresh}: PastProps): View {
  const {words} = useApp();
  const past = codes.filter(code => !isCurrent(code));
  return html`<div>
    <h2>${words.bath.past}</h2>
    ${
      past.length === 0
        ? html`<p class="empty">${words.bath.nonePast}</p>`
        : html`<ul class="rows">
          ${past
            .slice(0, 20)
            .map(
              code =>
                html`<${Receipt} key=${code.id} code=${code} zone=${zone} refresh=${refresh} />`,
            )}
        </ul>`
    }
  </div>`;
}
