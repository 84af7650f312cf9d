import {html} from 'htm/preact';
import {useState} from 'preact/hooks';
import {useApp} from '../app-context.js';
import {type Answer, type CloudClient, told} from '../ask.js';
import {useAsked, useDoing} from '../asked.js';
import {fenOf, yuan} from '../format.js';
import {EMPTY_OFFER, listingOf, type OfferDraft} from '../offer-draft.js';
import {Badge, Choice, Field, Form, Loaded, Tick, Title, Trouble, type View} from '../parts.js';

interface OwnPoint {
  readonly site: string;
  readonly siteName: string;
  readonly point: string;
}
interface OwnListing {
  readonly id: string;
  readonly point: string;
  readonly offer: 'hourly' | 'lease';
  readonly priceFen: number;
  readonly termDays: number | null;
  readonly state: 'live' | 'withdrawn';
  readonly version: number;
}
interface Owned {
  readonly points: readonly OwnPoint[];
  readonly listings: readonly OwnListing[];
}

/** For who has something to lend: publish, change the price, withdraw. @see requirements P1, Q2 */
export function Lend(): View {
  const {words} = useApp();
  const asked = useAsked(owned, []);
  return html`<section>
    <${Title}>${words.lend.title}<//>
    <${Loaded} asked=${asked} isEmpty=${({points}: Owned) => points.length === 0}
      empty=${words.lend.none}
      show=${({points, listings}: Owned) => html`<div class="columns">
        <${Publish} points=${points} again=${asked.again} />
        <${Listings} listings=${listings} again=${asked.again} />
      </div>`} />
  </section>`;
}

async function owned(client: CloudClient): Promise<Answer<Owned>> {
  const mine = await told(client.GET('/v1/me/points'));
  if (!mine.ok) return mine;
  const query = {mine: 'true', limit: 200} as const;
  const listed = await told(client.GET('/v1/listings', {params: {query}}));
  if (!listed.ok) return listed;
  const points = mine.data.points.filter(({kind}) => kind === 'bay' || kind === 'vehicle');
  return {ok: true, data: {points, listings: listed.data.listings.toReversed()}};
}

interface PublishProps {
  readonly points: readonly OwnPoint[];
  again(): void;
}

function Publish({points, again}: PublishProps): View {
  const {words} = useApp();
  const [draft, setDraft] = useState<OfferDraft>(EMPTY_OFFER);
  const [at, setAt] = useState('0');
  const [isDone, setDone] = useState(false);
  const change = (part: Partial<OfferDraft>) => {
    setDone(false);
    setDraft({...draft, ...part});
  };
  const point = points[Number(at)] ?? points[0];
  const wish = point && listingOf(draft, point);
  const doing = useDoing(
    (client, body: NonNullable<ReturnType<typeof listingOf>>, key) =>
      told(client.POST('/v1/listings', {params: {header: {'idempotency-key': key}}, body})),
    () => {
      setDone(true);
      again();
    },
  );
  return html`<${Form} action=${words.lend.publish} isBusy=${doing.isBusy} problem=${doing.problem}
    onSubmit=${() => wish && doing.run(wish)}>
    <${Choice} label=${words.lend.bay} value=${at} onChange=${setAt}
      options=${points.map((one, index) => ({value: String(index), text: `${one.point} · ${one.siteName}`}))} />
    <${Choice} label=${words.lend.kind} value=${draft.offer}
      onChange=${(offer: string) => change({offer: offer as OfferDraft['offer']})}
      options=${[
        {value: 'hourly', text: words.lend.hourly},
        {value: 'lease', text: words.lend.lease},
      ]} />
    <${Days} draft=${draft} change=${change} />
    <div class="pair">
      <${Field} label=${words.lend.fromHour} name="fromHour" type="time" value=${draft.from}
        onInput=${(from: string) => change({from})} />
      <${Field} label=${words.lend.toHour} name="toHour" type="time" value=${draft.to}
        onInput=${(to: string) => change({to})} />
    </div>
    <div class="pair">
      <${Field} label=${`${words.lend.price} ${draft.offer === 'lease' ? words.lend.priceTerm : words.lend.priceHour}`}
        name="price" mode="decimal" value=${draft.price}
        error=${fenOf(draft.price) === undefined ? words.wallet.badAmount : undefined}
        onInput=${(price: string) => change({price})} />
      ${
        draft.offer === 'lease' &&
        html`<${Field} label=${words.lend.termDays} name="termDays" type="number" min="1"
        value=${draft.termDays} onInput=${(termDays: string) => change({termDays})} />`
      }
    </div>
    <${Field} label=${words.lend.proof} name="proof" hint=${words.lend.proofHint}
      value=${draft.proof} onInput=${(proof: string) => change({proof})} />
    <${Tick} label=${words.lend.everybody} isOn=${draft.isPublic}
      onChange=${(isPublic: boolean) => change({isPublic})} />
    <p role="status" class=${isDone ? 'done' : 'silent'}>${isDone && words.lend.done}</p>
  <//>`;
}

interface DaysProps {
  readonly draft: OfferDraft;
  change(part: Partial<OfferDraft>): void;
}

function Days({draft, change}: DaysProps): View {
  const {words} = useApp();
  const toggled = (day: number, isOn: boolean) =>
    change({days: isOn ? [...draft.days, day].sort() : draft.days.filter(one => one !== day)});
  return html`<fieldset class="days">
    <legend>${words.lend.days}</legend>
    ${words.lend.dayNames.map(
      (
        name,
        index,
      ) => html`<${Tick} key=${name} label=${name} isOn=${draft.days.includes(index + 1)}
        onChange=${(isOn: boolean) => toggled(index + 1, isOn)} />`,
    )}
    ${draft.days.length === 0 && html`<p class="wrong">${words.lend.daysNeeded}</p>`}
  </fieldset>`;
}

function Listings({
  listings,
  again,
}: {
  readonly listings: readonly OwnListing[];
  again(): void;
}): View {
  const {words} = useApp();
  return html`<div>
    <h2>${words.lend.mine}</h2>
    ${
      listings.length === 0
        ? html`<p class="empty">${words.lend.noneYet}</p>`
        : html`<ul class="rows">
          ${listings.map(one => html`<li key=${one.id}><${Offered} listing=${one} again=${again} /></li>`)}
        </ul>`
    }
  </div>`;
}

/** One offer of his; its price changes in place. */
function Offered({listing, again}: {readonly listing: OwnListing; again(): void}): View {
  const {words} = useApp();
  const {id, point, offer, priceFen, termDays, state, version} = listing;
  const [price, setPrice] = useState('');
  const [isChanged, setChanged] = useState(false);
  const done = () => {
    setPrice('');
    setChanged(true);
    again();
  };
  const acting = useDoing((client, fen: number | undefined) => {
    const path = {id};
    if (fen === undefined) return told(client.DELETE('/v1/listings/{id}', {params: {path}}));
    const params = {path, header: {'if-match': `"${version}"`}};
    return told(client.PATCH('/v1/listings/{id}', {params, body: {priceFen: fen}}));
  }, done);
  const fen = fenOf(price);
  const submit = (event: Event) => {
    event.preventDefault();
    if (fen !== undefined) acting.run(fen);
  };
  const per = offer === 'lease' ? words.place.perTerm(termDays ?? 1) : words.place.perHour;
  return html`<div class="offered">
    <span class="what"><strong>${point}</strong></span>
    <span class="price"><b>${yuan(priceFen)}</b> ${per}</span>
    <${Badge} tone=${state === 'live' ? 'good' : 'calm'}
      text=${state === 'live' ? words.lend.live : words.lend.withdrawn} />
    ${
      state === 'live' &&
      html`<form class="inline" onSubmit=${submit}>
      <${Field} label=${words.lend.newPrice} name=${`price-${id}`} mode="decimal" value=${price}
        onInput=${setPrice} />
      <button type="submit" disabled=${acting.isBusy}>${words.lend.change}</button>
      <button type="button" class="quiet" disabled=${acting.isBusy}
        onClick=${() => acting.run(undefined)}>${words.lend.withdraw}</button>
    </form>`
    }
    <p role="status" class=${isChanged ? 'done' : 'silent'}>
      ${isChanged && state === 'live' && words.lend.changed}
    </p>
    <${Trouble} problem=${acting.problem} />
  </div>`;
}
