import type {Line} from './ledger-table.js';

/** An account of somebody else's money: it is never overspent. The house's own are not watched. */
export function isGuarded(account: string): boolean {
  return !account.startsWith('house:');
}

export function sumFen(lines: readonly Line[]): number {
  return lines.reduce((sum, {amountFen}) => sum + amountFen, 0);
}

/**
 * The lines that take `amountFen` of a movement back: from each receiver in proportion to what he got,
 * whole fen, the rest from the first ones that still have some of it. Undefined when so much is not left.
 * `moved`: the payer's line first, below 0, then the receivers'. `reversed`: lines of earlier reversals.
 */
export function linesOfReversal(
  moved: readonly Line[],
  reversed: readonly Line[],
  amountFen: number,
): readonly Line[] | undefined {
  const [payer, ...receivers] = moved;
  if (!payer) return undefined;
  const left = receivers.map((line, index) => ({
    ...line,
    amountFen: line.amountFen + sumFen(linesOfReceiver(reversed, receivers.length, index)),
  }));
  const leftFen = sumFen(left);
  if (amountFen > leftFen) return undefined;
  const back = left.map(line => Math.floor((line.amountFen * amountFen) / leftFen));
  let restFen = amountFen - back.reduce((sum, fen) => sum + fen, 0);
  for (const [index, line] of left.entries()) {
    const more = Math.min(restFen, line.amountFen - (back[index] ?? 0));
    back[index] = (back[index] ?? 0) + more;
    restFen -= more;
  }
  const taken = receivers.map(({account}, index) => ({account, amountFen: -(back[index] ?? 0)}));
  return [...taken, {account: payer.account, amountFen}];
}

/** Each reversal has a line for every receiver, in their order, and one for the payer behind them. */
function linesOfReceiver(
  reversed: readonly Line[],
  receivers: number,
  index: number,
): readonly Line[] {
  return reversed.filter((_, at) => at % (receivers + 1) === index);
}
