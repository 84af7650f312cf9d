import type {AreaBase} from '../area-base.js';
import type {BookingDesk} from '../bookings/booking-desk.js';
import type {Api} from '../http/api.js';
import type {Orders} from '../orders/orders.js';
import type {Places} from '../places/assemble-places.js';
import {AuditLog} from '../tenancy/audit-log.js';
import {RecallDesk} from './recall-desk.js';
import {addRecalls} from './recall-routes.js';
import {StayDesk} from './stay-desk.js';
import {addStays} from './stay-routes.js';
import {STRANGERS, StayTable} from './stay-table.js';
import {StayWatch} from './stay-watch.js';

export interface StaySeams {
  readonly orders: Pick<Orders, 'frame' | 'orders'>;
  readonly places: Pick<Places, 'calendar' | 'listingDesk'>;
}

export interface Stays {
  /** The time of an order is over and its car is still there. */
  onBayKept(): void;
  addRoutes(api: Api, bookings: Pick<BookingDesk, 'book'>): void;
  start(): void;
  stop(): Promise<void>;
}

/** What becomes of orders for a bay when it does not go as agreed. */
export function assembleStays(base: AreaBase, {orders, places}: StaySeams): Stays {
  const {clock, entropy, log, store, sites, writer, changes, onGateways, parts} = base;
  const {calendar, listingDesk: listings} = places;
  const stays = new StayTable();
  const audit = new AuditLog(clock, entropy);
  const desk = new StayDesk({
    ...{clock, entropy, sites, calendar, stays, changes},
    ...{frame: orders.frame, orders: orders.orders},
  });
  const watch = new StayWatch({clock, log, store, stays, desk, onGateways});
  parts.view.onAlarms(kinds => {
    if (STRANGERS.some(kind => kinds.has(kind))) watch.wake();
  });
  const shared = {clock, store, writer, orders: orders.orders, stays, desk, audit, onGateways};
  return {
    onBayKept: () => watch.wake(),
    addRoutes: (api, bookings) => {
      addStays(api, shared);
      const recalls = new RecallDesk({clock, sites, listings, bookings, stays, desk, audit});
      addRecalls(api, {...shared, recalls});
    },
    start: () => watch.start(),
    stop: () => watch.stop(),
  };
}
