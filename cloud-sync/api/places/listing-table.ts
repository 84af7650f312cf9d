import type {Millis} from '../../../protocols/base/clock.js';
import type {Openings} from '../../../protocols/site/openings.js';
import type {CloudReader, CloudTransaction} from '../store/cloud-schema.js';
import {FixedQuery} from '../store/fixed-query.js';
import type {ListingColumns} from './places-schema.js';

export const OFFERS = ['hourly', 'lease'] as const;
export type Offer = (typeof OFFERS)[number];

export interface ListingRow {
  readonly id: string;
  readonly tenant: string;
  readonly site: string;
  readonly point: string;
  readonly offer: Offer;
  /** The member who lends it; null: the lot itself. */
  readonly lender: string | null;
  readonly ownershipRef: string;
  readonly openings: Openings;
  /** Of an hour, or of one term of a lease. */
  readonly priceFen: number;
  readonly minStayMs: Millis | null;
  readonly maxStayMs: Millis | null;
  /** Of a lease; null for hours. */
  readonly termDays: number | null;
  readonly isPublic: boolean;
  readonly state: 'live' | 'withdrawn';
  readonly ver: number;
  readonly createdWall: number;
  readonly changedWall: number;
}

/** What a lender may change of it later. */
export type ListingChange = Partial<
  Pick<
    ListingRow,
    'openings' | 'priceFen' | 'minStayMs' | 'maxStayMs' | 'termDays' | 'isPublic' | 'state'
  >
>;

export interface ListingQuery {
  readonly tenant: string;
  readonly sites?: readonly string[] | undefined;
  readonly site?: string | undefined;
  readonly offer?: Offer | undefined;
  /** Only those of this lender, the withdrawn ones too. */
  readonly lender?: string | undefined;
  /** Only those with a greater id. */
  readonly after: string;
  readonly limit: number;
}

/** A point in a time, for an order. */
type Wanted = Readonly<Record<'site' | 'point' | 'orderId', string>> &
  Readonly<Record<'fromWall' | 'untilWall', number>>;

const COLUMNS = [
  ...['id', 'tenant', 'site', 'point', 'offer', 'lender', 'ownership_ref', 'openings'],
  ...['price_fen', 'min_ms', 'max_ms', 'term_days', 'public', 'state', 'ver'],
  ...['created_wall', 'changed_wall'],
] as const;

/** What lenders offer. A withdrawn listing stays, for orders that were made under it. */
export class ListingTable {
  readonly #live = new FixedQuery(
    (db, {site, point}: {readonly site: string; readonly point: string}) =>
      db
        .selectFrom('listing')
        .select(COLUMNS)
        .where('site', '=', site)
        .where('point', '=', point)
        .where('state', '=', 'live')
        .orderBy('id'),
  );
  readonly #liveFor = new FixedQuery((db, {site, point, fromWall, untilWall, orderId}: Wanted) =>
    db
      .selectFrom('listing')
      .select(COLUMNS)
      .select(({exists, selectFrom}) =>
        exists(
          selectFrom('bay_slot')
            .select('bay_slot.order_id')
            .where('bay_slot.site', '=', site)
            .where('bay_slot.point', '=', point)
            .where('from_wall', '<', untilWall)
            .where('until_wall', '>', fromWall)
            .where('order_id', '<>', orderId),
        ).as('taken'),
      )
      .where('listing.site', '=', site)
      .where('listing.point', '=', point)
      .where('state', '=', 'live')
      .orderBy('id'),
  );

  async add(tx: CloudTransaction, listing: Omit<ListingRow, 'ver' | 'state'>): Promise<void> {
    const {id, tenant, site, point, offer, lender, openings, priceFen, termDays} = listing;
    await tx
      .insertInto('listing')
      .values({
        ...{id, tenant, site, point, offer, lender, ownership_ref: listing.ownershipRef},
        ...{openings: JSON.stringify(openings), price_fen: priceFen, term_days: termDays},
        ...{min_ms: listing.minStayMs, max_ms: listing.maxStayMs},
        ...{public: listing.isPublic ? 1 : 0, state: 'live'},
        ...{created_wall: listing.createdWall, changed_wall: listing.changedWall},
      })
      .execute();
  }

  /** Nobody is offered the point any more, for whoever lent it has it no more; gives what was live. */
  async withdrawAt(
    tx: CloudTransaction,
    {site, id: point}: {readonly site: string; readonly id: string},
    wallMs: number,
  ): Promise<readonly ListingRow[]> {
    const live = await this.live(tx, site, point);
    for (const listing of live) await this.change(tx, listing, {state: 'withdrawn'}, wallMs);
    return live;
  }

  async get(db: CloudReader, tenant: string, id: string): Promise<ListingRow | undefined> {
    const query = db.selectFrom('listing').selectAll().where('tenant', '=', tenant);
    const row = await query.where('id', '=', id).executeTakeFirst();
    return row && rowOf(row);
  }

  /** What is offered of a point now. */
  async live(db: CloudReader, site: string, point: string): Promise<readonly ListingRow[]> {
    return (await this.#live.run(db, {site, point})).rows.map(rowOf);
  }

  /** The same, and whether another order has the point in a part of that time; false where nothing is
   *  offered. */
  async liveFor(
    db: CloudReader,
    {site, point, fromWall, untilWall, orderId}: Wanted,
  ): Promise<{readonly live: readonly ListingRow[]; readonly isTaken: boolean}> {
    const {rows} = await this.#liveFor.run(db, {site, point, fromWall, untilWall, orderId});
    return {live: rows.map(rowOf), isTaken: rows.some(({taken}) => Boolean(taken))};
  }

  /** Live ones of some sites that anybody may see. */
  async publicAt(db: CloudReader, sites: readonly string[]): Promise<readonly ListingRow[]> {
    if (sites.length === 0) return [];
    const query = db.selectFrom('listing').selectAll().where('site', 'in', sites);
    const live = query.where('state', '=', 'live').where('public', '=', 1);
    return (await live.orderBy('id').execute()).map(rowOf);
  }

  async publicPage(
    db: CloudReader,
    query: {
      readonly site: string;
      readonly offer?: Offer | undefined;
      readonly after: string;
      readonly limit: number;
    },
  ): Promise<readonly ListingRow[]> {
    const {site, offer, after, limit} = query;
    let rows = db.selectFrom('listing').selectAll().where('site', '=', site);
    rows = rows.where('state', '=', 'live').where('public', '=', 1).where('id', '>', after);
    if (offer !== undefined) rows = rows.where('offer', '=', offer);
    return (await rows.orderBy('id').limit(limit).execute()).map(rowOf);
  }

  async list(db: CloudReader, query: ListingQuery): Promise<readonly ListingRow[]> {
    const {tenant, sites, site, offer, lender, after, limit} = query;
    let rows = db.selectFrom('listing').selectAll().where('tenant', '=', tenant);
    rows = rows.where('id', '>', after);
    if (sites !== undefined) rows = rows.where('site', 'in', sites);
    if (site !== undefined) rows = rows.where('site', '=', site);
    if (offer !== undefined) rows = rows.where('offer', '=', offer);
    rows =
      lender === undefined ? rows.where('state', '=', 'live') : rows.where('lender', '=', lender);
    return (await rows.orderBy('id').limit(limit).execute()).map(rowOf);
  }

  /** False when it is not of this version any more. */
  async change(
    tx: CloudTransaction,
    {id, ver}: Pick<ListingRow, 'id' | 'ver'>,
    {openings, minStayMs, maxStayMs, ...change}: ListingChange,
    wallMs: number,
  ): Promise<boolean> {
    const {priceFen, termDays, isPublic, state} = change;
    const {numUpdatedRows} = await tx
      .updateTable('listing')
      .set(({eb}) => ({
        ...(openings && {openings: JSON.stringify(openings)}),
        ...(priceFen !== undefined && {price_fen: priceFen}),
        ...(minStayMs !== undefined && {min_ms: minStayMs}),
        ...(maxStayMs !== undefined && {max_ms: maxStayMs}),
        ...(termDays !== undefined && {term_days: termDays}),
        ...(isPublic !== undefined && {public: isPublic ? 1 : 0}),
        ...(state && {state}),
        ver: eb('ver', '+', 1),
        changed_wall: wallMs,
      }))
      .where('id', '=', id)
      .where('ver', '=', ver)
      .executeTakeFirstOrThrow();
    return numUpdatedRows > 0n;
  }
}

type Raw = Omit<ListingColumns, 'ver'> & {readonly ver: number};

function rowOf(raw: Raw): ListingRow {
  const {id, tenant, site, point, lender, ver} = raw;
  return {
    ...{id, tenant, site, point, lender, ver, ownershipRef: raw.ownership_ref},
    offer: raw.offer as Offer,
    openings: JSON.parse(raw.openings) as Openings,
    priceFen: raw.price_fen,
    minStayMs: raw.min_ms,
    maxStayMs: raw.max_ms,
    termDays: raw.term_days,
    isPublic: raw.public === 1,
    state: raw.state as ListingRow['state'],
    createdWall: raw.created_wall,
    changedWall: raw.changed_wall,
  };
}
