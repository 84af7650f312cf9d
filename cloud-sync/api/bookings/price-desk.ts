import type {Clock, Entropy, Millis, UnixMillis} from '../../../protocols/base/clock.js';
import {DAY_MS, MINUTE_MS} from '../../../protocols/base/units.js';
import {
  chargeFen,
  type Price,
  percentAfter,
  rulesFor,
} from '../../../protocols/site/price-rules.js';
import {SiteZone} from '../../../protocols/site/zone.js';
import {Refusal} from '../http/refusals.js';
import {allSettled} from '../store/all-settled.js';
import type {CloudReader} from '../store/cloud-schema.js';
import type {SiteRow, SiteTable} from '../tenancy/site-table.js';
import type {CouponRow, CouponTable} from './coupon-table.js';
import type {PriceTable, QuoteRow} from './price-table.js';

/** A bay and a time that somebody wants. */
export interface BayWish {
  readonly site: string;
  readonly point: string;
  readonly fromMs: UnixMillis;
  readonly untilMs: UnixMillis;
  /** Member whom it is for; null: not known yet. */
  readonly holder: string | null;
  readonly coupon?: string | undefined;
}

export interface PricedWish {
  readonly price: Price;
  readonly amountFen: number;
  readonly lender: string | null;
}

/** Where bays are offered, for how much an hour. @see cloud-sync/api/places */
export interface Listings {
  listingFor(db: CloudReader, wish: SlotTimes): Promise<Offered | undefined>;
}

export interface SlotTimes {
  readonly site: string;
  readonly point: string;
  readonly fromWall: UnixMillis;
  readonly untilWall: UnixMillis;
  readonly offer?: 'hourly';
}

export interface Offered {
  readonly lender: string | null;
  readonly priceFen: number;
}

/** What any price at a lot depends on. */
export interface PriceGround {
  readonly place: SiteRow | undefined;
  readonly terms: Awaited<ReturnType<PriceTable['termsAt']>>;
}

/** What whoever asks for a price has found out already. */
export interface KnownOfWish {
  readonly ground: PriceGround;
  /** Of the holder. */
  readonly roles: readonly string[];
  /** Finds the listing, and takes the bay with it. @throws Refusal */
  readonly take: (slot: SlotTimes) => Promise<Offered>;
}

/** What members are. */
export interface MemberRoles {
  rolesOf(db: CloudReader, tenant: string, member: string): Promise<readonly string[]>;
}

export interface PriceDeskOptions {
  readonly clock: Clock;
  readonly entropy: Entropy;
  readonly sites: SiteTable;
  readonly listings: Listings;
  readonly members: MemberRoles;
  readonly prices: PriceTable;
  readonly coupons: CouponTable;
}

/** So long a quoted price is kept. */
const QUOTE_MS: Millis = 15 * MINUTE_MS;
/** Longest stay by the hour. */
const LONGEST_STAY_MS: Millis = 31 * DAY_MS;
const FARTHEST_AHEAD_MS: Millis = 366 * DAY_MS;
/** A booking that begins now was made a moment ago. */
const BEGUN_MS: Millis = 15 * MINUTE_MS;

/** Says what a stay costs, and keeps that price for a while. @see requirements P2, P30 */
export class PriceDesk {
  readonly #options: PriceDeskOptions;
  /** Making one is costly. */
  readonly #zones = new Map<string, SiteZone>();

  constructor(options: PriceDeskOptions) {
    this.#options = options;
  }

  /** Both are asked at once: within a transaction neither waits for the answer of the other. */
  async ground(db: CloudReader, tenant: string, site: string): Promise<PriceGround> {
    const {sites, prices} = this.#options;
    const [place, terms] = await allSettled([
      sites.get(db, tenant, site),
      prices.termsAt(db, tenant, site),
    ]);
    return {place, terms};
  }

  /** @throws Refusal `not_found`, `invalid`, `outside_window`, `coupon_refused` */
  async price(
    db: CloudReader,
    tenant: string,
    wish: BayWish,
    known?: KnownOfWish,
  ): Promise<PricedWish> {
    const {listings, members} = this.#options;
    this.#assertTime(wish);
    const {site, point, fromMs, untilMs, holder} = wish;
    const {place, terms} = known?.ground ?? (await this.ground(db, tenant, site));
    if (!place) throw new Refusal('not_found');
    const slot = {site, point, fromWall: fromMs, untilWall: untilMs, offer: 'hourly'} as const;
    const listing = await (known?.take(slot) ?? listings.listingFor(db, slot));
    if (!listing) throw new Refusal('outside_window');
    const {tariff, rules: allRules} = terms;
    const roles =
      known?.roles ?? (holder === null ? [] : await members.rolesOf(db, tenant, holder));
    const local = this.#zone(place.zone).localTime(fromMs);
    const start = {point, roles, atMs: fromMs, local};
    const rules = rulesFor(allRules, start);
    const coupon = wish.coupon === undefined ? undefined : await this.#coupon(db, tenant, wish);
    const price: Price = {
      ...{fenPerHour: listing.priceFen, terms: tariff.terms, tariffVer: tariff.ver},
      percent: percentAfter(rules),
      rules: rules.map(({id, ver}) => ({id, ver})),
      coupon: coupon ? {id: coupon.id, terms: coupon.terms} : null,
    };
    const amountFen = chargeFen(price, {regularMs: untilMs - fromMs, overtimeMs: 0});
    return {price, amountFen, lender: listing.lender};
  }

  async quote(tx: CloudReader, tenant: string, wish: BayWish): Promise<QuoteRow> {
    const {clock, entropy, prices} = this.#options;
    const priced = await this.price(tx, tenant, wish);
    const {site, point, fromMs: fromWall, untilMs: untilWall, holder} = wish;
    const quote: QuoteRow = {
      ...{id: entropy.ulid(), tenant, site, point, holder, fromWall, untilWall, ...priced},
      ...{validUntilWall: clock.wallMs() + QUOTE_MS, order: null},
    };
    await prices.addQuote(tx, quote);
    return quote;
  }

  quoteOf(db: CloudReader, tenant: string, id: string): Promise<QuoteRow | undefined> {
    return this.#options.prices.quote(db, tenant, id);
  }

  /** A quote that still holds for `wish`. @throws Refusal `not_found`, `quote_over` */
  async quoted(db: CloudReader, tenant: string, id: string, wish: BayWish): Promise<QuoteRow> {
    const {clock, prices} = this.#options;
    const quote = await prices.quote(db, tenant, id);
    if (!quote) throw new Refusal('not_found');
    const isHis = quote.holder === null || quote.holder === wish.holder;
    const isSame =
      quote.site === wish.site &&
      quote.point === wish.point &&
      quote.fromWall === wish.fromMs &&
      quote.untilWall === wish.untilMs;
    if (!isHis || !isSame) throw new Refusal('quote_over', {detail: 'it is for something else'});
    if (quote.validUntilWall < clock.wallMs()) throw new Refusal('quote_over');
    return quote;
  }

  #assertTime({fromMs, untilMs}: BayWish): void {
    const now = this.#options.clock.wallMs();
    const isSound =
      fromMs < untilMs &&
      untilMs > now &&
      fromMs >= now - BEGUN_MS &&
      fromMs <= now + FARTHEST_AHEAD_MS &&
      untilMs - fromMs <= LONGEST_STAY_MS;
    if (isSound) return;
    const errors = [{pointer: '#/fromMs', detail: 'from now on, before untilMs, at most 31 days'}];
    throw new Refusal('invalid', {errors});
  }

  async #coupon(db: CloudReader, tenant: string, wish: BayWish): Promise<CouponRow> {
    const {clock, coupons} = this.#options;
    const now = clock.wallMs();
    const coupon = await coupons.byCode(db, tenant, wish.coupon ?? '');
    const isGood =
      coupon?.state === 'active' &&
      coupon.fromWall <= now &&
      now < coupon.untilWall &&
      coupon.uses < coupon.maxUses &&
      (coupon.site === null || coupon.site === wish.site);
    if (!coupon || !isGood) throw new Refusal('coupon_refused');
    return coupon;
  }

  #zone(name: string): SiteZone {
    const held = this.#zones.get(name);
    if (held) return held;
    const zone = new SiteZone(name);
    this.#zones.set(name, zone);
    return zone;
  }
}
