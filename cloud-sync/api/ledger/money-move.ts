/** The house's own; what the provider owes it is `clearing`, below 0 as money comes in. */
export const HOUSE_ACCOUNTS = [
  ...['house:clearing', 'house:revenue', 'house:tax', 'house:receivable', 'house:suspense'],
  ...['house:refunds', 'house:fees'],
] as readonly HouseAccount[];

type HouseAccount =
  `house:${'clearing' | 'revenue' | 'tax' | 'receivable' | 'suspense' | 'refunds' | 'fees'}`;

/** Account of the ledger: `member:ID`, `lender:ID`, `deposit:ID`, or one of the house's own. */
export type AccountName =
  | `member:${string}`
  | `lender:${string}`
  | `deposit:${string}`
  | HouseAccount;

export interface Share {
  readonly account: AccountName;
  /** Whole fen above 0. */
  readonly amountFen: number;
}

/**
 * What an order may want of the ledger. Each has a `key`, unique at its tenant: the same key moves money
 * once, whatever is resent. Amounts are whole fen above 0. @see ecosystem.md 3.8
 */
export type MoneyMove =
  /** Set aside from what the account has; undone by itself at `expiresAt`. */
  | {
      readonly move: 'hold';
      readonly key: string;
      readonly account: AccountName;
      readonly amountFen: number;
      readonly expiresAt: number | undefined;
    }
  /** Take all or a part of a hold, once, and let the rest go. Shares add up to what is taken. */
  | {
      readonly move: 'capture';
      readonly key: string;
      readonly hold: string;
      readonly to: readonly Share[];
    }
  | {readonly move: 'release'; readonly key: string; readonly hold: string}
  /** Between two accounts, at once. */
  | {
      readonly move: 'transfer';
      readonly key: string;
      readonly from: AccountName;
      readonly to: readonly Share[];
      readonly reason: string;
    }
  /** Reverse an earlier move, whole or in part; never more than it moved. */
  | {
      readonly move: 'reverse';
      readonly key: string;
      readonly of: string;
      readonly amountFen: number;
      readonly reason: string;
    };

/** Why a move was not made; nothing has changed then. */
export type MoneyRefusal =
  | 'LOW_BALANCE'
  | 'UNKNOWN_HOLD'
  | 'UNKNOWN_ENTRY'
  | 'HOLD_OVER'
  | 'OVER_HOLD'
  | 'OVER_REFUND'
  | 'KEY_REUSED';
