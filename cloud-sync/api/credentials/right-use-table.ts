import type {SessionReport} from '../orders/order-use-table.js';
import type {CloudReader, CloudTransaction} from '../store/cloud-schema.js';
import type {GrantUse} from '../store/late-use-table.js';

/** A use of a grant or of what was shown for it, at a point of a gateway. */
export interface RightUse {
  readonly gateway: string;
  readonly epochNo: number;
  readonly seq: number;
  readonly section: 'grant' | 'credential';
  readonly id: string;
  readonly point: string;
  /** Null: the gateway's clock was lost. */
  readonly usedWall: number | null;
}

const USE = [
  ...['gw as gateway', 'epoch_no as epochNo', 'seq', 'section', 'right_id as id', 'point'],
  'used_wall as usedWall',
] as const;

/** Ids in one question: far below what either database takes as parameters. */
const SLICE = 128;

/** Kinds of which one may be good once. */
const MAYBE_ONCE: ReadonlySet<string> = new Set(['code', 'qr']);
/** Stays under which nobody came in: the entry is still to be had. @see requirements E33, E34 */
const NO_ENTRY: ReadonlySet<string | null> = new Set(['never_entered', 'intruder']);

/**
 * Uses that change a right: of what is good once, and of what lies at several gateways. Kept with the events
 * that tell of them, and judged in a transaction of their own: gateways are locked last there, and first
 * where events are stored.
 */
export class RightUseTable {
  #onNoted: () => void = () => {};

  /** `onNoted`: there is something to judge; its transaction may still be undone. */
  listen(onNoted: () => void): void {
    this.#onNoted = onNoted;
  }

  async note(
    tx: CloudTransaction,
    uses: readonly GrantUse[],
    sessions: readonly SessionReport[],
  ): Promise<void> {
    const found = [...(await telling(tx, uses)), ...(await endedEntries(tx, sessions))];
    for (const {gateway: gw, epochNo: epoch_no, seq, section, id, point, usedWall} of found) {
      const use = {section, right_id: id, point, used_wall: usedWall, pending: 1};
      await tx
        .insertInto('right_use')
        .values({gw, epoch_no, seq, ...use})
        .onConflict(clash => clash.doNothing())
        .execute();
    }
    if (found.length > 0) this.#onNoted();
  }

  /** Those that nobody has looked at. */
  async pending(db: CloudReader, limit: number): Promise<readonly RightUse[]> {
    const query = db.selectFrom('right_use').select(USE).where('pending', '=', 1);
    const rows = await query.orderBy('used_wall').orderBy('seq').limit(limit).execute();
    return rows as readonly RightUse[];
  }

  /** False when another worker has it. */
  async take(tx: CloudTransaction, {gateway, epochNo, seq}: RightUse): Promise<boolean> {
    const {numUpdatedRows} = await tx
      .updateTable('right_use')
      .set({pending: 0})
      .where('gw', '=', gateway)
      .where('epoch_no', '=', epochNo)
      .where('seq', '=', seq)
      .where('pending', '=', 1)
      .executeTakeFirstOrThrow();
    return numUpdatedRows > 0n;
  }

  /** Of one credential between two times, the last first. */
  async between(
    db: CloudReader,
    id: string,
    {fromWall, untilWall}: {readonly fromWall: number; readonly untilWall: number},
  ): Promise<readonly (RightUse & {readonly usedWall: number})[]> {
    const query = db.selectFrom('right_use').select(USE).where('right_id', '=', id);
    const rows = await query
      .where('used_wall', '>', fromWall)
      .where('used_wall', '<', untilWall)
      .orderBy('used_wall', 'desc')
      .limit(500)
      .execute();
    return rows as readonly (RightUse & {usedWall: number})[];
  }

  /** What was looked at and is too old to say anything. */
  async prune(db: CloudReader, beforeWall: number): Promise<void> {
    const query = db.deleteFrom('right_use').where('pending', '=', 0);
    await query
      .where(({or, eb}) => or([eb('used_wall', '<', beforeWall), eb('used_wall', 'is', null)]))
      .execute();
  }
}

/** Of what was shown: uses of one that may be good once, or that other gateways know too. */
async function telling(
  tx: CloudTransaction,
  uses: readonly GrantUse[],
): Promise<readonly RightUse[]> {
  const shown = uses.flatMap(({credential, ...use}) =>
    credential === undefined ? [] : [{...use, credential}],
  );
  const wanted = new Set<string>();
  for (const ids of slicesOf(shown.map(({credential}) => credential))) {
    const rows = await tx
      .selectFrom('right_place as p')
      .innerJoin('access_credential as c', 'c.id', 'p.id')
      .select(({fn}) => ['c.id', 'c.kind', fn.countAll().as('places')])
      .where('p.id', 'in', ids)
      .groupBy(['c.id', 'c.kind'])
      .execute();
    for (const {id, kind, places} of rows) {
      if (Number(places) > 1 || MAYBE_ONCE.has(kind)) wanted.add(id);
    }
  }
  return shown.flatMap(({gateway, epochNo, seq, credential: id, bay, wall, clk}) => {
    if (!wanted.has(id)) return [];
    const usedWall = clk === 'floor' ? null : wall;
    return [{gateway, epochNo, seq, section: 'credential', id, point: bay ?? '', usedWall}];
  });
}

/** Stays that are over under a right of one entry; what an order gave the order itself ends. */
async function endedEntries(
  tx: CloudTransaction,
  sessions: readonly SessionReport[],
): Promise<readonly RightUse[]> {
  const over = sessions.filter(
    ({phase, closeCause}) => phase === 'closed' && !NO_ENTRY.has(closeCause),
  );
  const wanted = new Set<string>();
  for (const ids of slicesOf(over.map(({grant}) => grant))) {
    const query = tx.selectFrom('access_grant').select('id').where('id', 'in', ids);
    const rows = await query.where('entries', '=', 'one').where('order_id', 'is', null).execute();
    for (const {id} of rows) wanted.add(id);
  }
  return over.flatMap(({gateway, epochNo, seq, grant: id, point, atWall: usedWall}) =>
    wanted.has(id) ? [{gateway, epochNo, seq, section: 'grant', id, point, usedWall}] : [],
  );
}

function slicesOf(ids: readonly string[]): readonly (readonly string[])[] {
  const distinct = [...new Set(ids)];
  const count = Math.ceil(distinct.length / SLICE);
  return Array.from({length: count}, (_, no) => distinct.slice(no * SLICE, (no + 1) * SLICE));
}
