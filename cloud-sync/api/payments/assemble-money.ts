import {DAY_MS, SECOND_MS} from '../../../protocols/base/units.js';
import type {AreaBase} from '../area-base.js';
import type {Api} from '../http/api.js';
import {HoldExpiry} from '../ledger/hold-expiry.js';
import {LedgerChain} from '../ledger/ledger-chain.js';
import {addLedger} from '../ledger/ledger-routes.js';
import {LedgerTable} from '../ledger/ledger-table.js';
import {LedgerView} from '../ledger/ledger-view.js';
import {RefundDesk} from '../ledger/refund-desk.js';
import {Rounds} from '../ledger/rounds.js';
import type {Orders} from '../orders/orders.js';
import {AuditLog} from '../tenancy/audit-log.js';
import {bookDayOf} from './book-day.js';
import {BooksCheck} from './books-check.js';
import {CallbackDesk} from './callback-desk.js';
import {DailyReconciler} from './daily-reconciler.js';
import {DisputeDesk} from './dispute-desk.js';
import {IntentRunner} from './intent-runner.js';
import {MoneyFaults} from './money-faults.js';
import {type DebtCollector, type KnownMembers, OrderPayments} from './order-payments.js';
import {PaymentDesk} from './payment-desk.js';
import {addPayments, type PayingMembers} from './payment-routes.js';
import {PaymentTable} from './payment-table.js';
import {PayoutDesk} from './payout-desk.js';
import {ReconciliationTable} from './reconciliation-table.js';
import {addSettlements} from './settlement-routes.js';

export interface MoneyOptions {
  readonly members: PayingMembers & KnownMembers;
  readonly orders: Pick<Orders, 'frame' | 'orders'>;
  /** What members owe is paid of what they recharge. Left out: nobody owes anything. */
  readonly debts?: DebtCollector | undefined;
}

/** Ledger, payments, reconciliation and payouts. */
export interface Money {
  /** Of orders that are paid by a provider. */
  readonly orderPayments: OrderPayments;
  /** Providers are to be asked for something that was just committed. */
  onIntent(): void;
  addRoutes(api: Api): void;
  /** Begin to seal, to let holds go, and to ask providers. */
  start(): void;
  /** Hourly. */
  chores(): Promise<void>;
  close(): Promise<void>;
}

/** Another worker may have written something: the database is asked this often. */
const EVERY_MS = 5 * SECOND_MS;
/** Far beyond the time in which a callback may be taken at all. */
const EVENTS_KEPT_MS = 7 * DAY_MS;

export function assembleMoney(
  base: AreaBase,
  {members, debts, orders: {frame, orders}}: MoneyOptions,
): Money {
  const {clock, entropy, log, store, writer, changes, ledger, onGateways} = base;
  const providers = new Map((base.providers ?? []).map(provider => [provider.name, provider]));
  const [entries, table, reconciliations] = [
    new LedgerTable(),
    new PaymentTable(),
    new ReconciliationTable(),
  ];
  const audit = new AuditLog(clock, entropy);
  const chain = new LedgerChain(store);
  const expiry = new HoldExpiry({clock, log, store, ledger, table: entries, changes});
  const faults = new MoneyFaults(clock, changes);
  const desk = new PaymentDesk({clock, entropy, table, ledger, changes, providers});
  const waiters = new OrderPayments({
    ...{clock, table, desk, faults, changes, frame, orders, members, debts, onGateways},
  });
  const runner = new IntentRunner({
    ...{clock, log, store, table, ledger, changes, faults, providers, waiters},
  });
  const disputes = new DisputeDesk({clock, table, ledger, faults, changes, audit, waiters});
  const rounds = (name: string, run: () => Promise<unknown>) =>
    new Rounds({clock, log, name, everyMs: EVERY_MS, run});
  const keeping = rounds('cloud.ledger', async () => {
    await expiry.expireDue();
    await chain.seal();
  });
  const asking = rounds('cloud.payments', () => runner.runDue());
  const onIntent = () => asking.call();
  const callbacks = new CallbackDesk({clock, store, table, providers, onNudge: onIntent});
  const books = new BooksCheck({store, chain, faults, payments: table, reconciliations});
  const payouts = new PayoutDesk({clock, entropy, store, payments: desk, books, faults});
  const parts = {clock, store, ledger, payments: table, reconciliations};
  const daily = new DailyReconciler({...parts, log, providers, books, runner});
  return {
    ...{orderPayments: waiters, onIntent},
    addRoutes: api => {
      const refunds = new RefundDesk({ledger, table: entries, audit});
      addLedger(api, {store, writer, ledger, view: new LedgerView(), chain, refunds});
      addPayments(api, {
        ...{store, writer, desk, table, callbacks, members, disputes, onIntent},
        onGateways: gateways => waiters.onGateways(gateways),
      });
      addSettlements(api, {
        ...{...parts, writer, audit, faults, payouts, providers, onIntent},
        reconcile: asked => daily.reconcile(asked),
      });
    },
    start: () => {
      keeping.call();
      if (providers.size > 0) asking.call();
    },
    chores: async () => {
      await store.read(db => table.pruneEvents(db, clock.wallMs() - EVENTS_KEPT_MS));
      await daily.reconcileLast(bookDayOf(clock.wallMs() - DAY_MS));
    },
    close: async () => {
      await Promise.all([keeping.stop(), asking.stop()]);
    },
  };
}
