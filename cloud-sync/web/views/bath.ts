import {html} from 'htm/preact';
import {useEffect, useState} from 'preact/hooks';
import {useApp, useSession} from '../app-context.js';
import {type CloudClient, told} from '../ask.js';
import {useAsked, useDoing} from '../asked.js';
import {countdown, inFours, moment, yuan} from '../format.js';
import {Badge, Choice, Loaded, Title, type Tone, Trouble, type View} from '../parts.js';
import {every, keep, kept, wallMs} from '../platform.js';
import {addressOf, type Route} from '../route.js';

interface Code {
  readonly id: string;
  readonly site: string;
  readonly state: 'live' | 'running' | 'settled' | 'expired' | 'replaced' | 'cancelled';
  readonly heldFen: number;
  readonly expiresMs: number;
  readonly usedFen: number | null;
  readonly owedFen: number;
  readonly point: string | null;
  readonly deliverable: string | null;
  readonly code?: string | undefined;
}
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
const TONES: Readonly<Record<Code['state'], Tone>> = {
  ...{live: 'good', running: 'good', settled: 'calm'},
  ...{expired: 'calm', replaced: 'calm', cancelled: 'calm'},
};

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
      <${Present} site=${site} codes=${held} refresh=${refresh} isKiosk=${isKiosk} />
      ${!isKiosk && html`<${Past} codes=${held} zone=${zone} />`}
    </div>`} />
  </div>`;
}

async function codesAt(client: CloudClient, site: string) {
  const query = {site, limit: 200};
  const answer = await told(client.GET('/v1/bath/codes', {params: {query}}));
  if (!answer.ok) return answer;
  const codes: readonly Code[] = answer.data.codes.toReversed();
  const live = codes.find(({state}) => state === 'live');
  if (!live) return {ok: true, data: codes} as const;
  // Only the code by itself says whether the stalls have it.
  const one = await told(client.GET('/v1/bath/codes/{id}', {params: {path: {id: live.id}}}));
  const now: Code = one.ok ? one.data : live;
  return {ok: true, data: codes.map(code => (code.id === now.id ? now : code))} as const;
}

interface PresentProps {
  readonly site: string;
  readonly codes: readonly Code[];
  readonly isKiosk: boolean;
  refresh(): void;
}

function Present({site, codes, isKiosk, refresh}: PresentProps): View {
  const {words} = useApp();
  const [shown, setShown] = useState<{readonly id: string; readonly digits: string} | undefined>();
  const getting = useDoing(
    (client, wish: {readonly site: string}, key) =>
      told(client.POST('/v1/bath/codes', {params: {header: {'idempotency-key': key}}, body: wish})),
    ({id, code = ''}) => {
      if (!isKiosk) keep(digitsOf(id), code, 'tab');
      setShown({id, digits: code});
      refresh();
    },
  );
  const current = codes.find(({state}) => state === 'live' || state === 'running');
  const digits = (id: string) => (shown?.id === id ? shown.digits : kept(digitsOf(id)));
  return html`<div class="present">
    ${
      current
        ? html`<${Ticket} code=${current} digits=${digits(current.id)} refresh=${refresh} />`
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
  </div>`;
}

interface TicketProps {
  readonly code: Code;
  readonly digits: string | undefined;
  refresh(): void;
}

/** The code as it stands now: its digits, how long it lives, and what it holds. */
function Ticket({code, digits, refresh}: TicketProps): View {
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
  return html`<section class="ticket" aria-label=${words.bath.title}>
    <${Badge} tone="good" text=${words.bath.states[code.state]} />
    ${
      isLive &&
      (digits
        ? html`<p class="code" data-code>${inFours(digits.replaceAll(' ', ''))}</p>
          <p>${words.bath.key}</p>`
        : html`<p class="hint">${words.bath.hidden}</p>`)
    }
    ${code.point && html`<p>${words.bath.stall(code.point)}</p>`}
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

function Past({codes, zone}: {readonly codes: readonly Code[]; readonly zone: string}): View {
  const {words, state} = useApp();
  const past = codes.filter(one => one.state !== 'live' && one.state !== 'running');
  return html`<div>
    <h2>${words.bath.past}</h2>
    ${
      past.length === 0
        ? html`<p class="empty">${words.bath.nonePast}</p>`
        : html`<ul class="rows">
          ${past.slice(0, 20).map(
            one => html`<li key=${one.id}>
              <span class="what"><strong>${one.point ? words.bath.stall(one.point) : '–'}</strong>
                <span class="hint">${moment(one.expiresMs, zone, state.language)}</span></span>
              <span class="price">${one.usedFen !== null && html`<b>${yuan(one.usedFen)}</b>`}
                ${one.owedFen > 0 && ` ${words.bath.owed} ${yuan(one.owedFen)}`}</span>
              <${Badge} tone=${TONES[one.state]} text=${words.bath.states[one.state]} />
            </li>`,
          )}
        </ul>`
    }
  </div>`;
}
