import {html} from 'htm/preact';
import {useState} from 'preact/hooks';
import {HOUR_MS} from '../../../protocols/base/units.js';
import {useApp} from '../app-context.js';
import {type Answer, type CloudClient, told} from '../ask.js';
import {useAsked} from '../asked.js';
import {yuan} from '../format.js';
import {Badge, Field, Loaded, Title, type View} from '../parts.js';
import {wallMs} from '../platform.js';
import {addressOf, type Route} from '../route.js';
import {instantOf, localText, nextStep} from '../site-time.js';

const USUAL_STAY_MS = 2 * HOUR_MS;

interface Bay {
  readonly bay: string;
  readonly guidance: string;
  readonly priceFen: number;
  readonly free: boolean;
  readonly live: {readonly occupancy: string; readonly stale: boolean} | null;
}
interface Offer {
  readonly id: string;
  readonly point: string;
  readonly priceFen: number;
  readonly termDays: number | null;
}
interface Lot {
  readonly id: string;
  readonly name: string;
  readonly zone: string;
  readonly bays: readonly Bay[];
}
interface Stretch {
  readonly fromMs: number;
  readonly untilMs: number;
}

/** A place: which bays are free for a time, and which are to lease. */
export function Place({
  at,
  query,
}: {
  readonly at: readonly string[];
  readonly query: Route['query'];
}): View {
  const {words} = useApp();
  const [site = ''] = at;
  const begin = nextStep(wallMs());
  const [stretch, setStretch] = useState<Stretch>({
    fromMs: Number(query.from ?? begin),
    untilMs: Number(query.until ?? begin + USUAL_STAY_MS),
  });
  const asked = useAsked(
    client => lotOf(client, site, stretch),
    [site, stretch.fromMs, stretch.untilMs],
  );
  type Shown = NonNullable<typeof asked.data>;
  return html`<section>
    <a class="back" href=${addressOf([])}>‹ ${words.places.title}</a>
    <${Loaded} asked=${asked}
      show=${({lot, offers}: Shown) => html`<div>
        <${Title}>${lot.name}<//>
        <${When} zone=${lot.zone} stretch=${stretch} onChange=${setStretch} />
        <${Bays} lot=${lot} stretch=${stretch} />
        ${offers.length > 0 && html`<${Offers} lot=${lot} offers=${offers} />`}
      </div>`} />
  </section>`;
}

async function lotOf(
  client: CloudClient,
  site: string,
  stretch: Stretch,
): Promise<Answer<{readonly lot: Lot; readonly offers: readonly Offer[]}>> {
  const lot = await told(
    client.GET('/v1/public/sites/{site}/bays', {params: {path: {site}, query: stretch}}),
  );
  if (!lot.ok) return lot;
  const query = {site, offer: 'lease', limit: 200} as const;
  const offers = await told(client.GET('/v1/public/listings', {params: {query}}));
  if (!offers.ok) return offers;
  return {ok: true, data: {lot: lot.data, offers: offers.data.listings}};
}

interface WhenProps {
  readonly zone: string;
  readonly stretch: Stretch;
  onChange(stretch: Stretch): void;
}

/** From when to when, as the clock on the wall of the place has it. */
function When({zone, stretch, onChange}: WhenProps): View {
  const {words} = useApp();
  const [from, setFrom] = useState(localText(stretch.fromMs, zone));
  const [until, setUntil] = useState(localText(stretch.untilMs, zone));
  const [isWrong, setWrong] = useState(false);
  const submit = (event: Event) => {
    event.preventDefault();
    const [fromMs, untilMs] = [instantOf(from, zone), instantOf(until, zone)];
    const isRight = fromMs !== undefined && untilMs !== undefined && fromMs < untilMs;
    setWrong(!isRight);
    if (isRight) onChange({fromMs, untilMs});
  };
  return html`<form class="when" onSubmit=${submit}>
    <h2>${words.place.when}</h2>
    <div class="pair">
      <${Field} label=${words.common.from} type="datetime-local" name="from" value=${from}
        onInput=${setFrom} />
      <${Field} label=${words.common.until} type="datetime-local" name="until" value=${until}
        error=${isWrong ? words.place.noTime : undefined} onInput=${setUntil} />
    </div>
    <p class="hint">${words.place.zone(zone)}</p>
    <button type="submit">${words.place.show}</button>
  </form>`;
}

function Bays({lot, stretch}: {readonly lot: Lot; readonly stretch: Stretch}): View {
  const {words} = useApp();
  const hourly = [...lot.bays].sort((left, right) => Number(right.free) - Number(left.free));
  if (hourly.length === 0) return html`<p class="empty">${words.place.noBays}</p>`;
  const times = {from: String(stretch.fromMs), until: String(stretch.untilMs), zone: lot.zone};
  return html`<div>
    <h2>${words.place.byHour}</h2>
    <ul class="rows">
      ${hourly.map(
        ({bay, guidance, priceFen, free, live}) => html`<li key=${bay} data-bay=${bay}>
          <span class="what"><strong>${bay}</strong>
            <span class="hint">${[guidance, noteOf(words, live)].filter(Boolean).join(' · ')}</span>
          </span>
          <span class="price"><b>${yuan(priceFen)}</b> ${words.place.perHour}</span>
          ${
            free
              ? html`<a class="button main" href=${addressOf(['book', lot.id, bay], times)}
                aria-label=${`${words.place.book} ${bay}`}>${words.place.book}</a>`
              : html`<${Badge} tone="calm" text=${words.place.taken} />`
          }
        </li>`,
      )}
    </ul>
  </div>`;
}

function Offers({lot, offers}: {readonly lot: Lot; readonly offers: readonly Offer[]}): View {
  const {words} = useApp();
  return html`<div>
    <h2>${words.place.forLease}</h2>
    <ul class="rows">
      ${offers.map(
        ({id, point, priceFen, termDays}) => html`<li key=${id} data-bay=${point}>
          <span class="what"><strong>${point}</strong></span>
          <span class="price"><b>${yuan(priceFen)}</b> ${words.place.perTerm(termDays ?? 1)}</span>
          <a class="button main" aria-label=${`${words.place.ask} ${point}`}
            href=${addressOf(['ask-lease', lot.id, point], {
              days: String(termDays ?? 1),
              price: String(priceFen),
              zone: lot.zone,
            })}>${words.place.ask}</a>
        </li>`,
      )}
    </ul>
  </div>`;
}

function noteOf({place}: ReturnType<typeof useApp>['words'], live: Bay['live']): string {
  if (live?.stale) return place.old;
  return live?.occupancy === 'occupied' ? place.occupied : '';
}
