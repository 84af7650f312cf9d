import type {UnixMillis} from '../../../protocols/base/clock.js';
import {leaseFen} from '../../../protocols/site/lease-rules.js';
import {LATE_GRACE_MS} from '../../../protocols/site/stay-rules.js';
import {earlyFenOf} from '../bookings/booking-amends.js';
import {readBooking} from '../bookings/booking-data.js';
import {BOOKING} from '../bookings/booking-order.js';
import {LEASE, readLease} from '../leases/lease-data.js';
import type {OpenStay} from '../orders/open-stay.js';
import type {OrderRow} from '../orders/order-table.js';

/** What orders of all types that keep a bay have in common. */
export interface StayOrder {
  readonly id: string;
  readonly site: string;
  readonly holder: string;
  readonly state: string;
  readonly offer: 'hourly' | 'lease';
  readonly point: string;
  readonly lender: string | null;
  readonly fromMs: UnixMillis;
  readonly untilMs: UnixMillis;
  readonly open: readonly OpenStay[];
  /** Its bay was used: who lent it is paid for that. */
  readonly isUsed: boolean;
  /** What a beginning at an earlier time costs more. */
  readonly earlyFen: (fromMs: UnixMillis) => number;
}

/** Undefined: it keeps no bay. */
export function stayOrderOf(row: OrderRow, nowMs: UnixMillis): StayOrder | undefined {
  const {id, site, holder, state, type} = row;
  const order = {id, site, holder, state};
  if (type === BOOKING) {
    const data = readBooking(JSON.parse(row.data));
    const {point, lender, fromMs, untilMs, open, stays} = data;
    const facts = {...order, point, lender, fromMs, untilMs, open};
    const earlyFen = (atMs: UnixMillis) => earlyFenOf({data}, atMs);
    return {...facts, offer: 'hourly', isUsed: stays > 0, earlyFen};
  }
  if (type !== LEASE) return undefined;
  const {point, lender, fromMs, untilMs, open, terms} = readLease(JSON.parse(row.data));
  const facts = {...order, point, lender, fromMs, untilMs, open};
  const [first] = terms;
  const earlyFen = (atMs: UnixMillis) =>
    first ? leaseFen(first.rate, Math.max(0, fromMs - atMs)) : 0;
  return {...facts, offer: 'lease', isUsed: nowMs > fromMs + LATE_GRACE_MS, earlyFen};
}
