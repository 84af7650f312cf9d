import type {Generated} from 'kysely';

/** The terms of a site; without a row the usual ones hold. */
export interface TariffColumns {
  site: string;
  tenant: string;
  /** JSON: `TariffTerms`. */
  terms: string;
  ver: Generated<number>;
  changed_wall: number;
}

/** A change of prices at a site, or at all sites of a tenant. */
export interface PriceRuleColumns {
  id: string;
  tenant: string;
  /** Null: all. */
  site: string | null;
  name: string;
  /** JSON: `PriceRule` without id and version. */
  body: string;
  /** `active` or `ended`. */
  state: string;
  ver: Generated<number>;
  changed_wall: number;
}

export interface CouponColumns {
  id: string;
  tenant: string;
  /** What people type, unique at its tenant. */
  code: string;
  site: string | null;
  /** JSON: `CouponTerms`. */
  terms: string;
  from_wall: number;
  until_wall: number;
  max_uses: number;
  uses: Generated<number>;
  state: string;
  created_wall: number;
}

/** Which order took a coupon, and for whom. */
export interface CouponUseColumns {
  order_id: string;
  coupon: string;
  holder: string;
  at_wall: number;
}

/** A price that is kept for a while. */
export interface QuoteColumns {
  id: string;
  tenant: string;
  site: string;
  point: string;
  /** Null: for anybody. */
  holder: string | null;
  from_wall: number;
  until_wall: number;
  /** JSON: `Price`. */
  price: string;
  amount_fen: number;
  lender: string | null;
  valid_until_wall: number;
  /** The order that took it. */
  order_id: string | null;
}

/** A right that an order gave, as one gateway knows it. */
export interface OrderGrantColumns {
  gw: string;
  grant_id: string;
  order_id: string;
  name: string;
}

/** One use of such a right, as far as its gateway has told. */
export interface OrderUseColumns {
  gw: string;
  session: string;
  order_id: string;
  point: string;
  phase: string;
  close_cause: string | null;
  duration_ms: number;
  /** Of the gateway's clock; null: it was lost. */
  at_wall: number | null;
  epoch_no: number;
  seq: number;
  /** 1: the order has not heard of it. */
  pending: number;
}

export interface BookingsSchema {
  tariff: TariffColumns;
  price_rule: PriceRuleColumns;
  coupon: CouponColumns;
  coupon_use: CouponUseColumns;
  quote: QuoteColumns;
  order_grant: OrderGrantColumns;
  order_use: OrderUseColumns;
}
