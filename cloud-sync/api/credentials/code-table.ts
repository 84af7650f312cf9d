import type {CloudReader, CloudTransaction} from '../store/cloud-schema.js';

export interface CodePlan {
  /** How many codes are to be live at the site at most. */
  readonly liveCodes: number;
  /** Of the salt. */
  readonly epoch: number;
  /** Somebody has set it. */
  readonly isOwn: boolean;
}

/** The least. Source: requirements 2, the example of a bath. */
const USUAL_PLAN: CodePlan = {liveCodes: 20, epoch: 1, isOwn: false};

/** Which codes are live, by keyed hashes, and how many a site is planned for. */
export class CodeTable {
  /** Without one of its own a site has room for a code at each of its points. */
  async plan(db: CloudReader, site: string): Promise<CodePlan> {
    const query = db.selectFrom('code_plan').select(['live_codes as liveCodes', 'epoch']);
    const own = await query.where('site', '=', site).executeTakeFirst();
    if (own) return {...own, isOwn: true};
    const {points} = await db
      .selectFrom('point')
      .select(({fn}) => fn.countAll<number>().as('points'))
      .where('site', '=', site)
      .executeTakeFirstOrThrow();
    return {...USUAL_PLAN, liveCodes: Math.max(USUAL_PLAN.liveCodes, Number(points))};
  }

  /** The plan, which no other transaction sets before the end of this one. */
  async lockPlan(tx: CloudTransaction, site: string): Promise<CodePlan> {
    const lock = tx.updateTable('site').set(({ref}) => ({ver: ref('ver')}));
    await lock.where('id', '=', site).execute();
    return this.plan(tx, site);
  }

  async setPlan(
    tx: CloudTransaction,
    site: string,
    plan: Pick<CodePlan, 'liveCodes' | 'epoch'>,
  ): Promise<void> {
    const columns = {live_codes: plan.liveCodes, epoch: plan.epoch};
    await tx
      .insertInto('code_plan')
      .values({site, ...columns})
      .onConflict(clash => clash.column('site').doUpdateSet(columns))
      .execute();
  }

  /** False when the same code is live at that gateway. */
  async claim(
    tx: CloudTransaction,
    slot: {
      readonly gateway: string;
      readonly mark: string;
      readonly credential: string;
      readonly site: string;
    },
  ): Promise<boolean> {
    const {gateway: gw, mark, credential: credential_id, site} = slot;
    const {numInsertedOrUpdatedRows} = await tx
      .insertInto('code_slot')
      .values({gw, mark, credential_id, site})
      .onConflict(clash => clash.doNothing())
      .executeTakeFirstOrThrow();
    if ((numInsertedOrUpdatedRows ?? 0n) > 0n) return true;
    const query = tx.selectFrom('code_slot').select('credential_id').where('gw', '=', gw);
    const held = await query.where('mark', '=', mark).executeTakeFirst();
    return held?.credential_id === credential_id;
  }

  async free(tx: CloudTransaction, credential: string): Promise<void> {
    await tx.deleteFrom('code_slot').where('credential_id', '=', credential).execute();
  }

  async liveAt(db: CloudReader, site: string): Promise<number> {
    const {count} = await db
      .selectFrom('code_slot')
      .select(({fn}) => fn.count<number>('credential_id').distinct().as('count'))
      .where('site', '=', site)
      .executeTakeFirstOrThrow();
    return Number(count);
  }
}
