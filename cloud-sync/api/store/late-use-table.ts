import type {CloudReader, CloudTransaction} from './cloud-schema.js';

/** A gateway let somebody in under a grant. */
export interface GrantUse {
  readonly gateway: string;
  readonly epochNo: number;
  readonly seq: number;
  readonly grant: string;
  readonly bay: string | null;
  readonly wall: number;
  readonly clk: string;
}

export interface LateUse {
  readonly epoch: string;
  readonly seq: number;
  readonly grant: string;
  readonly bay: string | null;
  readonly usedWall: number;
  /** What the gateway's clock was worth: in `floor` the use may have come before the revocation. */
  readonly clk: string;
  readonly revokedWall: number;
}

/** Uses of grants that were revoked already, by gateways that could not know: shown, never punished.
 *  @see requirements E4 */
export class LateUseTable {
  /** Keep those of `uses` that came after the revocation of their grant. */
  async note(tx: CloudTransaction, uses: readonly GrantUse[]): Promise<void> {
    for (const {gateway, epochNo, seq, grant, bay, wall, clk} of uses) {
      const revoked = await tx
        .selectFrom('revocation')
        .select('wall')
        .where('gw', '=', gateway)
        .where('id', '=', grant)
        .executeTakeFirst();
      // A lost clock may read too early: without a time the doubt is shown.
      if (!revoked || (clk !== 'floor' && wall < revoked.wall)) continue;
      const place = {gw: gateway, epoch_no: epochNo, seq};
      await tx
        .insertInto('late_use')
        .values({...place, grant_id: grant, bay, used_wall: wall, clk, revoked_wall: revoked.wall})
        .onConflict(clash => clash.doNothing())
        .execute();
    }
  }

  /** The latest first. */
  of(db: CloudReader, gateway: string): Promise<readonly LateUse[]> {
    return db
      .selectFrom('late_use as u')
      .innerJoin('epoch as p', join =>
        join.onRef('p.gw', '=', 'u.gw').onRef('p.no', '=', 'u.epoch_no'),
      )
      .select(['p.epoch', 'u.seq', 'u.grant_id as grant', 'u.bay', 'u.clk'])
      .select(['u.used_wall as usedWall', 'u.revoked_wall as revokedWall'])
      .where('u.gw', '=', gateway)
      .orderBy('u.epoch_no', 'desc')
      .orderBy('u.seq', 'desc')
      .limit(500)
      .execute();
  }
}
