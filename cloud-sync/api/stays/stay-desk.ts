import type {Clock, Entropy, UnixMillis} from '../../../protocols/base/clock.js';
import {EARLY_START_MS, MOVE_AHEAD_MS} from '../../../protocols/site/stay-rules.js';
import {Refusal} from '../http/refusals.js';
import type {MoveReason, StayOrderInput} from '../orders/open-stay.js';
import type {FeedResult, OrderFrame} from '../orders/order-frame.js';
import type {OrderRow, OrderTable} from '../orders/order-table.js';
import type {Calendar} from '../places/calendar.js';
import type {CloudReader, CloudTransaction} from '../store/cloud-schema.js';
import type {ChangeFeed} from '../tenancy/change-feed.js';
import type {SiteTable} from '../tenancy/site-table.js';
import {equalPoints} from './nearest.js';
import {type StayOrder, stayOrderOf} from './stay-order.js';
import type {EndedStay, StayTable, TakenBay} from './stay-table.js';

export interface StayDeskOptions {
  readonly clock: Clock;
  readonly entropy: Entropy;
  readonly frame: OrderFrame;
  readonly orders: OrderTable;
  readonly sites: SiteTable;
  readonly calendar: Calendar;
  readonly stays: StayTable;
  readonly changes: ChangeFeed;
}

/** Gateways to push after the commit. */
export interface StayActed {
  readonly gateways: readonly string[];
}

/** What an early beginning would be, or why there is none. */
export interface EarlyOffer {
  readonly fromMs: UnixMillis;
  readonly amountFen: number;
  /** `OCCUPIED`: somebody stands there; `TAKEN`: another order has it, or nobody offers it then. */
  readonly why: 'WRONG_TIME' | 'OCCUPIED' | 'TAKEN' | null;
}

/** Of a site where somebody needs a bay. */
export interface NearWish {
  readonly site: string;
  readonly point: string;
  readonly orderId: string;
  readonly fromWall: number;
  readonly untilWall: number;
  readonly offer: 'hourly' | 'lease';
  /** Whose bays will not do for a lease: nobody leases from himself. */
  readonly notOf: string;
  /** Only bays of this lender; left out: of any. */
  readonly lender?: string | null | undefined;
}

/**
 * What becomes of orders that keep a bay when something does not go as agreed: an end of which nobody told, a
 * bay that is not free, a lender who wants it back, a tenant who is early. Locks are taken in the order of
 * the frame: the order, places, accounts, gateways. @see requirements Q14, E25, E28-E30, E34, E36
 */
export class StayDesk {
  readonly #options: StayDeskOptions;

  constructor(options: StayDeskOptions) {
    this.#options = options;
  }

  /** A stay has ended without a word: its order hears of it once, and of no later word of it. */
  async endStay(tx: CloudTransaction, stay: EndedStay): Promise<StayActed> {
    const {clock, frame, orders, stays} = this.#options;
    const row = await orders.lock(tx, stay.order);
    if (!row || !(await stays.presume(tx, stay))) return {gateways: []};
    const endMs = Math.min(stay.endWall, clock.wallMs()) as UnixMillis;
    const {session, proof} = stay;
    const input: StayOrderInput = {kind: 'ended', session, endMs, proof};
    return gatewaysOf(await frame.feed(tx, row.id, input, `ended:${stay.gateway}:${session}`));
  }

  /** For good. @throws Refusal `order_state` */
  async settle(
    tx: CloudTransaction,
    id: string,
    said: {readonly endedMs: UnixMillis | undefined; readonly note: string},
  ): Promise<StayActed> {
    const acted = await this.#act(tx, id, {kind: 'settle', ...said});
    await this.#options.stays.presumeAll(tx, id);
    return acted;
  }

  /**
   * Who is due on a bay that is not free gets the nearest one that would do; is there none when his time has
   * come, his money goes back and a credit with it. Undefined: nothing is to be done, or not yet.
   */
  async relieve(
    tx: CloudTransaction,
    id: string,
    {point, why, order: by}: Pick<TakenBay, 'point' | 'why' | 'order'>,
  ): Promise<StayActed | undefined> {
    const {clock, orders} = this.#options;
    const now = clock.wallMs();
    const row = await orders.lock(tx, id);
    const order = row && stayOrderOf(row, now);
    const isHis = order?.point === point && order.open.length === 0;
    if (!order || !isHis || order.fromMs - now > MOVE_AHEAD_MS) return undefined;
    const near = await this.nearest(tx, {...this.#wishOf(order, now), ...ownLender(order)});
    const moved = near === undefined ? near : await this.#move(tx, order, {point: near, why});
    if (typeof moved !== 'object' && now < order.fromMs) return undefined;
    const helped =
      typeof moved === 'object' ? moved : await this.#feed(tx, id, {kind: 'displaced', why});
    if (helped.kind !== 'moved') return undefined;
    await this.#callGuard(tx, row, {point, why, by});
    return gatewaysOf(helped);
  }

  /** To the bay that staff name. @throws Refusal `bay_taken`, `outside_window`, `order_state` */
  async moveTo(tx: CloudTransaction, id: string, point: string): Promise<StayActed> {
    const order = await this.#stayOrder(tx, id);
    const moved = await this.#move(tx, order, {point, why: 'STAFF'});
    if (moved === 'BAY_TAKEN') throw new Refusal('bay_taken');
    if (moved === 'OUTSIDE_WINDOW') throw new Refusal('outside_window');
    if (moved === 'NOT_RESERVED') throw new Refusal('order_state', {detail: moved});
    return actedOf(moved);
  }

  /** What a beginning now would cost, and whether it can be had. @see requirements E36 */
  async earlyOffer(db: CloudReader, row: OrderRow): Promise<EarlyOffer> {
    const {clock, calendar, stays} = this.#options;
    const now = clock.wallMs();
    const order = stayOrderOf(row, now);
    if (!order) throw new Refusal('not_found');
    const offer = {fromMs: now, amountFen: order.earlyFen(now)};
    const isNear = now < order.fromMs && order.fromMs - now <= EARLY_START_MS;
    if (!isNear || !MAY_BEGIN.has(order.state)) return {...offer, why: 'WRONG_TIME'};
    if (!(await stays.vacant(db, order.site)).has(order.point)) return {...offer, why: 'OCCUPIED'};
    const isFree = await calendar.isFree(db, {...this.#wishOf(order, now), fromWall: now});
    return {...offer, why: isFree ? null : 'TAKEN'};
  }

  /** @throws Refusal `bay_taken`, `order_state`, `payment_failed` */
  async beginEarly(tx: CloudTransaction, id: string): Promise<StayActed> {
    const {orders, calendar} = this.#options;
    const row = await orders.lock(tx, id);
    if (!row) throw new Refusal('not_found');
    const {fromMs, why} = await this.earlyOffer(tx, row);
    if (why === 'WRONG_TIME') throw new Refusal('order_state', {detail: why});
    if (why !== null) throw new Refusal('bay_taken', {detail: why});
    const {untilMs} = await this.#stayOrder(tx, id);
    const kept = await calendar.move(tx, id, fromMs, untilMs);
    if (kept !== 'reserved') throw new Refusal('bay_taken', {detail: kept});
    return this.#act(tx, id, {kind: 'early'});
  }

  /** @throws Refusal `stay_running`, `too_late`, `order_state` */
  async recall(tx: CloudTransaction, id: string, note: string): Promise<StayActed> {
    const result = await this.#feed(tx, id, {kind: 'recalled', note});
    if (result.kind !== 'refused') return actedOf(result);
    if (result.why === 'STAY_RUNNING') throw new Refusal('stay_running');
    if (result.why === 'TOO_LATE') throw new Refusal('too_late');
    throw new Refusal('order_state', {detail: result.why});
  }

  /** False when nobody stays there under this order. */
  async tellLenderBack(tx: CloudTransaction, id: string): Promise<boolean> {
    return (await this.#feed(tx, id, {kind: 'lender_back'})).kind === 'moved';
  }

  /** The nearest bay that is free for all of it, in the calendar and on the spot. */
  async nearest(db: CloudReader, {notOf, lender, ...wish}: NearWish): Promise<string | undefined> {
    const {sites, calendar, stays} = this.#options;
    const points = await sites.points(db, wish.site);
    const own = points.find(({id}) => id === wish.point);
    if (!own) return undefined;
    const vacant = await stays.vacant(db, wish.site);
    for (const {id: point} of equalPoints(points, own)) {
      if (!vacant.has(point)) continue;
      const slot = {...wish, point};
      const listing = await calendar.listingFor(db, slot);
      const isOther = lender !== undefined && listing?.lender !== lender;
      const isOwn = wish.offer === 'lease' && listing?.lender === notOf;
      if (!listing || isOwn || isOther) continue;
      if (await calendar.isFree(db, slot)) return point;
    }
    return undefined;
  }

  async #move(
    tx: CloudTransaction,
    {id, fromMs, offer}: StayOrder,
    {point, why}: {readonly point: string; readonly why: MoveReason},
  ): Promise<FeedResult | 'BAY_TAKEN' | 'OUTSIDE_WINDOW' | 'NOT_RESERVED'> {
    const {clock, calendar} = this.#options;
    const fromWall = Math.max(fromMs, clock.wallMs());
    const listing = await calendar.movePoint(tx, id, {point, fromWall, offer});
    if (typeof listing === 'string') return listing;
    const moved = await this.#feed(tx, id, {kind: 'moved', point, lender: listing.lender, why});
    // His place is another one by now: all of it is undone.
    if (moved.kind !== 'moved') throw new Refusal('order_state', {detail: 'NOT_MOVED'});
    return moved;
  }

  /** Somebody should go and look: who is there is not put out by a machine. */
  #callGuard(
    tx: CloudTransaction,
    {tenant, site, id: next}: OrderRow,
    {point, why, by}: {readonly point: string; readonly why: string; readonly by: string | null},
  ): Promise<void> {
    const type = by === null ? 'bay.intruded' : 'bay.overstayed';
    const about = {subject: 'bay', subjectId: point, data: {why, by, next}};
    return this.#options.changes.note(tx, {tenant, site, type, ...about});
  }

  #wishOf(order: StayOrder, now: UnixMillis): NearWish {
    const {id: orderId, site, point, offer, fromMs, untilMs, holder: notOf} = order;
    const fromWall = Math.max(fromMs, now);
    return {orderId, site, point, offer, notOf, fromWall, untilWall: untilMs};
  }

  async #stayOrder(tx: CloudTransaction, id: string): Promise<StayOrder> {
    const {clock, orders} = this.#options;
    const row = await orders.lock(tx, id);
    const order = row && stayOrderOf(row, clock.wallMs());
    if (!order) throw new Refusal('not_found');
    return order;
  }

  async #act(tx: CloudTransaction, id: string, input: StayOrderInput): Promise<StayActed> {
    return actedOf(await this.#feed(tx, id, input));
  }

  #feed(tx: CloudTransaction, id: string, input: StayOrderInput): Promise<FeedResult> {
    const {entropy, frame} = this.#options;
    return frame.feed(tx, id, input, `${input.kind}:${entropy.ulid()}`);
  }
}

const MAY_BEGIN: ReadonlySet<string> = new Set(['paid', 'active']);

/** What was used of a bay was used of the one who lent it: he stays the lender. */
function ownLender({isUsed, lender}: StayOrder): Pick<NearWish, 'lender'> {
  return isUsed ? {lender} : {};
}

/** @throws Refusal when it does not fit where the order stands */
function actedOf(result: FeedResult): StayActed {
  if (result.kind === 'unknown') throw new Refusal('not_found');
  if (result.kind !== 'refused') return gatewaysOf(result);
  const code = result.why === 'LOW_BALANCE' ? 'payment_failed' : 'order_state';
  throw new Refusal(code, {detail: result.why});
}

function gatewaysOf(result: FeedResult): StayActed {
  return {gateways: result.kind === 'moved' ? result.gateways : []};
}
