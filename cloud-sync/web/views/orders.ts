import {html} from 'htm/preact';
import {useApp, useSession} from '../app-context.js';
import {type Answer, type CloudClient, told} from '../ask.js';
import {useAsked} from '../asked.js';
import {span} from '../format.js';
import {Loaded, Title, type View} from '../parts.js';
import {addressOf} from '../route.js';
import {useSites} from '../sites.js';
import {BookingBadge, type BookingShown} from './booking.js';
import {LeaseBadge, type LeaseShown} from './lease.js';

interface Mine {
  readonly bookings: readonly BookingShown[];
  readonly leases: readonly LeaseShown[];
}

/** What somebody has booked, leased or lends, the newest first. */
export function Orders(): View {
  const {words} = useApp();
  const asked = useAsked(mine, [], 15_000);
  return html`<section>
    <${Title}>${words.orders.title}<//>
    <${Loaded} asked=${asked}
      isEmpty=${({bookings, leases}: Mine) => bookings.length + leases.length === 0}
      empty=${html`<p>${words.orders.none}</p>
        <a class="button main" href=${addressOf([])}>${words.orders.find}</a>`}
      show=${(held: Mine) => html`<${Lists} ...${held} />`} />
  </section>`;
}

async function mine(client: CloudClient): Promise<Answer<Mine>> {
  const query = {limit: 200};
  const booked = await told(
    client.GET('/v1/orders', {params: {query: {...query, type: 'booking'}}}),
  );
  if (!booked.ok) return booked;
  const leased = await told(client.GET('/v1/leases', {params: {query}}));
  if (!leased.ok) return leased;
  const [bookings, leases] = [booked.data.orders.toReversed(), leased.data.leases.toReversed()];
  return {ok: true, data: {bookings, leases}};
}

function Lists({bookings, leases}: Mine): View {
  const {words, state} = useApp();
  const {member} = useSession();
  const siteOf = useSites();
  const {language} = state;
  return html`<div class="columns">
    ${
      bookings.length > 0 &&
      html`<div><h2>${words.orders.bookings}</h2><ul class="cards">
      ${bookings.map(
        ({id, site, state: stands, booking}) => html`<li key=${id}>
          <a class="card" href=${addressOf(['booking', id])}>
            <strong>${booking?.point}</strong><${BookingBadge} state=${stands} />
            <span class="address">${siteOf(site).name}</span>
            <span class="counts">${booking && span(booking, siteOf(site).zone, language)}</span>
          </a>
        </li>`,
      )}
    </ul></div>`
    }
    ${
      leases.length > 0 &&
      html`<div><h2>${words.orders.leases}</h2><ul class="cards">
      ${leases.map(
        lease => html`<li key=${lease.id}>
          <a class="card" href=${addressOf(['lease', lease.id])}>
            <strong>${lease.point}</strong><${LeaseBadge} state=${lease.state} />
            <span class="address">${siteOf(lease.site).name} ·
              ${lease.tenant === member ? words.lease.tenant : words.lease.lender}</span>
            <span class="counts">${span(lease, siteOf(lease.site).zone, language)}</span>
          </a>
        </li>`,
      )}
    </ul></div>`
    }
  </div>`;
}
