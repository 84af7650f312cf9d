import type {CloudReader} from '../store/cloud-schema.js';

export const SITE_KINDS = ['public', 'residential', 'bath', 'stay', 'station'] as const;
export type SiteKind = (typeof SITE_KINDS)[number];
export const POINT_KINDS = ['bay', 'stall', 'room', 'door', 'barrier', 'vehicle'] as const;
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
  readonly ver: number;
}

const SITE = [
  ...['id', 'tenant', 'name', 'kind', 'zone', 'address', 'lat_e7 as latE7', 'lng_e7 as lngE7'],
  ...['state', 'ver', 'created_wall as createdWall'],
] as const;
const POINT = [
  ...['site', 'id', 'kind', 'parent', 'gw as gateway', 'guidance', 'capacity'],
  ...['sale_state as saleState', 'owner', 'ver'],
] as const;

/** Sites of tenants, their points, and the gateways that serve them. */
export class SiteTable {
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
    const query = db.selectFrom('site').select(SITE).where('tenant', '=', tenant);
    return (await query.where('id', '=', id).executeTakeFirst()) as SiteRow | undefined;
  }

  async list(db: CloudReader, tenant: string): Promise<readonly SiteRow[]> {
    const query = db.selectFrom('site').select(SITE).where('tenant', '=', tenant);
    return (await query.orderBy('id').execute()) as unknown as readonly SiteRow[];
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

  async addPoint(db: CloudReader, tenant: string, point: Omit<PointRow, 'ver'>): Promise<boolean> {
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

  /** The point, which no other transaction changes or locks before the end of this one. */
  async lockPoint(db: CloudReader, site: string, id: string): Promise<PointRow | undefined> {
    const query = db.updateTable('point').set(({ref}) => ({capacity: ref('capacity')}));
    const locked = query.where('site', '=', site).where('id', '=', id).returning(POINT);
    return (await locked.executeTakeFirst()) as PointRow | undefined;
  }
}
