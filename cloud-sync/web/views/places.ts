import {html} from 'htm/preact';
import {useApp} from '../app-context.js';
import {told} from '../ask.js';
import {useAsked} from '../asked.js';
import {Loaded, Title, type View} from '../parts.js';
import {addressOf} from '../route.js';

/** All places of the house. @see requirements Q1 */
export function Places(): View {
  const {words, tenant} = useApp();
  const asked = useAsked(
    client => told(client.GET('/v1/public/sites', {params: {query: {tenant, limit: 200}}})),
    [tenant],
  );
  type Page = NonNullable<typeof asked.data>;
  return html`<section>
    <${Title}>${words.places.title}<//>
    <p class="intro">${words.places.intro}</p>
    <${Loaded} asked=${asked} isEmpty=${({sites}: Page) => sites.length === 0}
      empty=${words.places.none}
      show=${({sites}: Page) => html`<ul class="cards">
        ${sites.map(site => html`<li key=${site.id}><${PlaceCard} site=${site} /></li>`)}
      </ul>`} />
  </section>`;
}

interface CardProps {
  readonly site: {
    readonly id: string;
    readonly name: string;
    readonly kind: 'public' | 'residential' | 'bath' | 'stay' | 'station';
    readonly address: string;
    readonly bays: number;
    readonly stalls: number;
  };
}

function PlaceCard({site}: CardProps): View {
  const {words} = useApp();
  const {id, name, kind, address, bays, stalls} = site;
  const to = stalls > 0 && bays === 0 ? addressOf(['bath'], {site: id}) : addressOf(['place', id]);
  return html`<a class="card" href=${to}>
    <strong>${name}</strong>
    <span class="kind">${words.places.kinds[kind]}</span>
    ${address !== '' && html`<span class="address">${address}</span>`}
    <span class="counts">
      ${bays > 0 && html`<span>${words.places.bays(bays)}</span>`}
      ${stalls > 0 && html`<span>${words.places.stalls(stalls)}</span>`}
    </span>
  </a>`;
}
