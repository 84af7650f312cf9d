import type {AreaBase} from '../area-base.js';
import type {Orders} from '../orders/orders.js';
import {
  type BayCalendar,
  BookingDesk,
  bookingWork,
  type Members,
  type PayBack,
} from './booking-desk.js';
import {bookingOrder} from './booking-order.js';
import {CouponTable} from './coupon-table.js';
import {PriceDesk} from './price-desk.js';
import {PriceTable} from './price-table.js';

export interface BookingSeams {
  readonly orders: Orders;
  readonly calendar: BayCalendar;
  readonly members: Members;
  readonly payments: PayBack;
}

export interface Bookings {
  readonly desk: BookingDesk;
  readonly pricing: PriceDesk;
  readonly prices: PriceTable;
  readonly coupons: CouponTable;
}

/** Bookings of bays by the hour, and what they cost. */
export function assembleBookings(
  {clock, entropy, sites}: Pick<AreaBase, 'clock' | 'entropy' | 'sites'>,
  {orders, calendar, members, payments}: BookingSeams,
): Bookings {
  const [prices, coupons] = [new PriceTable(), new CouponTable()];
  const pricing = new PriceDesk({
    ...{clock, entropy, sites, listings: calendar, members, prices, coupons},
  });
  const {frame} = orders;
  const desk = new BookingDesk({
    ...{clock, entropy, frame, calendar, members, pricing, prices, coupons},
  });
  frame.register(bookingOrder, bookingWork({calendar, coupons, payments}));
  return {desk, pricing, prices, coupons};
}
