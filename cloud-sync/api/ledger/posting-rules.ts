import {hash} from 'node:crypto';
import {UsageError} from '../../../protocols/base/errors.js';
import type {Line} from './ledger-table.js';
import {HOUSE_ACCOUNTS, type MoneyMove} from './money-move.js';

/** Of one move: a thousand million yuan. Sums of many stay whole numbers below 2^53. */
const MAX_MOVE_FEN = 100_000_000_000;
const MAX_KEY_CHARS = 256;
const OTHERS_ACCOUNT = /^(?:member|lender|deposit):[\x21-\x7e]{1,128}$/;

/** An account of somebody else's money: it is never overspent. The house's own are not watched. */
export function isGuarded(account: string): boolean {
  return !account.startsWith('house:');
}

/** A share that was paid out may have to be given back: the lender then owes it, and it is set off. */
export function mayOwe(account: string): boolean {
  return !isGuarded(account) || account.startsWith('lender:');
}

export function sumFen(lines: readonly Line[]): number {
  return lines.reduce((sum, {amountFen}) => sum + amountFen, 0);
}

/** @throws UsageError `ledger/amount`, `ledger/account`, `ledger/key` for what no ledger can take */
export function assertSound(move: MoneyMove): void {
  if (move.key === '' || move.key.length > MAX_KEY_CHARS) {
    throw new UsageError('ledger/key', `a key has 1-${MAX_KEY_CHARS} characters`);
  }
  const shares = 'to' in move ? move.to : [];
  const amounts = shares.map(({amountFen}) => amountFen);
  if ('amountFen' in move) amounts.push(move.amountFen);
  if (move.move === 'transfer' && amounts.length === 0) amounts.push(0);
  for (const amount of [...amounts, sumFen(shares) || 1]) {
    if (Number.isSafeInteger(amount) && amount > 0 && amount <= MAX_MOVE_FEN) continue;
    const text = `amounts are whole fen from 1 to ${MAX_MOVE_FEN}, got ${amounts.join(', ')}`;
    throw new UsageError('ledger/amount', text);
  }
  const accounts = shares.map(({account}) => account);
  if (move.move === 'hold') accounts.push(move.account);
  if (move.move === 'transfer') accounts.push(move.from);
  for (const account of accounts) {
    if (OTHERS_ACCOUNT.test(account)) continue;
    if (HOUSE_ACCOUNTS.some(known => known === account)) continue;
    throw new UsageError('ledger/account', `no account is called ${account}`);
  }
}

/** The same for the same wish, in whatever order its fields were written. */
export function fingerprintOf(move: MoneyMove | readonly string[]): string {
  return hash('sha256', JSON.stringify('move' in move ? wordsOf(move) : move), 'hex');
}

function wordsOf(move: MoneyMove): readonly unknown[] {
  const shares = 'to' in move ? move.to.map(({account, amountFen}) => [account, amountFen]) : [];
  switch (move.move) {
    case 'hold':
      return [move.move, move.key, move.account, move.amountFen, move.expiresAt ?? null];
    case 'capture':
      return [move.move, move.key, move.hold, shares];
    case 'release':
      return [move.move, move.key, move.hold];
    case 'transfer':
      return [move.move, move.key, move.from, shares, move.reason];
    case 'reverse':
      return [move.move, move.key, move.of, move.amountFen, move.reason];
  }
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
  const back = left.map(line => partOf(line.amountFen, amountFen, leftFen));
  let restFen = amountFen - back.reduce((sum, fen) => sum + fen, 0);
  for (const [index, line] of left.entries()) {
    const more = Math.min(restFen, line.amountFen - (back[index] ?? 0));
    back[index] = (back[index] ?? 0) + more;
    restFen -= more;
  }
  const taken = receivers.map(({account}, index) => ({account, amountFen: 0 - (back[index] ?? 0)}));
  return [...taken, {account: payer.account, amountFen}];
}

/** Rounded down; exact though the product may be beyond 2^53. */
function partOf(fen: number, numerator: number, denominator: number): number {
  return Number((BigInt(fen) * BigInt(numerator)) / BigInt(denominator));
}

/** Each reversal has a line for every receiver, in their order, and one for the payer behind them. */
function linesOfReceiver(
  reversed: readonly Line[],
  receivers: number,
  index: number,
): readonly Line[] {
  return reversed.filter((_, at) => at % (receivers + 1) === index);
}

/** What each account has more or less by these lines, each account once. */
export function changesOf(lines: readonly Line[]): ReadonlyMap<string, number> {
  const changes = new Map<string, number>();
  for (const {account, amountFen} of lines) {
    changes.set(account, (changes.get(account) ?? 0) + amountFen);
  }
  return changes;
}
