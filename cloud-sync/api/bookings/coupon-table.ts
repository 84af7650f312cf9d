import type {CouponTerms} from '../../../protocols/site/price-rules.js';
import type {CloudReader, CloudTransaction} from '../store/cloud-schema.js';

export interface CouponRow {
  readonly id: string;
  readonly tenant: string;
  readonly code: string;
  /** Null: at all sites. */
  readonly site: string | null;
  readonly terms: CouponTerms;
  readonly fromWall: number;
  readonly untilWall: number;
  readonly maxUses: number;
  readonly uses: number;
  readonly state: 'active' | 'ended';
}

const COUPON = [
  ...['id', 'tenant', 'code', 'site', 'terms', 'from_wall as fromWall'],
  ...['until_wall as untilWall', 'max_uses as maxUses', 'uses', 'state'],
] as const;

/** Coupons and which orders took them: each member each coupon once. */
export class CouponTable {
  /** False when the code is taken. */
  async add(
    tx: CloudTransaction,
    coupon: Omit<CouponRow, 'uses' | 'state'>,
    wallMs: number,
  ): Promise<boolean> {
    const {id, tenant, code, site, terms, fromWall, untilWall, maxUses} = coupon;
    const {numInsertedOrUpdatedRows} = await tx
      .insertInto('coupon')
      .values({
        ...{id, tenant, code, site, terms: JSON.stringify(terms), max_uses: maxUses},
        ...{from_wall: fromWall, until_wall: untilWall, state: 'active', created_wall: wallMs},
      })
      .onConflict(clash => clash.columns(['tenant', 'code']).doNothing())
      .executeTakeFirstOrThrow();
    return (numInsertedOrUpdatedRows ?? 0n) > 0n;
  }

  async byCode(db: CloudReader, tenant: string, code: string): Promise<CouponRow | undefined> {
    const query = db.selectFrom('coupon').select(COUPON).where('tenant', '=', tenant);
    const row = await query.where('code', '=', code).executeTakeFirst();
    return row && couponOf(row as unknown as RawCoupon);
  }

  async get(db: CloudReader, tenant: string, id: string): Promise<CouponRow | undefined> {
    const query = db.selectFrom('coupon').select(COUPON).where('tenant', '=', tenant);
    const row = await query.where('id', '=', id).executeTakeFirst();
    return row && couponOf(row as unknown as RawCoupon);
  }

  async list(
    db: CloudReader,
    tenant: string,
    {after, limit}: {readonly after: string; readonly limit: number},
  ): Promise<readonly CouponRow[]> {
    const query = db.selectFrom('coupon').select(COUPON).where('tenant', '=', tenant);
    const rows = await query.where('id', '>', after).orderBy('id').limit(limit).execute();
    return rows.map(row => couponOf(row as unknown as RawCoupon));
  }

  async end(tx: CloudTransaction, tenant: string, id: string): Promise<void> {
    const query = tx.updateTable('coupon').set({state: 'ended'}).where('tenant', '=', tenant);
    await query.where('id', '=', id).execute();
  }

  /** False when there is none left, or this holder has had one. Locks the coupon. */
  async take(
    tx: CloudTransaction,
    use: {readonly coupon: string; readonly order: string; readonly holder: string},
    wallMs: number,
  ): Promise<boolean> {
    const {coupon, order, holder} = use;
    const {numUpdatedRows} = await tx
      .updateTable('coupon')
      .set(({eb}) => ({uses: eb('uses', '+', 1)}))
      .where('id', '=', coupon)
      .where('state', '=', 'active')
      .whereRef('uses', '<', 'max_uses')
      .executeTakeFirstOrThrow();
    if (numUpdatedRows === 0n) return false;
    const had = await tx
      .selectFrom('coupon_use')
      .select('order_id')
      .where('coupon', '=', coupon)
      .where('holder', '=', holder)
      .executeTakeFirst();
    if (had) return false;
    await tx
      .insertInto('coupon_use')
      .values({order_id: order, coupon, holder, at_wall: wallMs})
      .execute();
    return true;
  }

  /** The order came to nothing. */
  async giveBack(tx: CloudTransaction, order: string): Promise<void> {
    const gone = await tx
      .deleteFrom('coupon_use')
      .where('order_id', '=', order)
      .returning('coupon')
      .executeTakeFirst();
    if (!gone) return;
    await tx
      .updateTable('coupon')
      .set(({eb}) => ({uses: eb('uses', '-', 1)}))
      .where('id', '=', gone.coupon)
      .execute();
  }
}

type RawCoupon = Omit<CouponRow, 'terms'> & {readonly terms: string};

function couponOf(row: RawCoupon): CouponRow {
  return {...row, terms: JSON.parse(row.terms) as CouponTerms};
}
