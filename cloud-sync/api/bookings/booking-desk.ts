import type {Clock, Entropy} from '../../../protocols/base/clock.js';
import {UsageError} from '../../../protocols/base/errors.js';
import {Refusal} from '../http/refusals.js';
import type {OrderFrame, OrderWork} from '../orders/order-frame.js';
import type {OrderRow} from '../orders/order-table.js';
import type {Looked} from '../places/calendar.js';
import {allSettled} from '../store/all-settled.js';
import type {CloudTransaction} from '../store/cloud-schema.js';
import type {SiteRow} from '../tenancy/site-table.js';
import type {BookingData, BookingInput} from './booking-data.js';
import {BOOKING, paidEffects, unpaidEffects} from './booking-order.js';
import type {CouponTable} from './coupon-table.js';
import type {
  BayWish,
  Listings,
  MemberRoles,
  Offered,
  PriceDesk,
  PricedWish,
  PriceGround,
  SlotTimes,
} from './price-desk.js';
import type {PriceTable} from './price-table.js';

/** Who has which bay when. @see cloud-sync/api/places */
export interface BayCalendar extends Listings {
  /** The bay, locked, and what is offered there. */
  look(
    tx: CloudTransaction,
    tenant: string,
    wish: SlotTimes & {readonly orderId: string},
  ): Promise<Looked>;
  take(
    tx: CloudTransaction,
    wish: SlotTimes & {readonly orderId: string},
    looked: Looked & {readonly place: SiteRow | undefined},
  ): Promise<Offered | 'BAY_TAKEN' | 'OUTSIDE_WINDOW'>;
  free(tx: CloudTransaction, orderId: string): Promise<void>;
}

export interface Members extends MemberRoles {
  /** @throws Refusal when he may do nothing now */
  assertActive(
    tx: CloudTransaction,
    tenant: string,
    member: string,
  ): Promise<{readonly roles: readonly string[]}>;
}

/** Gives back through the provider what came too late or twice, or is not for us. */
export interface PayBack {
  payBack(
    tx: CloudTransaction,
    tenant: string,
    payment: string,
    back: {readonly order: string; readonly amountFen: number; readonly why: string},
  ): Promise<void>;
}

export interface BookingDeskOptions {
  readonly clock: Clock;
  readonly entropy: Entropy;
  readonly frame: OrderFrame;
  readonly calendar: BayCalendar;
  readonly members: Members;
  readonly pricing: PriceDesk;
  readonly prices: PriceTable;
  readonly coupons: CouponTable;
}

export interface BookWish extends BayWish {
  readonly holder: string;
  readonly plate: string;
  readonly entries: 'one' | 'multi';
  readonly quote?: string | undefined;
  /** `balance`: at once, from what the member has; `later`: within 15 minutes. */
  readonly pay: 'balance' | 'later';
}

/** What a booking depends on, once its member and its bay are locked. */
export interface BookGround {
  /** Of the order to come. */
  readonly id: string;
  readonly roles: readonly string[];
  readonly ground: PriceGround;
  readonly looked: Looked;
}

export interface Acted {
  readonly id: string;
  /** The order as it is now; left out: it is to be read. */
  readonly row?: OrderRow;
  readonly gateways: readonly string[];
}

/** Books bays. Of two wishes for one bay at one instant one is granted. @see requirements P2 */
export class BookingDesk {
  readonly #options: BookingDeskOptions;

  constructor(options: BookingDeskOptions) {
    this.#options = options;
  }

  /** Writes nothing yet. @throws Refusal when the member may do nothing now */
  async ask(tx: CloudTransaction, tenant: string, wish: BookWish): Promise<BookGround> {
    const {calendar, entropy, members, pricing} = this.#options;
    const id = entropy.ulid();
    // The lock of the member goes out first; what follows does not wait for its answer.
    const [{roles}, ground, looked] = await allSettled([
      members.assertActive(tx, tenant, wish.holder),
      pricing.ground(tx, tenant, wish.site),
      calendar.look(tx, tenant, {...slotOf(wish), orderId: id}),
    ]);
    return {id, roles, ground, looked};
  }

  /** `asked`: what `ask` gave for the same wish.
   *  @throws Refusal `bay_taken`, `outside_window`, `payment_failed`, and what pricing refuses */
  async book(
    tx: CloudTransaction,
    tenant: string,
    wish: BookWish,
    asked?: BookGround,
  ): Promise<Acted> {
    const {clock, frame} = this.#options;
    const known = asked ?? (await this.ask(tx, tenant, wish));
    const {id} = known;
    const {price, amountFen, lender} = await this.#priced(tx, tenant, wish, known);
    const {site, point, holder, fromMs, untilMs, plate, entries, pay} = wish;
    await this.#takeCoupon(tx, {price, order: id, holder});
    const data: BookingData = {
      ...{point, plate, fromMs, untilMs, entries, lender, price, amountFen},
      ...{earlyFen: 0, movedFrom: null, payment: null, open: [], counted: []},
      ...{stays: 0, usedMs: 0, overtimeMs: 0},
      ...{charges: [], owedFen: 0, refundedFen: 0, note: null},
    };
    const isPaid = pay === 'balance';
    const begun = await frame.begin(tx, {
      ...{id, tenant, site, holder, type: BOOKING, data, isHolderActive: true},
      state: isPaid ? 'paid' : 'reserved',
      effects: isPaid ? paidEffects({id, holder, data}) : unpaidEffects(clock.wallMs()),
    });
    if (begun.kind === 'money_refused') throw new Refusal('payment_failed', {detail: begun.why});
    return begun;
  }

  /** @throws Refusal `order_state` when it does not fit where the order stands */
  async act(tx: CloudTransaction, id: string, input: BookingInput): Promise<Acted> {
    const {frame, entropy} = this.#options;
    const result = await frame.feed(tx, id, input, `${input.kind}:${entropy.ulid()}`);
    switch (result.kind) {
      case 'moved':
        return {id, gateways: result.gateways};
      case 'refused':
        throw new Refusal(result.why === 'LOW_BALANCE' ? 'payment_failed' : 'order_state', {
          detail: result.why,
        });
      default:
        throw new Refusal('not_found');
    }
  }

  /** Its price; the bay is taken with it. */
  async #priced(
    tx: CloudTransaction,
    tenant: string,
    wish: BookWish,
    {id, looked, ...known}: BookGround,
  ): Promise<PricedWish> {
    const {pricing, prices} = this.#options;
    const {place} = known.ground;
    const take = (slot: SlotTimes) => this.#take(tx, {...slot, orderId: id}, {...looked, place});
    if (wish.quote === undefined) return pricing.price(tx, tenant, wish, {...known, take});
    const quote = await pricing.quoted(tx, tenant, wish.quote, wish);
    if (!(await prices.takeQuote(tx, quote.id, id))) throw new Refusal('quote_over');
    await take(slotOf(wish));
    return quote;
  }

  async #take(
    tx: CloudTransaction,
    slot: SlotTimes & {readonly orderId: string},
    looked: Looked & {readonly place: SiteRow | undefined},
  ): Promise<Offered> {
    const taken = await this.#options.calendar.take(tx, slot, looked);
    if (taken === 'BAY_TAKEN') throw new Refusal('bay_taken');
    if (taken === 'OUTSIDE_WINDOW') throw new Refusal('outside_window');
    return taken;
  }

  async #takeCoupon(
    tx: CloudTransaction,
    {price, order, holder}: Pick<BookingData, 'price'> & {order: string; holder: string},
  ): Promise<void> {
    if (!price.coupon) return;
    const {coupons, clock} = this.#options;
    const use = {coupon: price.coupon.id, order, holder};
    if (await coupons.take(tx, use, clock.wallMs())) return;
    throw new Refusal('coupon_refused', {detail: 'none left, or used before'});
  }
}

function slotOf({site, point, fromMs: fromWall, untilMs: untilWall}: BookWish) {
  return {site, point, fromWall, untilWall, offer: 'hourly'} as const;
}

/** What the steps of bookings want of others. */
export function bookingWork({
  calendar,
  coupons,
  payments,
  onBayKept,
}: {
  readonly calendar: Pick<BayCalendar, 'free'>;
  readonly coupons: CouponTable;
  readonly payments: PayBack;
  readonly onBayKept: () => void;
}): OrderWork {
  return (tx, order, name, data) => {
    switch (name) {
      case 'free_place':
        return calendar.free(tx, order.id);
      case 'return_coupon':
        return coupons.giveBack(tx, order.id);
      case 'bay_kept':
        onBayKept();
        return Promise.resolve();
      case 'pay_back': {
        const {amountFen, why} = data;
        const back = {order: order.id, amountFen: Number(amountFen), why: String(why)};
        return payments.payBack(tx, order.tenant, String(data.payment), back);
      }
      default:
        throw new UsageError('order/work', `no booking can do ${name}`);
    }
  };
}
