import type {CloudReader} from './cloud-schema.js';

export interface FaultRow {
  readonly kind: string;
  readonly raisedWall: number;
  readonly detail: string;
}

/** Faults of a gateway's link, as state: raised once, cleared when they are over. */
export class FaultTable {
  /** True when the fault is new. */
  async raise(
    db: CloudReader,
    gateway: string,
    {kind, wallMs, detail}: {kind: string; wallMs: number; detail: string},
  ): Promise<boolean> {
    const {numInsertedOrUpdatedRows} = await db
      .insertInto('fault')
      .values({gw: gateway, kind, raised_wall: wallMs, detail})
      .onConflict(clash => clash.doNothing())
      .executeTakeFirstOrThrow();
    return (numInsertedOrUpdatedRows ?? 0n) > 0n;
  }

  /** True when one of them stood. */
  async clear(db: CloudReader, gateway: string, kinds: readonly string[]): Promise<boolean> {
    const {numDeletedRows} = await db
      .deleteFrom('fault')
      .where('gw', '=', gateway)
      .where('kind', 'in', kinds)
      .executeTakeFirstOrThrow();
    return numDeletedRows > 0n;
  }

  async clearAll(
    db: CloudReader,
    gateways: readonly string[],
    kinds: readonly string[],
  ): Promise<void> {
    await db.deleteFrom('fault').where('gw', 'in', gateways).where('kind', 'in', kinds).execute();
  }

  list(db: CloudReader, gateway: string): Promise<readonly FaultRow[]> {
    return db
      .selectFrom('fault')
      .select(['kind', 'raised_wall as raisedWall', 'detail'])
      .where('gw', '=', gateway)
      .orderBy('kind')
      .execute();
  }
}
