import {sql} from 'kysely';
import type {CloudReader, CloudTransaction} from './cloud-schema.js';

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

/** Ids in one question: far below what either database takes as parameters. */
const SLICE = 128;

/** Uses of grants and credentials that were revoked already, by gateways that could not know: shown,
 *  never punished. @see requirements E4 */
export class LateUseTable {
  /** Keep those of `uses` that came after the revocation of their grant or credential. */
  async note(tx: CloudTransaction, uses: readonly GrantUse[]): Promise<void> {
    const revoked = await revocationsOf(tx, uses);
    for (const {gateway, epochNo, seq, grant, credential, bay, wall, clk} of uses) {
      const ofGrant = revoked.get(keyOf(gateway, grant));
      const ofCredential =
        credential === undefined ? undefined : revoked.get(keyOf(gateway, credential));
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

/** When those of the grants and credentials that are revoked were, by gateway and id. */
async function revocationsOf(
  tx: CloudTransaction,
  uses: readonly GrantUse[],
): Promise<ReadonlyMap<string, number>> {
  const ids = uses.flatMap(({gateway, grant, credential}) => [
    {gateway, id: grant},
    ...(credential === undefined ? [] : [{gateway, id: credential}]),
  ]);
  const asked = [...new Map(ids.map(each => [keyOf(each.gateway, each.id), each])).values()];
  const revoked = new Map<string, number>();
  for (let at = 0; at < asked.length; at += SLICE) {
    const pairs = evenly(asked.slice(at, at + SLICE)).map(
      ({gateway, id}) => sql`(${gateway}, ${id})`,
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

function keyOf(gateway: string, id: string): string {
  return `${gateway}/${id}`;
}
