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
