import type {Generated} from 'kysely';

/** A bay or a vehicle that its lender lets others use. */
export interface ListingColumns {
  id: string;
  tenant: string;
  site: string;
  point: string;
  /** `hourly` or `lease`. */
  offer: string;
  /** The member who lends it; null: the lot itself. */
  lender: string | null;
  /** What proves that it is his to lend: the number of a deed or a contract. */
  ownership_ref: string;
  /** JSON: `Openings`. */
  openings: string;
  /** Of an hour, or of one term of a lease. */
  price_fen: number;
  /** Shortest and longest stay; null: no bound. */
  min_ms: number | null;
  max_ms: number | null;
  /** Of a lease; null for hours. */
  term_days: number | null;
  /** 1: seen by anybody, without a key. */
  public: number;
  /** `live` or `withdrawn`. */
  state: string;
  ver: Generated<number>;
  created_wall: number;
  changed_wall: number;
}

/** Who has a bay in which time. Never two of one bay at one instant. */
export interface BaySlotColumns {
  order_id: string;
  site: string;
  point: string;
  from_wall: number;
  until_wall: number;
}

/** What the operator tells everybody at a lot; one row for each of its lots. */
export interface NoticeColumns {
  id: string;
  site: string;
  tenant: string;
  text: string;
  from_wall: number;
  until_wall: number;
  created_wall: number;
  withdrawn_wall: number | null;
}

export interface PlacesSchema {
  listing: ListingColumns;
  notice: NoticeColumns;
  bay_slot: BaySlotColumns;
}
