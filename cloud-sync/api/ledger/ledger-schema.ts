/** A balanced movement of money, for good: never changed, never deleted. */
export interface LedgerEntryColumns {
  /** ULID. */
  id: string;
  tenant: string;
  /** Unique at its tenant: the same key moves money once. */
  key: string;
  /** `hold`, `capture`, `release`, `expire`, `transfer` or `reverse`. */
  kind: string;
  /** Key of the hold or of the entry that it undoes. */
  of_key: string | null;
  order_id: string | null;
  reason: string | null;
  /** SHA-256 of what was asked: the same key with something else is refused. */
  fingerprint: string;
  at_wall: number;
  /** Place in the tenant's chain; null until it is sealed. */
  no: number | null;
  /** Chain hash in hex; null until it is sealed. */
  h: string | null;
}

/** What an entry gives to an account (above 0) or takes from it (below 0); the lines of one entry sum to 0. */
export interface LedgerLineColumns {
  entry_id: string;
  n: number;
  tenant: string;
  account: string;
  amount_fen: number;
}

/** Money set aside: it stays its owner's until it is captured. */
export interface LedgerHoldColumns {
  tenant: string;
  key: string;
  account: string;
  amount_fen: number;
  /** `open`, `captured`, `released` or `expired`. */
  state: string;
  expires_wall: number | null;
}

/** Running balance of an account that must not be overspent; the house's own are summed when asked. */
export interface LedgerBalanceColumns {
  tenant: string;
  account: string;
  posted_fen: number;
  held_fen: number;
}

export interface LedgerSchema {
  ledger_entry: LedgerEntryColumns;
  ledger_line: LedgerLineColumns;
  ledger_hold: LedgerHoldColumns;
  ledger_balance: LedgerBalanceColumns;
}
