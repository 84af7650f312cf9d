/** Something that we want of a payment provider: written before it is asked. @see intent-rules.ts */
export interface PaymentIntentColumns {
  id: string;
  tenant: string;
  provider: string;
  act: string;
  account: string;
  amount_fen: number;
  of_intent: string | null;
  state: string;
  ref: string | null;
  book_day: string | null;
  settled_day: string | null;
  posted_fen: number;
  pay_link: string | null;
  expires_wall: number | null;
  why: string | null;
  /** `won` or `lost`: how a person ended a dispute. */
  outcome: string | null;
  order_id: string | null;
  reason: string | null;
  by_whom: string;
  tries: number;
  next_wall: number | null;
  created_wall: number;
  changed_wall: number;
}

/** A signed callback that was taken, so that its copies do nothing. */
export interface PaymentEventColumns {
  provider: string;
  event_id: string;
  intent: string | null;
  received_wall: number;
}

/** A day of a provider beside our own books. */
export interface ReconciliationColumns {
  tenant: string;
  provider: string;
  day: string;
  /** `balanced` or `differs`. */
  state: string;
  ours_fen: number;
  theirs_fen: number;
  matched: number;
  /** Counts up with each run. */
  ver: number;
  by_whom: string;
  at_wall: number;
}

/** Something of a day that one side has and the other has not, or otherwise. */
export interface ReconciliationItemColumns {
  tenant: string;
  provider: string;
  day: string;
  /** Our key, or what the provider calls it. */
  subject: string;
  kind: string;
  ours_fen: number;
  theirs_fen: number;
  /** What went to suspense for it, above or below 0. */
  suspense_fen: number;
  /** The part that a person has put where it belongs: it stands in suspense no more. */
  settled_fen: number;
  /** `open`, `gone` (a later run found both sides alike) or `settled` by a person. */
  state: string;
  reason: string | null;
  ver: number;
}

/** A payout run of a day. */
export interface PayoutRunColumns {
  tenant: string;
  day: string;
  /** `done` or `blocked`. */
  state: string;
  /** JSON list of what blocked it. */
  findings: string;
  by_whom: string;
  at_wall: number;
}

/** Money that does not add up: a state, until somebody mended it. */
export interface MoneyFaultColumns {
  tenant: string;
  kind: string;
  subject: string;
  detail: string;
  since_wall: number;
  cleared_wall: number | null;
  /** JSON list of `{who, how, atWall}`. */
  told: string;
}

export interface PaymentSchema {
  payment_intent: PaymentIntentColumns;
  payment_event: PaymentEventColumns;
  reconciliation: ReconciliationColumns;
  reconciliation_item: ReconciliationItemColumns;
  payout_run: PayoutRunColumns;
  money_fault: MoneyFaultColumns;
}
