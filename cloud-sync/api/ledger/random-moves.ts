import type {Entropy} from '../../../protocols/base/clock.js';
import type {AccountName, MoneyMove} from './money-move.js';

const PEOPLE = 12;
const LENDERS = 5;
/** Of what was asked before, how much comes again: as it was, or with another amount under its key. */
const RESENT = 0.5;

/** A tenant's day in moves of every kind, many of which a ledger must refuse; repeatable by its entropy. */
export class RandomMoves {
  readonly #entropy: Entropy;
  readonly #asked: MoneyMove[] = [];
  readonly #holds: string[] = [];
  readonly #takings: string[] = [];
  #count = 0;

  constructor(entropy: Entropy) {
    this.#entropy = entropy;
  }

  get asked(): readonly MoneyMove[] {
    return this.#asked;
  }

  next(): MoneyMove {
    const before = this.#one(this.#asked);
    if (before && this.#entropy.fraction() < RESENT) {
      const isForged = this.#entropy.fraction() < 0.1 && 'amountFen' in before;
      return isForged ? {...before, amountFen: before.amountFen + 1} : before;
    }
    const move = this.#fresh();
    this.#asked.push(move);
    return move;
  }

  #fresh(): MoneyMove {
    this.#count += 1;
    const key = `k-${this.#count}`;
    const die = this.#below(100);
    const hold = this.#late(this.#holds);
    if (die < 30) {
      this.#holds.push(key);
      const account = this.#person();
      return {move: 'hold', key, account, amountFen: this.#fen(), expiresAt: undefined};
    }
    if (hold !== undefined && die < 55) {
      this.#takings.push(key);
      return {move: 'capture', key, hold, to: this.#shares()};
    }
    if (hold !== undefined && die < 65) return {move: 'release', key, hold};
    const of = this.#late(this.#takings);
    if (of !== undefined && die < 75) {
      return {move: 'reverse', key, of, amountFen: this.#fen(), reason: 'random'};
    }
    this.#takings.push(key);
    const isIncome = this.#below(3) === 0;
    const from: AccountName = isIncome ? 'house:clearing' : this.#person();
    const to = [{account: this.#person(), amountFen: this.#fen() * (isIncome ? 3 : 1)}];
    return {move: 'transfer', key, from, to, reason: 'random'};
  }

  #shares() {
    const lender = this.#below(LENDERS);
    const all = [
      {account: `lender:${lender}` as const, amountFen: this.#fen()},
      {account: 'house:revenue' as const, amountFen: this.#fen()},
      {account: `lender:${lender}` as const, amountFen: 1 + this.#below(3)},
    ];
    return all.slice(0, this.#below(4));
  }

  #person(): AccountName {
    return `member:${this.#below(PEOPLE)}`;
  }

  #fen(): number {
    return 1 + this.#below(2000);
  }

  /** One of the last few: older ones are over. */
  #late(keys: readonly string[]): string | undefined {
    return this.#one(keys.slice(-20));
  }

  #one<Item>(items: readonly Item[]): Item | undefined {
    return items[this.#below(items.length)];
  }

  #below(limit: number): number {
    return Math.floor(this.#entropy.fraction() * limit);
  }
}
