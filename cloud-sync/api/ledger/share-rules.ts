import {UsageError} from '../../../protocols/base/errors.js';
import type {Share} from './money-move.js';

/** How a price is shared: the lender's part and the tax in it, in thousandths; the rest is the house's. */
export interface ShareRule {
  readonly lenderPermille: number;
  readonly taxPermille: number;
}

/** What holds where nobody agreed on something else. */
export const USUAL_SHARES: ShareRule = {lenderPermille: 800, taxPermille: 0};

/**
 * The shares of a captured price. Each part is rounded down to whole fen and the house has the rest, so
 * that they always add up; a part of nothing is left out. @see requirements P28, P35
 * @throws UsageError `ledger/shares` for a rule that gives more than all
 */
export function sharesOf(
  priceFen: number,
  lender: string | undefined,
  rule: ShareRule,
): readonly Share[] {
  const {lenderPermille, taxPermille} = rule;
  const parts = [lenderPermille, taxPermille, 1000 - lenderPermille - taxPermille];
  if (!parts.every(part => Number.isInteger(part) && part >= 0)) {
    throw new UsageError('ledger/shares', `shares of ${parts.join(', ')} thousandths`);
  }
  const lenderFen = lender === undefined ? 0 : permille(priceFen, lenderPermille);
  const taxFen = permille(priceFen, taxPermille);
  const shares: readonly Share[] = [
    {account: `lender:${lender ?? ''}`, amountFen: lenderFen},
    {account: 'house:tax', amountFen: taxFen},
    {account: 'house:revenue', amountFen: priceFen - lenderFen - taxFen},
  ];
  return shares.filter(({amountFen}) => amountFen > 0);
}

function permille(fen: number, part: number): number {
  return Number((BigInt(fen) * BigInt(part)) / 1000n);
}
