import {DAY_MS} from '../../../protocols/base/units.js';
import type {MemberTable} from '../accounts/member-table.js';
import type {AreaBase} from '../area-base.js';
import type {Api} from '../http/api.js';
import {LedgerTable} from '../ledger/ledger-table.js';
import type {Orders} from '../orders/orders.js';
import {AuditLog} from '../tenancy/audit-log.js';
import {
  type BayCalendar,
  BookingDesk,
  bookingWork,
  type Members,
  type PayBack,
} from './booking-desk.js';
import {bookingOrder} from './booking-order.js';
import {addBookingPayments, type OrderCharging} from './booking-payments.js';
import {addBookings} from './booking-routes.js';
import {CouponTable} from './coupon-table.js';
import {addOrders} from './order-routes.js';
import {PriceDesk} from './price-desk.js';
import {addPrices} from './price-routes.js';
import {PriceTable} from './price-table.js';

/** Orders that are paid by a provider; `Money` fits. */
interface BookingPaying {
  readonly orderPayments: PayBack & OrderCharging;
  /** After the commit of something that a provider is to be asked for. */
  onIntent(): void;
}

export interface BookingSeams {
  readonly orders: Orders;
  readonly calendar: BayCalendar;
  readonly members: Members;
  readonly paying: BookingPaying;
  /** The time of a booking is over and its car is still there; its transaction may still be undone. */
  readonly onBayKept: () => void;
}

export interface Bookings extends Pick<BookingSeams, 'members' | 'paying'> {
  readonly desk: BookingDesk;
  readonly pricing: PriceDesk;
  readonly prices: PriceTable;
  readonly coupons: CouponTable;
  /** Hourly. */
  chores(): Promise<void>;
}

/** Looked at when somebody quarrels about a price; a booking holds its own. */
const QUOTES_KEPT_MS = 30 * DAY_MS;

/** What anybody may ask of bookings, orders of all types, and prices. */
export function addBookingRoutes(
  api: Api,
  base: AreaBase,
  {desk, pricing, prices, coupons, members, paying}: Bookings,
  {orders, uses}: Pick<Orders, 'orders' | 'uses'>,
): void {
  const {clock, entropy, store, writer, sites, onGateways} = base;
  const audit = new AuditLog(clock, entropy);
  const entries = new LedgerTable();
  const shared = {store, writer, orders, entries, desk, pricing, onGateways};
  addBookings(api, shared);
  const onIntent = () => paying.onIntent();
  addBookingPayments(api, {...shared, members, charging: paying.orderPayments, onIntent});
  addOrders(api, {...shared, uses, audit});
  addPrices(api, {clock, entropy, store, writer, sites, prices, coupons, audit});
}

/** Members as bookings see them. */
export function bookingMembers(table: MemberTable): Members {
  return {
    rolesOf: async (db, tenant, member) => (await table.get(db, tenant, member))?.roles ?? [],
    assertActive: (tx, tenant, member) => table.assertActive(tx, tenant, member),
  };
}

/** Bookings of bays by the hour, and what they cost. */
export function assembleBookings(
  {clock, entropy, store, sites}: Pick<AreaBase, 'clock' | 'entropy' | 'store' | 'sites'>,
  {orders, calendar, members, paying, onBayKept}: BookingSeams,
): Bookings {
  const [prices, coupons] = [new PriceTable(), new CouponTable()];
  const pricing = new PriceDesk({
    ...{clock, entropy, sites, listings: calendar, members, prices, coupons},
  });
  const {frame} = orders;
  const desk = new BookingDesk({
    ...{clock, entropy, frame, calendar, members, pricing, prices, coupons},
  });
  const payments = paying.orderPayments;
  frame.register(bookingOrder, bookingWork({calendar, coupons, payments, onBayKept}));
  return {
    ...{desk, pricing, prices, coupons, members, paying},
    chores: () => store.read(db => prices.pruneQuotes(db, clock.wallMs() - QUOTES_KEPT_MS)),
  };
}
