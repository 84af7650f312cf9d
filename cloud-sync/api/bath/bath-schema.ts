/** The code that a member has at a site, or had last, for himself or for a child. */
export interface BathCodeColumns {
  tenant: string;
  site: string;
  holder: string;
  /** 0: his own; else that of a child of his. */
  child: number;
  order_id: string;
}

/** What a member used beyond what he had, and has not paid yet. */
export interface BathDebtColumns {
  tenant: string;
  holder: string;
  debt_fen: number;
}

/** A shower as far as its gateway has told. */
export interface BathShowerColumns {
  gw: string;
  session: string;
  /** The code that it is paid by; null: staff cleans, or a right that no order gave. */
  order_id: string | null;
  grant_id: string;
  stall: string;
  phase: string;
  end_cause: string | null;
  metered_ml: number;
  billed_ml: number;
  rinse_ml: number;
  free_ml: number;
  ran_ms: number;
  used_fen: number;
  owed_fen: number;
  quality: 'good' | 'estimated';
  given_back: number;
  /** Of the gateway's clock; null: it was lost. */
  opened_wall: number | null;
  at_wall: number | null;
  /** When the cloud heard of it first. */
  received_wall: number;
  epoch_no: number;
  seq: number;
  /** 1: its order has not heard of it. */
  pending: number;
}

export interface BathSchema {
  bath_code: BathCodeColumns;
  bath_debt: BathDebtColumns;
  bath_shower: BathShowerColumns;
}
