import {InternalError} from '../../../protocols/base/errors.js';
import type {Ledger} from '../ledger/ledger.js';
import type {AccountName} from '../ledger/money-move.js';
import type {CloudTransaction} from '../store/cloud-schema.js';
import type {BathTable} from './bath-table.js';

export interface Debtor {
  readonly tenant: string;
  readonly holder: string;
}

/** What members owe for showers beyond their holds: the one rinse. @see requirements B15, E58 */
export class BathDebts {
  readonly #ledger: Ledger;
  readonly #table: BathTable;

  constructor(ledger: Ledger, table: BathTable) {
    this.#ledger = ledger;
    this.#table = table;
  }

  /** It stands in the ledger already. */
  owe(tx: CloudTransaction, debtor: Debtor, amountFen: number): Promise<void> {
    return this.#table.owe(tx, debtor, amountFen);
  }

  /** It is his no more, as the ledger says already: what he has paid of it comes back to him. */
  async forgive(
    tx: CloudTransaction,
    debtor: Debtor,
    amountFen: number,
    orderId: string,
  ): Promise<void> {
    const owedFen = Math.min(amountFen, Math.max(0, await this.#table.debt(tx, debtor)));
    if (owedFen > 0) await this.#table.owe(tx, debtor, -owedFen);
    if (owedFen === amountFen) return;
    const to = [{account: `member:${debtor.holder}`, amountFen: amountFen - owedFen}] as const;
    const key = `${orderId}/forgiven`;
    const reason = 'paid for a shower that was refunded';
    const move = {move: 'transfer', key, from: 'house:receivable', to, reason} as const;
    const why = await this.#ledger.move(tx, debtor.tenant, move, {orderId});
    if (why !== undefined) throw new InternalError('internal/order', `bath ${orderId}: ${why}`);
  }

  /** Of what he has, first what he owes. `key`: of this occasion; the same one pays once. */
  async collect(
    tx: CloudTransaction,
    debtor: Debtor,
    {key, orderId}: {readonly key: string; readonly orderId: string | null},
  ): Promise<void> {
    const {tenant, holder} = debtor;
    const debtFen = await this.#table.debt(tx, debtor);
    if (debtFen <= 0) return;
    const from: AccountName = `member:${holder}`;
    const {availableFen} = await this.#ledger.balance(tx, tenant, from);
    const amountFen = Math.min(debtFen, availableFen);
    if (amountFen <= 0) return;
    const to = [{account: 'house:receivable', amountFen}] as const;
    const move = {move: 'transfer', key, from, to, reason: 'owed for a shower'} as const;
    const why = await this.#ledger.move(tx, tenant, move, {orderId});
    // Somebody else spent it meanwhile: it is owed on.
    if (why === undefined) await this.#table.owe(tx, debtor, -amountFen);
  }
}
