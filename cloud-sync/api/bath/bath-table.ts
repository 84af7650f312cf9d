import type {CloudReader, CloudTransaction} from '../store/cloud-schema.js';

export interface BathPlace {
  readonly tenant: string;
  readonly holder: string;
  readonly site: string;
}

/** The last code of each member at each site, and what members owe. */
export class BathTable {
  /** Take its place for `order`; gives the code that had it. A second wish waits here for the first. */
  async take(
    tx: CloudTransaction,
    {tenant, holder, site}: BathPlace,
    order: string,
  ): Promise<string | undefined> {
    const place = {tenant, holder, site};
    const query = tx
      .insertInto('bath_code')
      .values({...place, order_id: order})
      .onConflict(clash => clash.doNothing());
    const {numInsertedOrUpdatedRows} = await query.executeTakeFirstOrThrow();
    if ((numInsertedOrUpdatedRows ?? 0n) > 0n) return undefined;
    const row = tx.updateTable('bath_code').where('tenant', '=', tenant);
    const his = row.where('holder', '=', holder).where('site', '=', site);
    const locked = his.set(({ref}) => ({order_id: ref('order_id')})).returning('order_id');
    const before = (await locked.executeTakeFirstOrThrow()).order_id;
    await his.set({order_id: order}).execute();
    return before;
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
