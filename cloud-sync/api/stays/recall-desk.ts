import type {Clock, UnixMillis} from '../../../protocols/base/clock.js';
import {DAY_MS, HOUR_MS} from '../../../protocols/base/units.js';
import type {BookingDesk} from '../bookings/booking-desk.js';
import type {Caller} from '../http/caller.js';
import {maySee} from '../http/caller.js';
import {Refusal} from '../http/refusals.js';
import type {ListingDesk} from '../places/listing-desk.js';
import type {ListingRow} from '../places/listing-table.js';
import type {CloudTransaction} from '../store/cloud-schema.js';
import type {AuditLog} from '../tenancy/audit-log.js';
import type {SiteTable} from '../tenancy/site-table.js';
import type {StayDesk} from './stay-desk.js';
import type {StayTable} from './stay-table.js';

export interface RecallDeskOptions {
  readonly clock: Clock;
  readonly sites: SiteTable;
  readonly listings: ListingDesk;
  readonly bookings: Pick<BookingDesk, 'book'>;
  readonly stays: StayTable;
  readonly desk: StayDesk;
  readonly audit: AuditLog;
}

/** What becomes of what is booked and paid: the listing stays, it is honoured, or all of it is cancelled. */
export const BOOKINGS_AHEAD = ['refuse', 'keep', 'cancel'] as const;
export type BookingsAhead = (typeof BOOKINGS_AHEAD)[number];

export interface Waited {
  /** The order under which somebody stays there; undefined: nobody does. */
  readonly stay?: {readonly order: string; readonly untilMs: number};
  /** Booked for the lender on another bay, for him to pay within 15 minutes or to leave. */
  readonly offer?: string;
  readonly gateways: readonly string[];
}

/** A bay for whom it is offered is kept for so long at least, and at most. */
const SHORTEST_MS = HOUR_MS;
const LONGEST_MS = DAY_MS;

/** Lenders who want back what they have lent. @see requirements E29, E30 */
export class RecallDesk {
  readonly #options: RecallDeskOptions;

  constructor(options: RecallDeskOptions) {
    this.#options = options;
  }

  /** @throws Refusal `bookings_ahead`, `stay_running`, `too_late`, `not_owner`; nothing is changed then */
  async withdraw(
    tx: CloudTransaction,
    caller: Caller,
    {id, bookings, note}: {readonly id: string; bookings: BookingsAhead; note: string},
  ): Promise<{readonly row: ListingRow; readonly gateways: readonly string[]}> {
    const {clock, listings, stays, desk, audit} = this.#options;
    const held = await listings.own(tx, caller, id);
    if (held.state === 'withdrawn') return {row: held, gateways: []};
    const ahead = bookings === 'keep' ? [] : await stays.ordersAt(tx, held, clock.wallMs());
    if (bookings === 'refuse' && ahead.length > 0) {
      throw new Refusal('bookings_ahead', {detail: `${ahead.length} orders`});
    }
    const gateways = new Set<string>();
    for (const order of ahead) {
      const acted = await desk.recall(tx, order.id, note);
      for (const gateway of acted.gateways) gateways.add(gateway);
      const {tenant, id: actor} = caller;
      const what = {action: 'order.recall', subject: 'order', subjectId: order.id, reason: note};
      await audit.note(tx, {tenant, actor, ...what});
    }
    const row = await listings.change(tx, caller, held, {state: 'withdrawn'});
    return {row, gateways: [...gateways]};
  }

  /** He is back and somebody stays in his bay: who does is told, and he is offered another one.
   *  @throws Refusal `not_found`, `not_owner` */
  async comeBack(
    tx: CloudTransaction,
    caller: Caller,
    {site, point, plate}: {readonly site: string; readonly point: string; readonly plate: string},
  ): Promise<Waited> {
    const {clock, sites, stays, desk} = this.#options;
    const {tenant} = caller;
    const place = await sites.get(tx, tenant, site);
    const bay = place && maySee(caller, site) ? await sites.point(tx, site, point) : undefined;
    if (!bay) throw new Refusal('not_found');
    const owner = bay.owner;
    const isHis = owner !== null && owner === caller.member;
    if (owner === null || !(isHis || caller.scopes.has('listings:write'))) {
      throw new Refusal('not_owner');
    }
    const now = clock.wallMs();
    for (const {id: order, untilWall} of await stays.ordersAt(tx, {site, point}, now)) {
      if (!(await desk.tellLenderBack(tx, order))) continue;
      const lastsMs = Math.min(LONGEST_MS, Math.max(SHORTEST_MS, untilWall - now));
      const untilMs = (now + lastsMs) as UnixMillis;
      const offered = await this.#offer(tx, tenant, {site, point, plate, holder: owner, untilMs});
      return {stay: {order, untilMs: untilWall}, ...offered};
    }
    return {gateways: []};
  }

  async #offer(
    tx: CloudTransaction,
    tenant: string,
    wish: {
      readonly site: string;
      readonly point: string;
      readonly plate: string;
      readonly holder: string;
      readonly untilMs: UnixMillis;
    },
  ): Promise<Pick<Waited, 'offer' | 'gateways'>> {
    const {clock, desk, bookings} = this.#options;
    const {site, point, plate, holder, untilMs} = wish;
    const fromMs = clock.wallMs();
    const near = await desk.nearest(tx, {
      ...{site, point, orderId: '', fromWall: fromMs, untilWall: untilMs},
      ...{offer: 'hourly', notOf: holder},
    });
    if (near === undefined) return {gateways: []};
    const {id, gateways} = await bookings.book(tx, tenant, {
      ...{site, point: near, plate, holder, fromMs, untilMs},
      ...{entries: 'multi', pay: 'later'},
    });
    return {offer: id, gateways};
  }
}
