import type {CloudReader, CloudTransaction} from '../store/cloud-schema.js';

/** A gateway with the site that it serves. */
export interface SiteGateway {
  readonly gateway: string;
  readonly tenant: string;
  readonly site: string;
}

/** Gateways that nothing is heard of. */
export class SilentTable {
  /** Those that serve a site and were ever heard of. */
  known(db: CloudReader): Promise<readonly SiteGateway[]> {
    return db
      .selectFrom('site_gateway')
      .innerJoin('gateway', 'gateway.gw', 'site_gateway.gw')
      .select(['site_gateway.gw as gateway', 'site_gateway.tenant', 'site_gateway.site'])
      .where('gateway.seen_wall', 'is not', null)
      .orderBy('site_gateway.gw')
      .execute();
  }

  async silent(db: CloudReader): Promise<ReadonlySet<string>> {
    const rows = await db.selectFrom('silent_gateway').select('gw').execute();
    return new Set(rows.map(({gw}) => gw));
  }

  /** False when it was noticed before. */
  async add(
    tx: CloudTransaction,
    gw: string,
    {sinceWall, wall}: {readonly sinceWall: number; readonly wall: number},
  ): Promise<boolean> {
    const {numInsertedOrUpdatedRows} = await tx
      .insertInto('silent_gateway')
      .values({gw, since_wall: sinceWall, noticed_wall: wall})
      .onConflict(clash => clash.doNothing())
      .executeTakeFirstOrThrow();
    return (numInsertedOrUpdatedRows ?? 0n) > 0n;
  }

  /** False when it was heard of before. */
  async remove(tx: CloudTransaction, gw: string): Promise<boolean> {
    const query = tx.deleteFrom('silent_gateway').where('gw', '=', gw);
    return (await query.executeTakeFirstOrThrow()).numDeletedRows > 0n;
  }
}
