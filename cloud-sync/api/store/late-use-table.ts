import {sql} from 'kysely';
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

/** Grants in one question: far below what either database takes as parameters. */
const SLICE = 128;

/** Uses of grants that were revoked already, by gateways that could not know: shown, never punished.
 *  @see requirements E4 */
export class LateUseTable {
  /** Keep those of `uses` that came after the revocation of their grant. */
  async note(tx: CloudTransaction, uses: readonly GrantUse[]): Promise<void> {
    const revoked = await revocationsOf(tx, uses);
    for (const {gateway, epochNo, seq, grant, bay, wall, clk} of uses) {
      const revokedWall = revoked.get(keyOf(gateway, grant));
      // A lost clock may read too early: without a time the doubt is shown.
      if (revokedWall === undefined || (clk !== 'floor' && wall < revokedWall)) continue;
      const place = {gw: gateway, epoch_no: epochNo, seq};
      await tx
        .insertInto('late_use')
        .values({...place, grant_id: grant, bay, used_wall: wall, clk, revoked_wall: revokedWall})
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

/** When those of the grants that are revoked were, by gateway and grant. */
async function revocationsOf(
  tx: CloudTransaction,
  uses: readonly GrantUse[],
): Promise<ReadonlyMap<string, number>> {
  const grants = [...new Map(uses.map(use => [keyOf(use.gateway, use.grant), use])).values()];
  const revoked = new Map<string, number>();
  for (let at = 0; at < grants.length; at += SLICE) {
    const pairs = evenly(grants.slice(at, at + SLICE)).map(
      use => sql`(${use.gateway}, ${use.grant})`,
    );
    const {rows} = await sql<{readonly gw: string; readonly id: string; readonly wall: number}>`
      SELECT gw, id, wall FROM revocation WHERE (gw, id) IN (VALUES ${sql.join(pairs)})`.execute(
      tx,
    );
    for (const {gw, id, wall} of rows) revoked.set(keyOf(gw, id), wall);
  }
  return revoked;
}

/** To the next power of two by the last once more, so that there are few texts of the question. */
function evenly<Item>(items: readonly Item[]): readonly Item[] {
  const length = 2 ** Math.ceil(Math.log2(items.length));
  return Array.from({length}, (_, index) => items[Math.min(index, items.length - 1)] as Item);
}

function keyOf(gateway: string, grant: string): string {
  return `${gateway}/${grant}`;
}
