import {isOpenThroughout} from '../../../protocols/site/openings.js';
import {SiteZone} from '../../../protocols/site/zone.js';
import {allSettled} from '../store/all-settled.js';
import type {CloudReader, CloudTransaction} from '../store/cloud-schema.js';
import {FixedQuery} from '../store/fixed-query.js';
import type {PointRow, SiteRow, SiteTable} from '../tenancy/site-table.js';
import type {ListingRow, ListingTable, Offer} from './listing-table.js';

export interface SlotWish {
  readonly site: string;
  readonly point: string;
  readonly orderId: string;
  readonly fromWall: number;
  readonly untilWall: number;
  /** Under which kind of offer; left out: any. */
  readonly offer?: Offer | undefined;
}

/** `OUTSIDE_WINDOW`: no listing offers all of that time, or for such a stay; or lot or point are closed. */
export type SlotAnswer = 'reserved' | 'BAY_TAKEN' | 'OUTSIDE_WINDOW';

/** A point that is locked, and what is offered there. */
export interface Looked {
  readonly point: PointRow | undefined;
  readonly offered: Awaited<ReturnType<ListingTable['liveFor']>>;
}

export interface Slot {
  readonly orderId: string;
  readonly point: string;
  readonly fromWall: number;
  readonly untilWall: number;
}

/** States of orders whose money is held for a bay. */
export const UNSETTLED = ['paid', 'running', 'active', 'overtime'] as const;

type SlotValues = {readonly [Name in keyof SlotRow]: SlotRow[Name]};

interface SlotRow extends Slot {
  readonly site: string;
}

const SLOT = [
  ...['order_id as orderId', 'site', 'point'],
  ...['from_wall as fromWall', 'until_wall as untilWall'],
] as const;

/**
 * Who has a bay in which time. Whoever wants one locks its row first, so that of two wishes at one instant
 * the second sees what the first took, on both databases and from any worker. @see requirements P2
 */
export class Calendar {
  readonly #sites: SiteTable;
  readonly #listings: ListingTable;
  /** Making one is costly. */
  readonly #zones = new Map<string, SiteZone>();
  readonly #add = new FixedQuery((db, slot: SlotValues) => {
    const {orderId: order_id, site, point, fromWall: from_wall, untilWall: until_wall} = slot;
    return db.insertInto('bay_slot').values({order_id, site, point, from_wall, until_wall});
  });
  readonly #other = new FixedQuery((db, slot: SlotValues) =>
    db
      .selectFrom('bay_slot')
      .select('order_id')
      .where('site', '=', slot.site)
      .where('point', '=', slot.point)
      .where('from_wall', '<', slot.untilWall)
      .where('until_wall', '>', slot.fromWall)
      .where('order_id', '<>', slot.orderId)
      .limit(1),
  );

  constructor(sites: SiteTable, listings: ListingTable) {
    this.#sites = sites;
    this.#listings = listings;
  }

  /** One slot for each order: asked again, it is moved. */
  async reserve(tx: CloudTransaction, wish: SlotWish): Promise<SlotAnswer> {
    const {site, point: id, orderId} = wish;
    const point = await this.#sites.lockPoint(tx, site, id);
    if (!point) return 'OUTSIDE_WINDOW';
    const held = await this.#slotOf(tx, orderId);
    if (held) {
      const isSame = held.site === site && held.point === id;
      return isSame ? this.#moveTo(tx, held, wish) : 'BAY_TAKEN';
    }
    const {fromWall, untilWall} = wish;
    const slot = {site, point: id, orderId, fromWall, untilWall};
    const offered = await this.#listings.liveFor(tx, slot);
    const taken = await this.#taken(tx, {point, offered}, wish);
    return typeof taken === 'string' ? taken : 'reserved';
  }

  /** Lock the point for an order that has no slot yet, and see what is offered. Writes nothing.
   *  `tenant`: whose the point has to be. */
  async look(tx: CloudTransaction, tenant: string, wish: SlotWish): Promise<Looked> {
    const {site, point: id, orderId, fromWall, untilWall} = wish;
    // The second question reaches the database behind the lock, and sees what was taken under it before.
    const [point, offered] = await allSettled([
      this.#sites.lockPointOf(tx, tenant, {site, id}),
      this.#listings.liveFor(tx, {site, point: id, orderId, fromWall, untilWall}),
    ]);
    return {point, offered};
  }

  /** What was looked at for the same wish; gives the listing that offers it. `place`: the site. */
  take(
    tx: CloudTransaction,
    wish: SlotWish,
    {point, offered, place}: Looked & {readonly place: SiteRow | undefined},
  ): Promise<ListingRow | Exclude<SlotAnswer, 'reserved'>> {
    if (!point) return Promise.resolve('OUTSIDE_WINDOW');
    return this.#taken(tx, {point, offered, place}, wish);
  }

  async free(tx: CloudTransaction, orderId: string): Promise<void> {
    await tx.deleteFrom('bay_slot').where('order_id', '=', orderId).execute();
  }

  /** A part of what an order holds already is never refused, whatever became of the listing. */
  async move(
    tx: CloudTransaction,
    orderId: string,
    fromWall: number,
    untilWall: number,
  ): Promise<SlotAnswer | 'NOT_RESERVED'> {
    const found = await this.#slotOf(tx, orderId);
    if (!found) return 'NOT_RESERVED';
    await this.#sites.lockPoint(tx, found.site, found.point);
    const held = await this.#slotOf(tx, orderId);
    if (!held) return 'NOT_RESERVED';
    return this.#moveTo(tx, held, {...held, fromWall, untilWall});
  }

  /** Another bay of the site for what is left of an order's time; gives the listing that offers it. */
  async movePoint(
    tx: CloudTransaction,
    orderId: string,
    {point, fromWall, offer}: Pick<SlotWish, 'point' | 'fromWall' | 'offer'>,
  ): Promise<ListingRow | Exclude<SlotAnswer, 'reserved'> | 'NOT_RESERVED'> {
    const found = await this.#slotOf(tx, orderId);
    if (!found) return 'NOT_RESERVED';
    const {site} = found;
    // In one order, so that of two who change places none waits for the other for ever.
    for (const id of [found.point, point].sort()) await this.#sites.lockPoint(tx, site, id);
    const held = await this.#slotOf(tx, orderId);
    if (held?.point !== found.point) return 'NOT_RESERVED';
    const wish = {site, point, orderId, fromWall, untilWall: held.untilWall, offer};
    const listing = await this.listingFor(tx, wish);
    if (!listing) return 'OUTSIDE_WINDOW';
    if (await this.#isTaken(tx, wish)) return 'BAY_TAKEN';
    const slot = {point, from_wall: fromWall};
    await tx.updateTable('bay_slot').set(slot).where('order_id', '=', orderId).execute();
    return listing;
  }

  /** Could somebody have all of this time? Nothing is locked: who then wants it asks again. */
  async isFree(db: CloudReader, wish: SlotWish): Promise<boolean> {
    return (await this.listingFor(db, wish)) !== undefined && !(await this.#isTaken(db, wish));
  }

  /** The listing that offers all of this time, for its price; undefined: none does. */
  async listingFor(
    db: CloudReader,
    wish: Omit<SlotWish, 'orderId'>,
  ): Promise<ListingRow | undefined> {
    const point = await this.#sites.point(db, wish.site, wish.point);
    return point && this.#listing(db, point, wish);
  }

  /** Slots of a site that touch a time, at most `limit`. */
  slots(
    db: CloudReader,
    sites: readonly string[],
    fromWall: number,
    untilWall: number,
  ): Promise<readonly (Slot & {readonly site: string})[]> {
    if (sites.length === 0) return Promise.resolve([]);
    return db
      .selectFrom('bay_slot')
      .select(SLOT)
      .where('site', 'in', sites)
      .where('from_wall', '<', untilWall)
      .where('until_wall', '>', fromWall)
      .execute();
  }

  /** What ended before that is nobody's any more, but for orders that still wait for their end. */
  async prune(db: CloudReader, beforeWallMs: number): Promise<void> {
    await db
      .deleteFrom('bay_slot')
      .where('until_wall', '<', beforeWallMs)
      .where(({not, exists, selectFrom}) =>
        not(
          exists(
            selectFrom('order_row')
              .select('id')
              .whereRef('order_row.id', '=', 'bay_slot.order_id')
              .where('state', 'in', UNSETTLED),
          ),
        ),
      )
      .execute();
  }

  zoneOf(name: string): SiteZone {
    const held = this.#zones.get(name);
    if (held) return held;
    const zone = new SiteZone(name);
    this.#zones.set(name, zone);
    return zone;
  }

  /** The point is locked. */
  async #taken(
    tx: CloudTransaction,
    {
      point,
      offered: {live, isTaken},
      place,
    }: {
      readonly point: PointRow;
      readonly offered: Awaited<ReturnType<ListingTable['liveFor']>>;
      readonly place?: SiteRow | undefined;
    },
    {site, point: id, orderId, fromWall, untilWall, offer}: SlotWish,
  ): Promise<ListingRow | Exclude<SlotAnswer, 'reserved'>> {
    const listing = await this.#fitting(
      tx,
      {point, live, place},
      {
        ...{site, point: id, fromWall, untilWall, offer},
      },
    );
    if (!listing) return 'OUTSIDE_WINDOW';
    if (isTaken) return 'BAY_TAKEN';
    await this.#add.send(tx, {site, point: id, orderId, fromWall, untilWall});
    return listing;
  }

  async #moveTo(tx: CloudTransaction, held: SlotRow, wish: SlotWish): Promise<SlotAnswer> {
    const {orderId, fromWall, untilWall} = wish;
    const isWithin = held.fromWall <= fromWall && untilWall <= held.untilWall;
    if (!isWithin) {
      const point = await this.#sites.point(tx, wish.site, wish.point);
      if (!point || !(await this.#listing(tx, point, wish))) return 'OUTSIDE_WINDOW';
      if (await this.#isTaken(tx, wish)) return 'BAY_TAKEN';
    }
    if (fromWall >= untilWall) return 'OUTSIDE_WINDOW';
    const times = {from_wall: fromWall, until_wall: untilWall};
    await tx.updateTable('bay_slot').set(times).where('order_id', '=', orderId).execute();
    return 'reserved';
  }

  async #listing(
    db: CloudReader,
    point: PointRow,
    wish: Omit<SlotWish, 'orderId'>,
  ): Promise<ListingRow | undefined> {
    const live = await this.#listings.live(db, point.site, point.id);
    return this.#fitting(db, {point, live}, wish);
  }

  /** The one of what is offered live that is for all of this time. `place`: the site, if it is known. */
  async #fitting(
    db: CloudReader,
    {
      point,
      live,
      place,
    }: {
      readonly point: PointRow;
      readonly live: readonly ListingRow[];
      readonly place?: SiteRow | undefined;
    },
    {fromWall, untilWall, offer}: Omit<SlotWish, 'orderId'>,
  ): Promise<ListingRow | undefined> {
    if (fromWall >= untilWall || point.saleState !== 'open') return undefined;
    const site = place ?? (await this.#sites.byId(db, point.site));
    if (site?.state !== 'active') return undefined;
    const zone = this.zoneOf(site.zone);
    return live.find(
      listing =>
        // Nobody earns by a bay that is another's by now.
        listing.lender === point.owner &&
        (offer === undefined || listing.offer === offer) &&
        fitsStay(listing, untilWall - fromWall) &&
        isOpenThroughout(listing.openings, {fromMs: fromWall, untilMs: untilWall}, zone),
    );
  }

  async #isTaken(tx: CloudReader, wish: SlotWish): Promise<boolean> {
    const {site, point, orderId, fromWall, untilWall} = wish;
    return (await this.#other.first(tx, {site, point, orderId, fromWall, untilWall})) !== undefined;
  }

  #slotOf(db: CloudReader, orderId: string): Promise<SlotRow | undefined> {
    return db
      .selectFrom('bay_slot')
      .select(SLOT)
      .where('order_id', '=', orderId)
      .executeTakeFirst();
  }
}

/** Stays have bounds by the hour alone; a lease has its term. */
export function fitsStay(
  {minStayMs, maxStayMs}: Pick<ListingRow, 'minStayMs' | 'maxStayMs'>,
  stayMs: number,
): boolean {
  return stayMs >= (minStayMs ?? 0) && stayMs <= (maxStayMs ?? Number.POSITIVE_INFINITY);
}
