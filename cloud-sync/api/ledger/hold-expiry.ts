import type {Clock} from '../../../protocols/base/clock.js';
import {errorText} from '../../../protocols/base/errors.js';
import type {SyncLog} from '../../log.js';
import type {CloudStore} from '../store/cloud-store.js';
import type {ChangeFeed} from '../tenancy/change-feed.js';
import type {Ledger} from './ledger.js';
import type {LedgerTable} from './ledger-table.js';

export interface HoldExpiryOptions {
  readonly clock: Clock;
  readonly log: SyncLog;
  readonly store: CloudStore;
  readonly ledger: Ledger;
  readonly table: LedgerTable;
  readonly changes: ChangeFeed;
}

/** Lets go of what was held for too long, each hold once, whichever worker comes first. */
export class HoldExpiry {
  readonly #options: HoldExpiryOptions;

  constructor(options: HoldExpiryOptions) {
    this.#options = options;
  }

  /** Gives how many. One that cannot be let go holds up no other. */
  async expireDue(): Promise<number> {
    const {clock, log, store, table} = this.#options;
    const now = clock.wallMs();
    let count = 0;
    let after: {readonly expiresWall: number; readonly key: string} | undefined;
    for (;;) {
      const due = await store.read(db => table.expiredHolds(db, now, after));
      for (const {tenant, key} of due) {
        try {
          if (await this.#expire(tenant, key)) count += 1;
        } catch (error) {
          log.error('ledger.not_expired', {tenant, hold: key, why: errorText(error)});
        }
      }
      after = due.at(-1);
      if (!after) return count;
    }
  }

  #expire(tenant: string, key: string): Promise<boolean> {
    const {store, ledger, changes} = this.#options;
    return store.transaction(async tx => {
      if ((await ledger.expire(tx, tenant, key)) !== undefined) return false;
      const about = {site: null, type: 'hold.expired', subject: 'hold', subjectId: key};
      await changes.note(tx, {tenant, ...about, data: {hold: key}});
      return true;
    });
  }
}
