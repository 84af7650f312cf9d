import {Ledger} from '../../cloud-sync/api/ledger/ledger.js';
import {imbalancesOf} from '../../cloud-sync/api/ledger/ledger-audit.js';
import {LedgerTable} from '../../cloud-sync/api/ledger/ledger-table.js';
import type {MoneyMove} from '../../cloud-sync/api/ledger/money-move.js';
import {CloudStore} from '../../cloud-sync/api/store/cloud-store.js';
import {TenantTable} from '../../cloud-sync/api/tenancy/tenant-table.js';
import type {Clock, Entropy} from '../../protocols/base/clock.js';
import type {ShowerNews} from './soak-house.js';

const TENANT = 'soak';
const MEMBER = 'member:bather';
const PURSE_FEN = 1_000_000_000;

/**
 * The ledger of the platform, told of holds and of showers as a gateway resends them: late after days
 * offline, and some twice. What is due is due once.
 */
export class SoakTill {
  /** Captured in all, rinses that are owed included. */
  usedFen = 0;
  owedFen = 0;
  readonly #store: CloudStore;
  readonly #ledger: Ledger;
  readonly #entropy: Entropy;
  readonly #queue: ShowerNews[] = [];
  #begun = false;

  private constructor(store: CloudStore, clock: Clock, entropy: Entropy) {
    this.#store = store;
    this.#entropy = entropy;
    this.#ledger = new Ledger({clock, entropy, table: new LedgerTable()});
  }

  static async open(clock: Clock, entropy: Entropy): Promise<SoakTill> {
    return new SoakTill(await CloudStore.open(':memory:'), clock, entropy);
  }

  /** Set the budget of a grant aside. */
  async hold(grant: string, amountFen: number): Promise<void> {
    await this.#begin();
    const key = `${grant}/hold`;
    await this.#move({move: 'hold', key, account: MEMBER, amountFen, expiresAt: undefined});
  }

  /** A shower is settled: told now, or once the line is back; one in ten is told twice. */
  hear(news: ShowerNews): void {
    this.#queue.push(news);
    if (this.#entropy.fraction() < 0.1) this.#queue.push(news);
  }

  /** All that was told so far. */
  async take(): Promise<void> {
    for (const news of this.#queue.splice(0)) await this.#settle(news);
  }

  /** A code that nobody used: its hold goes back. */
  release(grant: string): Promise<void> {
    return this.#move({move: 'release', key: `${grant}/release`, hold: `${grant}/hold`});
  }

  /** What does not add up. */
  async findings(): Promise<readonly string[]> {
    const wrong = await this.#store.read(db => imbalancesOf(db, TENANT));
    const {heldFen, postedFen} = await this.#store.read(db =>
      this.#ledger.balance(db, TENANT, MEMBER),
    );
    const spentFen = PURSE_FEN - postedFen;
    return [
      ...wrong.map(({kind, subject, foundFen}) => `${kind} ${subject}: ${foundFen} fen`),
      ...(heldFen === 0 ? [] : [`${heldFen} fen are still held`]),
      ...(spentFen === this.usedFen + this.owedFen
        ? []
        : [`${spentFen} fen taken, ${this.usedFen} used and ${this.owedFen} owed`]),
    ];
  }

  close(): Promise<void> {
    return this.#store.close();
  }

  async #begin(): Promise<void> {
    if (this.#begun) return;
    this.#begun = true;
    await this.#store.transaction(tx =>
      new TenantTable().add(tx, {id: TENANT, name: TENANT, createdWall: 1}),
    );
    const to = [{account: MEMBER, amountFen: PURSE_FEN}] as const;
    await this.#move({move: 'transfer', key: 'purse', from: 'house:clearing', to, reason: 'purse'});
  }

  async #settle({session, grant, usedFen, owedFen, isGivenBack}: ShowerNews): Promise<void> {
    // The code is good again, and so is its hold.
    if (isGivenBack) return;
    const hold = `${grant}/hold`;
    if (usedFen === 0) {
      await this.#move({move: 'release', key: `${session}/release`, hold});
    } else {
      const to = [{account: 'house:revenue', amountFen: usedFen}] as const;
      await this.#move({move: 'capture', key: `${session}/capture`, hold, to});
    }
    if (owedFen === 0) return;
    const to = [{account: 'house:receivable', amountFen: owedFen}] as const;
    const key = `${session}/owed`;
    await this.#move({move: 'transfer', key, from: MEMBER, to, reason: 'rinse'});
  }

  async #move(move: MoneyMove): Promise<void> {
    const why = await this.#store.transaction(tx =>
      this.#ledger.move(tx, TENANT, move, {orderId: null}),
    );
    if (why !== undefined) throw new Error(`${move.move} ${move.key}: ${why}`);
  }
}
