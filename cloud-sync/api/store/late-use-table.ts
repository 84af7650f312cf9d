import type {CloudReader, CloudTransaction} from './cloud-schema.js';
import type {EventWriter, GatewayId} from './event-writer.js';

/** A gateway let somebody in under a grant. `credential`: what was shown, where the gateway tells it. */
export interface GrantUse {
  readonly gateway: string;
  readonly epochNo: number;
  readonly seq: number;
  readonly grant: string;
  readonly credential?: string | undefined;
  readonly bay: string | null;
  readonly wall: number;
  readonly clk: string;
}

export interface LateUse {
  readonly epoch: string;
  readonly seq: number;
  readonly grant: string;
  /** The credential that was revoked; null = the grant was. */
  readonly credential: string | null;
  readonly bay: string | null;
  readonly usedWall: number;
  /** What the gateway's clock was worth: in `floor` the use may have come before the revocation. */
  readonly clk: string;
  readonly revokedWall: number;
}

/** Uses of grants and credentials that were revoked already, by gateways that could not know: shown,
 *  never punished. @see requirements E4 */
export class LateUseTable {
  /** Keep those of `uses` that came after the revocation of their grant or credential. */
  async note(
    tx: CloudTransaction,
    uses: readonly GrantUse[],
    writer: Pick<EventWriter, 'revokedAt'>,
  ): Promise<void> {
    const ids: GatewayId[] = [];
    for (const {gateway, grant, credential} of uses) {
      ids.push({gateway, id: grant});
      if (credential !== undefined) ids.push({gateway, id: credential});
    }
    const revoked = await writer.revokedAt(tx, ids);
    let asked = 0;
    for (const {gateway, epochNo, seq, grant, credential, bay, wall, clk} of uses) {
      const ofGrant = revoked[asked++];
      const ofCredential = credential === undefined ? undefined : revoked[asked++];
      const isOfGrant = (ofGrant ?? Infinity) <= (ofCredential ?? Infinity);
      const revokedWall = isOfGrant ? ofGrant : ofCredential;
      // A lost clock may read too early: without a time the doubt is shown.
      if (revokedWall === undefined || (clk !== 'floor' && wall < revokedWall)) continue;
      const place = {gw: gateway, epoch_no: epochNo, seq};
      const use = {grant_id: grant, bay, used_wall: wall, clk, revoked_wall: revokedWall};
      await tx
        .insertInto('late_use')
        .values({...place, ...use, credential: isOfGrant ? null : (credential ?? null)})
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
      .select(['p.epoch', 'u.seq', 'u.grant_id as grant', 'u.credential', 'u.bay', 'u.clk'])
      .select(['u.used_wall as usedWall', 'u.revoked_wall as revokedWall'])
      .where('u.gw', '=', gateway)
      .orderBy('u.epoch_no', 'desc')
      .orderBy('u.seq', 'desc')
      .limit(500)
      .execute();
  }
}
