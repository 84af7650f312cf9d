import {imbalancesOf} from '../ledger/ledger-audit.js';
import type {LedgerChain} from '../ledger/ledger-chain.js';
import type {CloudStore} from '../store/cloud-store.js';
import type {Finding, MoneyFaultKind, MoneyFaults} from './money-faults.js';
import type {PaymentTable} from './payment-table.js';
import type {ReconciliationTable} from './reconciliation-table.js';

export interface BooksCheckOptions {
  readonly store: CloudStore;
  readonly chain: LedgerChain;
  readonly faults: MoneyFaults;
  readonly payments: PaymentTable;
  readonly reconciliations: ReconciliationTable;
}

const CHECKED: readonly MoneyFaultKind[] = [
  'ledger_imbalance',
  'chain_broken',
  'difference_open',
  'day_not_reconciled',
];

/** Whether the books of a tenant are in order: sums, chain, and every day beside its provider's. */
export class BooksCheck {
  readonly #options: BooksCheckOptions;

  constructor(options: BooksCheckOptions) {
    this.#options = options;
  }

  /** Everything that is wrong up to a day; raised and cleared as faults on the way. */
  async findings(tenant: string, untilDay: string): Promise<readonly Finding[]> {
    const {store, faults} = this.#options;
    const found = [
      ...(await this.#sums(tenant)),
      ...(await this.#links(tenant)),
      ...(await this.#days(tenant, untilDay)),
    ];
    await store.transaction(tx => faults.settle(tx, tenant, CHECKED, found));
    return found;
  }

  async #sums(tenant: string): Promise<readonly Finding[]> {
    const {store} = this.#options;
    const found = await store.read(db => imbalancesOf(db, tenant));
    return found.map(({kind, subject, foundFen, expectedFen}) => ({
      ...{kind: 'ledger_imbalance', subject: `${kind}/${subject}`},
      detail: `${foundFen} fen, expected ${expectedFen}`,
    }));
  }

  async #links(tenant: string): Promise<readonly Finding[]> {
    const checked = await this.#options.chain.verify(tenant);
    if (checked.kind === 'whole') return [];
    const {no, key, why} = checked;
    const detail = key === null ? why : `${why}: ${key}`;
    return [{kind: 'chain_broken', subject: String(no), detail}];
  }

  async #days(tenant: string, untilDay: string): Promise<readonly Finding[]> {
    const {store, payments, reconciliations} = this.#options;
    const items = await store.read(db => reconciliations.openItems(db, tenant));
    const differing = new Set(items.map(({provider, day}) => `${provider}/${day}`));
    const days = await store.read(db => payments.unsettled(db, tenant, untilDay));
    return [
      ...items.map(({provider, day, subject, kind, oursFen, theirsFen}) => ({
        ...{kind: 'difference_open' as const, subject: `${provider}/${day}/${subject}`},
        detail: `${kind}: ours ${oursFen} fen, theirs ${theirsFen}`,
      })),
      ...days
        .map(({provider, day}) => `${provider}/${day}`)
        .filter(subject => !differing.has(subject))
        .map(subject => ({kind: 'day_not_reconciled' as const, subject, detail: 'not compared'})),
    ];
  }
}
