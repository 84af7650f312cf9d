import type {ExecutionContext} from 'ava';
import type {CloudStore} from './cloud-store.js';
import type {EventLedger} from './event-ledger.js';
import type {GatewayTable} from './gateway-table.js';

export interface StoreUnderTest {
  readonly store: CloudStore;
  /** A second store on the same database, as another worker or after a restart. */
  readonly reopen: () => Promise<CloudStore>;
}

/** What each part of the store's contract is checked with. */
export interface ContractBench {
  readonly hasManyWriters: boolean;
  readonly gateways: GatewayTable;
  readonly ledger: EventLedger;
  readonly check: (
    title: string,
    run: (t: ExecutionContext, use: StoreUnderTest) => Promise<void>,
  ) => void;
}
