import type {Clock, Entropy} from '../../protocols/base/clock.js';
import {HOUR_MS} from '../../protocols/base/units.js';
import type {SyncLog} from '../log.js';
import type {Api} from './http/api.js';
import {RequestWriter} from './http/write.js';
import {Ledger} from './ledger/ledger.js';
import {LedgerTable} from './ledger/ledger-table.js';
import {assembleOrders, type OrderParts} from './orders/orders.js';
import type {CloudStore} from './store/cloud-store.js';
import {AnswerTable} from './tenancy/answer-table.js';
import {ChangeFeed} from './tenancy/change-feed.js';
import type {SiteTable} from './tenancy/site-table.js';

export interface AreaOptions {
  readonly clock: Clock;
  readonly entropy: Entropy;
  readonly log: SyncLog;
  readonly store: CloudStore;
  readonly sites: SiteTable;
  readonly parts: OrderParts;
  /** After a commit: these gateways should hear of it. */
  readonly onGateways: (gateways: readonly string[]) => void;
}

/** What every area builds on. */
export interface AreaBase extends AreaOptions {
  readonly writer: RequestWriter;
  readonly changes: ChangeFeed;
  readonly ledger: Ledger;
}

/** The areas of the interface behind the frame, put together. */
export interface Areas {
  addRoutes(api: Api): void;
  /** Hourly. */
  chores(): Promise<void>;
  close(): Promise<void>;
}

const ANSWERS_KEPT_MS = 72 * HOUR_MS;

export function assembleAreas(options: AreaOptions): Areas {
  const {clock, entropy, store} = options;
  const answers = new AnswerTable();
  const base: AreaBase = {
    ...options,
    writer: new RequestWriter({clock, store, answers}),
    changes: new ChangeFeed({clock, entropy, store}),
    ledger: new Ledger({clock, entropy, table: new LedgerTable()}),
  };
  const orders = assembleOrders(base, options.parts);
  orders.start();
  return {
    addRoutes: () => {},
    chores: async () => {
      await base.changes.number();
      await store.read(db => answers.prune(db, clock.wallMs() - ANSWERS_KEPT_MS));
    },
    close: () => orders.stop(),
  };
}
