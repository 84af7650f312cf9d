import type {CloudReader, CloudTransaction} from '../store/cloud-schema.js';

export interface BathPlace {
  readonly tenant: string;
  readonly holder: string;
  readonly site: string;
  /** 0: for himself; else for that child of his. */
  readonly child: number;
}

/** The last code of each member and each child at each site, and what members owe. */
export class BathTable {
  /** Take its place for `order`; gives the code that had it. A second wish waits here for the first. */
  async take(
    tx: CloudTransaction,
    {tenant, holder, site, child}: BathPlace,
    order: string,
  ): Promise<string | undefined> {
    const place = {tenant, holder, site, child};
    const query = tx
      .insertInto('bath_code')
      .values({...place, order_id: order})
      .onConflict(clash => clash.doNothing());
    const {numInsertedOrUpdatedRows} = await query.executeTakeFirstOrThrow();
    if ((numInsertedOrUpdatedRows ?? 0n) > 0n) return undefined;
    const row = tx.updateTable('bath_code').where('tenant', '=', tenant);
    const at = row.where('holder', '=', holder).where('site', '=', site);
    const his = at.where('child', '=', child);
    const locked = his.set(({ref}) => ({order_id: ref('order_id')})).returning('order_id');
    const before = (await locked.executeTakeFirstOrThrow()).order_id;
    await his.set({order_id: order}).execute();
    return before;
  }

  /** The newest one there. */
  async current(
    db: CloudReader,
    {tenant, holder, site, child}: BathPlace,
  ): Promise<string | undefined> {
    const query = db.selectFrom('bath_code').select('order_id').where('tenant', '=', tenant);
    const at = query.where('holder', '=', holder).where('site', '=', site);
    return (await at.where('child', '=', child).executeTakeFirst())?.order_id;
  }

  async owe(
    tx: CloudTransaction,
    {tenant, holder}: Pick<BathPlace, 'tenant' | 'holder'>,
    amountFen: number,
  ): Promise<void> {
    await tx
      .insertInto('bath_debt')
      .values({tenant, holder, debt_fen: amountFen})
      .onConflict(clash =>
        clash
          .columns(['tenant', 'holder'])
          .doUpdateSet(({eb}) => ({debt_fen: eb('bath_debt.debt_fen', '+', amountFen)})),
      )
      .execute();
  }

  /** In fen, above 0 while something is owed. */
  async debt(
    db: CloudReader,
    {tenant, holder}: Pick<BathPlace, 'tenant' | 'holder'>,
  ): Promise<number> {
    const query = db.selectFrom('bath_debt').select('debt_fen').where('tenant', '=', tenant);
    return (await query.where('holder', '=', holder).executeTakeFirst())?.debt_fen ?? 0;
  }
}
