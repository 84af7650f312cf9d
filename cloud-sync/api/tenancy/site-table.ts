import type {CloudReader} from '../store/cloud-schema.js';
import {FixedQuery} from '../store/fixed-query.js';

export const SITE_KINDS = ['public', 'residential', 'bath', 'stay', 'station'] as const;
export type SiteKind = (typeof SITE_KINDS)[number];
export const POINT_KINDS = [
  ...['bay', 'stall', 'room', 'door', 'barrier', 'vehicle', 'relay'],
] as const;
export type PointKind = (typeof POINT_KINDS)[number];
export type SaleState = 'open' | 'withdrawn' | 'suspended';

export interface SiteRow {
  readonly id: string;
  readonly tenant: string;
  readonly name: string;
  readonly kind: SiteKind;
  readonly zone: string;
  readonly address: string;
  /** Degrees times 10^7. */
  readonly latE7: number | null;
  readonly lngE7: number | null;
  readonly state: 'active' | 'suspended';
  readonly ver: number;
  readonly createdWall: number;
}

export interface PointRow {
  readonly site: string;
  readonly id: string;
  readonly kind: PointKind;
  readonly parent: string | null;
  readonly gateway: string | null;
  readonly guidance: string;
  readonly capacity: number;
  readonly saleState: SaleState;
  readonly owner: string | null;
  /** Under which a signed QR token can name it, as the site file has it. */
  readonly number: number | null;
  readonly ver: number;
}

/** What may be changed of a site. */
export type SiteChange = Partial<
  Pick<SiteRow, 'name' | 'kind' | 'zone' | 'address' | 'latE7' | 'lngE7' | 'state'>
>;

/** What may be changed of a point. */
export type PointChange = Partial<
  Pick<PointRow, 'parent' | 'gateway' | 'guidance' | 'capacity' | 'saleState' | 'owner' | 'number'>
>;

/** A point may go without a number: then no token can name it. */
export type NewPoint = Omit<PointRow, 'ver' | 'number'> & Partial<Pick<PointRow, 'number'>>;

/** Nobody lends more on one screen. */
const MOST_OWNED = 200;
const SITE = [
  ...['id', 'tenant', 'name', 'kind', 'zone', 'address', 'lat_e7 as latE7', 'lng_e7 as lngE7'],
  ...['state', 'ver', 'created_wall as createdWall'],
] as const;
const POINT = [
  ...['site', 'id', 'kind', 'parent', 'gw as gateway', 'guidance', 'capacity'],
  ...['sale_state as saleState', 'owner', 'number', 'ver'],
] as const;

/** Sites of tenants, their points, and the gateways that serve them. */
export class SiteTable {
  readonly #get = new FixedQuery(
    (db, {tenant, id}: {readonly tenant: string; readonly id: string}) =>
      db.selectFrom('site').select(SITE).where('tenant', '=', tenant).where('id', '=', id),
  );
  readonly #lockPoint = new FixedQuery(
    (db, {site, id}: {readonly site: string; readonly id: string}) =>
      lockedPoint(db, site, id).returning(POINT),
  );
  readonly #lockPointOf = new FixedQuery(
    (db, at: {readonly tenant: string; readonly site: string; readonly id: string}) =>
      lockedPoint(db, at.site, at.id).where('tenant', '=', at.tenant).returning(POINT),
  );

  async add(db: CloudReader, site: Omit<SiteRow, 'ver' | 'state'>): Promise<boolean> {
    const {latE7: lat_e7, lngE7: lng_e7, createdWall: created_wall, ...same} = site;
    const {numInsertedOrUpdatedRows} = await db
      .insertInto('site')
      .values({...same, lat_e7, lng_e7, created_wall, state: 'active'})
      .onConflict(clash => clash.doNothing())
      .executeTakeFirstOrThrow();
    return (numInsertedOrUpdatedRows ?? 0n) > 0n;
  }

  async get(db: CloudReader, tenant: string, id: string): Promise<SiteRow | undefined> {
    return (await this.#get.first(db, {tenant, id})) as SiteRow | undefined;
  }

  /** Whosever it is: for what was checked before, and for what anybody may see. */
  async byId(db: CloudReader, id: string): Promise<SiteRow | undefined> {
    const query = db.selectFrom('site').select(SITE).where('id', '=', id);
    return (await query.executeTakeFirst()) as SiteRow | undefined;
  }

  /** Whosever they are: for what anybody may see. */
  async some(db: CloudReader, ids: readonly string[]): Promise<readonly SiteRow[]> {
    if (ids.length === 0) return [];
    const query = db.selectFrom('site').select(SITE).where('id', 'in', ids);
    return (await query.orderBy('id').execute()) as unknown as readonly SiteRow[];
  }

  /** False when it is not of this version any more. */
  async update(
    db: CloudReader,
    {id, ver}: Pick<SiteRow, 'id' | 'ver'>,
    change: SiteChange,
  ): Promise<boolean> {
    const {latE7: lat_e7, lngE7: lng_e7, ...same} = change;
    const {numUpdatedRows} = await db
      .updateTable('site')
      .set(({eb}) => ({
        ...same,
        ...(lat_e7 !== undefined && {lat_e7}),
        ...(lng_e7 !== undefined && {lng_e7}),
        ver: eb('ver', '+', 1),
      }))
      .where('id', '=', id)
      .where('ver', '=', ver)
      .executeTakeFirstOrThrow();
    return numUpdatedRows > 0n;
  }

  async list(db: CloudReader, tenant: string): Promise<readonly SiteRow[]> {
    const query = db.selectFrom('site').select(SITE).where('tenant', '=', tenant);
    return (await query.orderBy('id').execute()) as unknown as readonly SiteRow[];
  }

  /** `among`: only these. */
  async page(
    db: CloudReader,
    query: {
      readonly tenant: string;
      readonly among?: readonly string[] | undefined;
      readonly after: string;
      readonly limit: number;
    },
  ): Promise<readonly SiteRow[]> {
    const {tenant, among, after, limit} = query;
    let rows = db.selectFrom('site').select(SITE).where('tenant', '=', tenant);
    if (among) rows = rows.where('id', 'in', among);
    const found = await rows.where('id', '>', after).orderBy('id').limit(limit).execute();
    return found as unknown as readonly SiteRow[];
  }

  /** A gateway serves one site; false when it serves another one already. */
  async bindGateway(
    db: CloudReader,
    {tenant, site, gateway}: {tenant: string; site: string; gateway: string},
  ): Promise<boolean> {
    await db
      .insertInto('site_gateway')
      .values({gw: gateway, tenant, site})
      .onConflict(clash => clash.doNothing())
      .execute();
    const held = await this.siteOf(db, gateway);
    return held?.tenant === tenant && held.site === site;
  }

  siteOf(
    db: CloudReader,
    gateway: string,
  ): Promise<{readonly tenant: string; readonly site: string} | undefined> {
    const query = db.selectFrom('site_gateway').select(['tenant', 'site']);
    return query.where('gw', '=', gateway).executeTakeFirst();
  }

  async gateways(db: CloudReader, tenant: string, site: string): Promise<readonly string[]> {
    const query = db.selectFrom('site_gateway').select('gw').where('tenant', '=', tenant);
    const rows = await query.where('site', '=', site).orderBy('gw').execute();
    return rows.map(({gw}) => gw);
  }

  async addPoint(db: CloudReader, tenant: string, point: NewPoint): Promise<boolean> {
    const {gateway: gw, saleState: sale_state, ...same} = point;
    const {numInsertedOrUpdatedRows} = await db
      .insertInto('point')
      .values({...same, tenant, gw, sale_state})
      .onConflict(clash => clash.doNothing())
      .executeTakeFirstOrThrow();
    return (numInsertedOrUpdatedRows ?? 0n) > 0n;
  }

  async point(db: CloudReader, site: string, id: string): Promise<PointRow | undefined> {
    const query = db.selectFrom('point').select(POINT).where('site', '=', site);
    return (await query.where('id', '=', id).executeTakeFirst()) as PointRow | undefined;
  }

  async points(db: CloudReader, site: string): Promise<readonly PointRow[]> {
    const query = db.selectFrom('point').select(POINT).where('site', '=', site);
    return (await query.orderBy('id').execute()) as unknown as readonly PointRow[];
  }

  async pointPage(
    db: CloudReader,
    query: {readonly site: string; readonly after: string; readonly limit: number},
  ): Promise<readonly PointRow[]> {
    const {site, after, limit} = query;
    const rows = db.selectFrom('point').select(POINT).where('site', '=', site);
    const found = await rows.where('id', '>', after).orderBy('id').limit(limit).execute();
    return found as unknown as readonly PointRow[];
  }

  /** False when it is not of this version any more. */
  async updatePoint(
    db: CloudReader,
    {site, id, ver}: Pick<PointRow, 'site' | 'id' | 'ver'>,
    change: PointChange,
  ): Promise<boolean> {
    const {gateway: gw, saleState: sale_state, ...same} = change;
    const {numUpdatedRows} = await db
      .updateTable('point')
      .set(({eb}) => ({
        ...same,
        ...(gw !== undefined && {gw}),
        ...(sale_state !== undefined && {sale_state}),
        ver: eb('ver', '+', 1),
      }))
      .where('site', '=', site)
      .where('id', '=', id)
      .where('ver', '=', ver)
      .executeTakeFirstOrThrow();
    return numUpdatedRows > 0n;
  }

  /** Does anything at this tenant belong to the member? */
  async hasPoint(db: CloudReader, tenant: string, owner: string): Promise<boolean> {
    const query = db.selectFrom('point').select('id').where('tenant', '=', tenant);
    return (await query.where('owner', '=', owner).limit(1).executeTakeFirst()) !== undefined;
  }

  /** All that belongs to a member. */
  async pointsOf(db: CloudReader, tenant: string, owner: string): Promise<readonly PointRow[]> {
    const query = db.selectFrom('point').select(POINT).where('tenant', '=', tenant);
    const owned = query.where('owner', '=', owner).orderBy('site').orderBy('id');
    return (await owned.limit(MOST_OWNED).execute()) as unknown as readonly PointRow[];
  }

  /** Points of some sites, for what anybody may see. */
  async pointsAt(db: CloudReader, sites: readonly string[]): Promise<readonly PointRow[]> {
    if (sites.length === 0) return [];
    const query = db.selectFrom('point').select(POINT).where('site', 'in', sites);
    return (await query.orderBy('site').orderBy('id').execute()) as unknown as readonly PointRow[];
  }

  /**
   * Where the arm is that a right to this point moves: a vehicle stands in a bay, which is its parent.
   * Undefined: there is no such point, or the vehicle stands nowhere. @see requirements P34
   */
  async bayOf(db: CloudReader, site: string, id: string): Promise<PointRow | undefined> {
    const point = await this.point(db, site, id);
    if (point?.kind !== 'vehicle') return point;
    return point.parent === null ? undefined : this.point(db, site, point.parent);
  }

  /** The point, which no other transaction changes or locks before the end of this one. */
  async lockPoint(db: CloudReader, site: string, id: string): Promise<PointRow | undefined> {
    return (await this.#lockPoint.first(db, {site, id})) as PointRow | undefined;
  }

  /** The same, if it is the tenant's: nobody else's is locked. */
  async lockPointOf(
    db: CloudReader,
    tenant: string,
    {site, id}: {readonly site: string; readonly id: string},
  ): Promise<PointRow | undefined> {
    return (await this.#lockPointOf.first(db, {tenant, site, id})) as PointRow | undefined;
  }
}

function lockedPoint(db: CloudReader, site: string, id: string) {
  return db
    .updateTable('point')
    .set(({ref}) => ({capacity: ref('capacity')}))
    .where('site', '=', site)
    .where('id', '=', id);
}
