import type {Clock, Entropy, UnixMillis} from '../../../protocols/base/clock.js';
import {DAY_MS, MINUTE_MS} from '../../../protocols/base/units.js';
import {type LeaseTerm, OFFER_LAPSES_MS} from '../../../protocols/site/lease-rules.js';
import {Refusal} from '../http/refusals.js';
import type {OrderFrame} from '../orders/order-frame.js';
import type {OrderRow, OrderTable} from '../orders/order-table.js';
import type {CloudReader, CloudTransaction} from '../store/cloud-schema.js';
import type {SiteTable} from '../tenancy/site-table.js';
import {agreementBody, bodyHash} from './agreement-body.js';
import type {AgreementRow, AgreementTable, AgreementText} from './agreement-table.js';
import {
  LEASE,
  type LeaseData,
  type LeaseInput,
  NOBODY_YET,
  proposedLease,
  readLease,
  type Side,
} from './lease-data.js';
import {proposalEffects} from './lease-order.js';

export interface LeaseListing {
  readonly lender: string | null;
  /** Of one term. */
  readonly priceFen: number;
  readonly termDays: number | null;
}

interface LeaseSlot {
  readonly site: string;
  readonly point: string;
  readonly fromWall: number;
  readonly untilWall: number;
  readonly offer: 'lease';
}

/** Who has which bay when, and what lenders offer. @see cloud-sync/api/places */
export interface LeaseCalendar {
  reserve(tx: CloudTransaction, wish: LeaseSlot & {orderId: string}): Promise<SlotAnswer>;
  move(
    tx: CloudTransaction,
    orderId: string,
    fromWall: number,
    untilWall: number,
  ): Promise<SlotAnswer | 'NOT_RESERVED'>;
  free(tx: CloudTransaction, orderId: string): Promise<void>;
  listingFor(db: CloudReader, wish: LeaseSlot): Promise<LeaseListing | undefined>;
}

type SlotAnswer = 'reserved' | 'BAY_TAKEN' | 'OUTSIDE_WINDOW';

export interface LeaseMembers {
  /** @throws Refusal when he may do nothing now */
  assertActive(tx: CloudTransaction, tenant: string, member: string): Promise<unknown>;
}

export interface LeaseDeskOptions {
  readonly clock: Clock;
  readonly entropy: Entropy;
  readonly frame: OrderFrame;
  readonly orders: OrderTable;
  readonly sites: SiteTable;
  readonly agreements: AgreementTable;
  readonly calendar: LeaseCalendar;
  readonly members: LeaseMembers;
}

export interface LeaseWish {
  readonly site: string;
  readonly point: string;
  readonly holder: string;
  readonly fromMs: UnixMillis;
  readonly untilMs: UnixMillis;
  /** Of the text; the newest when left out. */
  readonly textVer?: number | undefined;
}

export interface ConsentWish {
  readonly side: Side;
  readonly by: string;
  /** The member who says it; null: somebody of the house, for a bay of the lot. */
  readonly member: string | null;
  readonly sha256: string;
}

export interface LeaseActed {
  readonly lease: string;
  readonly gateways: readonly string[];
}

/** A lease may begin a little before it was asked for. */
const LATE_START_MS = 15 * MINUTE_MS;

/**
 * Leases of bays: asked for, agreed on, used, prolonged, ended. Locks are taken in the order of the frame:
 * the lease, its place, accounts, gateways. @see requirements Q3, Q11
 */
export class LeaseDesk {
  readonly #options: LeaseDeskOptions;

  constructor(options: LeaseDeskOptions) {
    this.#options = options;
  }

  /** Ask for a bay: it is kept until both have agreed or 15 minutes are over. Gives the agreement.
   *  @throws Refusal `bay_taken`, `outside_window`, `own_bay`, `no_agreement_text` */
  async propose(tx: CloudTransaction, tenant: string, wish: LeaseWish): Promise<AgreementRow> {
    const {clock, entropy, frame, calendar, members, agreements} = this.#options;
    const {site, point, holder, fromMs, untilMs} = wish;
    await members.assertActive(tx, tenant, holder);
    const [id, agreement] = [entropy.ulid(), entropy.ulid()];
    const now = clock.wallMs();
    if (fromMs < now - LATE_START_MS || untilMs <= now + OFFER_LAPSES_MS) {
      throw new Refusal('outside_window', {detail: 'in the past, or over before both may agree'});
    }
    const slot: LeaseSlot = {site, point, fromWall: fromMs, untilWall: untilMs, offer: 'lease'};
    assertReserved(await calendar.reserve(tx, {...slot, orderId: id}));
    const listing = await calendar.listingFor(tx, slot);
    if (!listing?.termDays) throw new Refusal('outside_window');
    const {lender, priceFen, termDays} = listing;
    if (lender === holder) throw new Refusal('own_bay');
    const term = {fromMs, untilMs, rate: {priceFen, termMs: termDays * DAY_MS}};
    const text = await this.#text(tx, tenant, wish.textVer);
    const {depositFen, lenderPercent, overtimePercent} = text;
    const row = await this.#agreement(
      tx,
      {id: agreement, tenant, order: id, site, holder, lender, point, term},
      text,
    );
    const data = proposedLease({
      ...{point, lender, fromMs, untilMs, rate: term.rate, depositFen, lenderPercent},
      ...{overtimePercent, agreement, sha256: row.sha256, lapsesMs: later(now, OFFER_LAPSES_MS)},
    });
    const order = {id, tenant, site, holder, type: LEASE, state: 'proposed', data};
    const begun = await frame.begin(tx, {...order, effects: proposalEffects(data)});
    if (begun.kind === 'money_refused') throw new Refusal('payment_failed', {detail: begun.why});
    await agreements.add(tx, row);
    return row;
  }

  /** Ask both for another term after the present one; the bay is kept for it meanwhile.
   *  @throws Refusal as `propose`, `order_state` when the lease is not under way */
  async renew(
    tx: CloudTransaction,
    lease: OrderRow,
    wish: {readonly untilMs?: UnixMillis | undefined; readonly textVer?: number | undefined},
  ): Promise<AgreementRow> {
    const {entropy, orders, calendar, agreements} = this.#options;
    const {id, tenant, site, holder} = lease;
    const {point, lender, fromMs: beganMs, untilMs: fromMs} = await dataOf(tx, orders, id);
    const slot = {site, point, fromWall: fromMs, offer: 'lease'} as const;
    const listing = await calendar.listingFor(tx, {...slot, untilWall: wish.untilMs ?? fromMs + 1});
    if (!listing?.termDays || listing.lender !== lender) throw new Refusal('outside_window');
    const rate = {priceFen: listing.priceFen, termMs: listing.termDays * DAY_MS};
    const untilMs = wish.untilMs ?? later(fromMs, rate.termMs);
    assertReserved(await calendar.move(tx, id, beganMs, untilMs));
    const text = await this.#text(tx, tenant, wish.textVer);
    const term = {fromMs, untilMs, rate};
    const agreement = entropy.ulid();
    const row = await this.#agreement(
      tx,
      {id: agreement, tenant, order: id, site, holder, lender, point, term},
      text,
    );
    await agreements.add(tx, row);
    await this.act(tx, id, {kind: 'renew', offer: {agreement, sha256: row.sha256, term}});
    return row;
  }

  /** One side says yes. @throws Refusal `order_state`, and for members who may do nothing now */
  async consent(
    tx: CloudTransaction,
    {id: agreement, tenant, order}: AgreementRow,
    {side, by, member, sha256}: ConsentWish,
  ): Promise<LeaseActed> {
    if (member !== null) await this.#options.members.assertActive(tx, tenant, member);
    return this.act(tx, order, {kind: 'consent', agreement, side, by, sha256});
  }

  /** On to a later end, under the price of the last term and what the lender offers.
   *  @throws Refusal `bay_taken`, `outside_window`, `payment_failed`, `order_state` */
  async extend(tx: CloudTransaction, id: string, untilMs: UnixMillis): Promise<LeaseActed> {
    const {orders, calendar} = this.#options;
    const {fromMs, untilMs: heldMs} = await dataOf(tx, orders, id);
    if (untilMs <= heldMs) throw new Refusal('order_state', {detail: 'WRONG_TIME'});
    assertReserved(await calendar.move(tx, id, fromMs, untilMs));
    return this.act(tx, id, {kind: 'extend', untilMs});
  }

  /** @throws Refusal `order_state` when it does not fit where the lease stands, `payment_failed` */
  async act(tx: CloudTransaction, id: string, input: LeaseInput): Promise<LeaseActed> {
    const {frame, entropy} = this.#options;
    const result = await frame.feed(tx, id, input, `${input.kind}:${entropy.ulid()}`);
    switch (result.kind) {
      case 'moved':
        return {lease: id, gateways: result.gateways};
      case 'refused': {
        const {why: detail} = result;
        throw new Refusal(detail === 'LOW_BALANCE' ? 'payment_failed' : 'order_state', {detail});
      }
      default:
        throw new Refusal('not_found');
    }
  }

  async #text(tx: CloudTransaction, tenant: string, ver?: number): Promise<AgreementText> {
    const text = await this.#options.agreements.text(tx, tenant, ver);
    if (!text) throw new Refusal('no_agreement_text');
    return text;
  }

  async #agreement(
    tx: CloudTransaction,
    made: Pick<AgreementRow, 'id' | 'tenant' | 'order' | 'site' | 'holder' | 'lender'> & {
      readonly point: string;
      readonly term: LeaseTerm;
    },
    {ver: textVer, text, depositFen, overtimePercent}: AgreementText,
  ): Promise<AgreementRow> {
    const {clock, sites} = this.#options;
    const {point, term, ...row} = made;
    const site = await sites.get(tx, made.tenant, made.site);
    if (!site) throw new Refusal('not_found');
    const {holder, lender} = made;
    const body = agreementBody(text, {
      ...{site: site.name, zone: site.zone, point, holder, lender, term},
      ...{depositFen, overtimePercent},
    });
    const stands = {state: 'proposed', consents: NOBODY_YET, proposedWall: clock.wallMs()} as const;
    return {...row, textVer, body, sha256: bodyHash(body), ...stands};
  }
}

/** The lease, which nobody else changes meanwhile. @throws Refusal `not_found` */
async function dataOf(tx: CloudTransaction, orders: OrderTable, id: string): Promise<LeaseData> {
  const row = await orders.lock(tx, id);
  if (row?.type !== LEASE) throw new Refusal('not_found');
  return readLease(JSON.parse(row.data));
}

/** @throws Refusal */
function assertReserved(answer: SlotAnswer | 'NOT_RESERVED'): void {
  if (answer === 'BAY_TAKEN') throw new Refusal('bay_taken');
  if (answer === 'OUTSIDE_WINDOW') throw new Refusal('outside_window');
  if (answer === 'NOT_RESERVED') throw new Refusal('order_state', {detail: answer});
}

function later(at: UnixMillis, byMs: number): UnixMillis {
  return (at + byMs) as UnixMillis;
}
