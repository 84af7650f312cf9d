import type {CertificateRow, CertificateTable} from '../store/certificate-table.js';
import type {CloudTransaction} from '../store/cloud-schema.js';
import type {CloudStore} from '../store/cloud-store.js';

export interface FirstShowingsOptions {
  readonly store: CloudStore;
  readonly table: CertificateTable;
  readonly wallMs: () => number;
  /** Within the transaction, for the certificates that are shown for the first time. */
  readonly onFirst: (tx: CloudTransaction, rows: readonly CertificateRow[]) => Promise<void>;
}

interface Waiting {
  readonly row: CertificateRow;
  readonly resolve: () => void;
  readonly reject: (error: unknown) => void;
}

/** So many in one transaction: others want to write too. */
const AT_ONCE = 250;

/**
 * Notes which certificates have been shown. When thousands of gateways come at once, those that come while
 * one transaction is on its way share the next one.
 */
export class FirstShowings {
  readonly #options: FirstShowingsOptions;
  #waiting: Waiting[] = [];
  #work: Promise<void> | undefined;

  constructor(options: FirstShowingsOptions) {
    this.#options = options;
  }

  /** Settles once it is committed; rejects when nothing of it is. */
  note(row: CertificateRow): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({row, resolve, reject});
      this.#work ??= this.#drain();
    });
  }

  /** Settles when nothing is being written any more. */
  async close(): Promise<void> {
    await this.#work;
  }

  async #drain(): Promise<void> {
    while (this.#waiting.length > 0) await this.#commit(this.#waiting.splice(0, AT_ONCE));
    this.#work = undefined;
  }

  async #commit(some: readonly Waiting[]): Promise<void> {
    const {store, table, wallMs, onFirst} = this.#options;
    // In one order everywhere: two workers that hold each other's rows would wait for ever.
    const rows = some
      .map(({row}) => row)
      .toSorted((one, other) => (one.serial < other.serial ? -1 : 1));
    try {
      await store.transaction(async tx => {
        const first = await table.markSeen(tx, serialsOf(rows), wallMs());
        await onFirst(
          tx,
          rows.filter(({serial}) => first.has(serial)),
        );
      });
      for (const {resolve} of some) resolve();
    } catch (error) {
      for (const {reject} of some) reject(error);
    }
  }
}

function serialsOf(rows: readonly CertificateRow[]): readonly string[] {
  return rows.map(({serial}) => serial);
}
