import type {UnixMillis} from '../../../protocols/base/clock.js';
import {MAX_NOTICES, type Notice} from '../../../protocols/site/notice.js';
import type {CloudReader, CloudTransaction} from '../store/cloud-schema.js';

export interface NoticeRow extends Notice {
  readonly tenant: string;
  readonly sites: readonly string[];
  readonly createdMs: UnixMillis;
  readonly withdrawnMs: UnixMillis | null;
}

export interface NoticeQuery {
  readonly tenant: string;
  readonly site?: string | undefined;
  /** The only sites that the caller may see; undefined: all. */
  readonly sites?: readonly string[] | undefined;
  /** Only those with a smaller id. */
  readonly before: string;
  readonly limit: number;
}

const NOTICE = ['id', 'text', 'from_wall as fromMs', 'until_wall as untilMs'] as const;

/** What operators tell everybody at their lots. */
export class NoticeTable {
  async add(tx: CloudTransaction, {sites, ...notice}: NoticeRow): Promise<void> {
    const {id, tenant, text, fromMs: from_wall, untilMs: until_wall} = notice;
    const same = {id, tenant, text, from_wall, until_wall, created_wall: notice.createdMs};
    const rows = sites.map(site => ({...same, site, withdrawn_wall: null}));
    await tx.insertInto('notice').values(rows).execute();
  }

  /** False when it was withdrawn before. */
  async withdraw(tx: CloudTransaction, id: string, wallMs: number): Promise<boolean> {
    const query = tx.updateTable('notice').set({withdrawn_wall: wallMs}).where('id', '=', id);
    const {numUpdatedRows} = await query
      .where('withdrawn_wall', 'is', null)
      .executeTakeFirstOrThrow();
    return numUpdatedRows > 0n;
  }

  async get(db: CloudReader, tenant: string, id: string): Promise<NoticeRow | undefined> {
    const query = db.selectFrom('notice').selectAll().where('tenant', '=', tenant);
    const rows = await query.where('id', '=', id).orderBy('site').execute();
    return gathered(rows)[0];
  }

  /** The newest first. */
  async list(db: CloudReader, wanted: NoticeQuery): Promise<readonly NoticeRow[]> {
    const {tenant, site, sites, before, limit} = wanted;
    let ids = db.selectFrom('notice').select('id').distinct().where('tenant', '=', tenant);
    ids = ids.where('id', '<', before);
    if (site !== undefined) ids = ids.where('site', '=', site);
    if (sites !== undefined) ids = ids.where('site', 'in', [...sites]);
    const page = (await ids.orderBy('id', 'desc').limit(limit).execute()).map(({id}) => id);
    if (page.length === 0) return [];
    const query = db.selectFrom('notice').selectAll().where('id', 'in', page);
    return gathered(await query.orderBy('id', 'desc').orderBy('site').execute());
  }

  /** Those of a site that are not over, the newest first; as many as are shown at once. */
  async liveAt(db: CloudReader, site: string, wallMs: number): Promise<readonly Notice[]> {
    const query = db.selectFrom('notice').select(NOTICE).where('site', '=', site);
    const rows = await query
      .where('until_wall', '>', wallMs)
      .where('withdrawn_wall', 'is', null)
      .orderBy('id', 'desc')
      .limit(MAX_NOTICES)
      .execute();
    return rows as unknown as readonly Notice[];
  }

  /** The same, by a gateway of the site. */
  async liveFor(db: CloudReader, gateway: string, wallMs: number): Promise<readonly Notice[]> {
    const query = db.selectFrom('site_gateway').select('site').where('gw', '=', gateway);
    const served = await query.executeTakeFirst();
    return served ? this.liveAt(db, served.site, wallMs) : [];
  }
}

interface Row {
  readonly id: string;
  readonly site: string;
  readonly tenant: string;
  readonly text: string;
  readonly from_wall: number;
  readonly until_wall: number;
  readonly created_wall: number;
  readonly withdrawn_wall: number | null;
}

/** Rows of one notice stand side by side. */
function gathered(rows: readonly Row[]): readonly NoticeRow[] {
  const found = new Map<string, NoticeRow>();
  for (const {id, site, tenant, text, ...walls} of rows) {
    const sites = [...(found.get(id)?.sites ?? []), site];
    found.set(id, {
      ...{id, tenant, text, sites},
      ...{fromMs: walls.from_wall as UnixMillis, untilMs: walls.until_wall as UnixMillis},
      createdMs: walls.created_wall as UnixMillis,
      withdrawnMs: walls.withdrawn_wall as UnixMillis | null,
    });
  }
  return [...found.values()];
}
