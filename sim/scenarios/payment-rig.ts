import type {ExecutionContext} from 'ava';
import {Ledger} from '../../cloud-sync/api/ledger/ledger.js';
import {imbalancesOf} from '../../cloud-sync/api/ledger/ledger-audit.js';
import {LedgerChain} from '../../cloud-sync/api/ledger/ledger-chain.js';
import {LedgerTable} from '../../cloud-sync/api/ledger/ledger-table.js';
import type {AccountName, MoneyMove} from '../../cloud-sync/api/ledger/money-move.js';
import {bookDayOf} from '../../cloud-sync/api/payments/book-day.js';
import {BooksCheck} from '../../cloud-sync/api/payments/books-check.js';
import {CallbackDesk, type CallbackFate} from '../../cloud-sync/api/payments/callback-desk.js';
import {IntentRunner} from '../../cloud-sync/api/payments/intent-runner.js';
import {MoneyFaults} from '../../cloud-sync/api/payments/money-faults.js';
import {type Intended, PaymentDesk} from '../../cloud-sync/api/payments/payment-desk.js';
import {PaymentTable} from '../../cloud-sync/api/payments/payment-table.js';
import {PayoutDesk} from '../../cloud-sync/api/payments/payout-desk.js';
import type {PaymentProvider} from '../../cloud-sync/api/payments/provider-port.js';
import {reconcileDay} from '../../cloud-sync/api/payments/reconcile.js';
import {
  type DayKey,
  ReconciliationTable,
} from '../../cloud-sync/api/payments/reconciliation-table.js';
import {WireProvider} from '../../cloud-sync/api/payments/wire-provider.js';
import type {CloudTransaction} from '../../cloud-sync/api/store/cloud-schema.js';
import {CloudStore} from '../../cloud-sync/api/store/cloud-store.js';
import {ChangeFeed} from '../../cloud-sync/api/tenancy/change-feed.js';
import {TenantTable} from '../../cloud-sync/api/tenancy/tenant-table.js';
import {yieldTurn} from '../../edge/platform/event-loop.js';
import {SECOND_MS} from '../../protocols/base/units.js';
import {SeededEntropy} from '../clock/seeded-entropy.js';
import {VirtualClock} from '../clock/virtual-clock.js';
import {type SimCallback, SimPaymentProvider} from '../services/payment-provider.js';

export interface PaymentRigOptions {
  readonly seed?: number;
  readonly paysAfterMs?: number;
  readonly unsupported?: readonly ('authorize' | 'capture' | 'release')[];
  /** Left out: the rig hands each callback to the desk as it comes. */
  readonly onCallback?: (callback: SimCallback) => void;
}

const TENANT = 'ten';
const SECRET = new Uint8Array(32).fill(7);

/** Books, provider and everything between on one virtual clock; nothing runs by itself but the provider. */
export async function paymentRig(
  t: Pick<ExecutionContext, 'teardown'>,
  options: PaymentRigOptions = {},
) {
  const {seed = 1, paysAfterMs, unsupported = []} = options;
  const clock = new VirtualClock({yieldTurn});
  const entropy = new SeededEntropy(seed);
  const store = await CloudStore.open(':memory:');
  t.teardown(() => store.close());
  await store.read(db => new TenantTable().add(db, {id: TENANT, name: 'T', createdWall: 1}));
  const fates: CallbackFate[] = [];
  const take = async ({headers, body}: SimCallback) => {
    const fate = await callbacks.take('sim', name => headers[name], Buffer.from(body));
    fates.push(fate);
    return fate;
  };
  const taking: Promise<unknown>[] = [];
  const provider = new SimPaymentProvider({
    ...{clock, entropy: new SeededEntropy(seed + 1), secret: SECRET, dayOf: bookDayOf},
    ...(paysAfterMs !== undefined && {paysAfterMs}),
    deliver: options.onCallback ?? (callback => void taking.push(take(callback))),
  });
  const wire = new WireProvider({
    ...{name: 'sim', secrets: [SECRET], merchants: new Map([[TENANT, 'm-1']]), unsupported},
    post: (path, body) => provider.post(path, body),
  });
  const providers = new Map<string, PaymentProvider>([['sim', wire]]);
  const desks = assembleDesks({clock, entropy, store, providers});
  const {table, reconciliations, ledger, desk, runner, callbacks, payouts} = desks;
  const wanted = {tenant: TENANT, by: 'wang', reason: 'test'};
  const intend = async (work: (tx: CloudTransaction) => Promise<Intended>) => {
    const made = await store.transaction(work);
    return made.kind === 'intended' ? made.id : made.why;
  };
  /** Let time pass; the runner looks every second. */
  const pass = async (forMs: number) => {
    for (let passedMs = 0; passedMs < forMs; passedMs += SECOND_MS) {
      await clock.settle(runner.runDue());
      await clock.advance(SECOND_MS);
      await Promise.all(taking.splice(0));
    }
    await clock.settle(runner.runDue());
  };
  return {
    ...desks,
    ...{clock, store, provider, wire, fates, wanted, take, pass, intend},
    /** `member:m` is recharged; gives the payment. */
    recharge: (amountFen: number, account: AccountName = 'member:m') =>
      intend(tx => desk.charge(tx, wanted, {provider: 'sim', account, amountFen})),
    refund: (of: string, amountFen: number) =>
      intend(tx => desk.refund(tx, wanted, {of, amountFen})),
    move: (move: MoneyMove) =>
      store.transaction(tx => ledger.move(tx, TENANT, move, {orderId: null})),
    balance: (account: AccountName) => store.read(db => ledger.balance(db, TENANT, account)),
    payment: async (id: string) => (await store.read(db => table.get(db, id))) ?? {state: 'none'},
    imbalances: () => store.read(db => imbalancesOf(db, TENANT)),
    reconcile: async (day: string) => {
      const {lines} = await clock.settle(wire.settlement('m-1', day));
      const key: DayKey = {tenant: TENANT, provider: 'sim', day};
      return reconcileDay({clock, store, ledger, payments: table, reconciliations}, key, {
        ...{lines, by: 'wang'},
      });
    },
    today: () => bookDayOf(clock.wallMs()),
    payout: (day: string) => payouts.run({tenant: TENANT, provider: 'sim', day, by: 'wang'}),
  };
}

interface RigBase {
  readonly clock: VirtualClock;
  readonly entropy: SeededEntropy;
  readonly store: CloudStore;
  readonly providers: ReadonlyMap<string, PaymentProvider>;
}

function assembleDesks({clock, entropy, store, providers}: RigBase) {
  const log = {debug() {}, info() {}, warn() {}, error() {}};
  const [table, reconciliations] = [new PaymentTable(), new ReconciliationTable()];
  const ledger = new Ledger({clock, entropy, table: new LedgerTable()});
  const changes = new ChangeFeed({clock, entropy, store});
  const faults = new MoneyFaults(clock, changes);
  const desk = new PaymentDesk({clock, entropy, table, ledger, changes, providers});
  const parts = {clock, log, store, table, ledger, changes, faults, providers};
  const runner = new IntentRunner(parts);
  const callbacks = new CallbackDesk({clock, store, table, providers, onNudge: () => {}});
  const chain = new LedgerChain(store);
  const books = new BooksCheck({store, chain, faults, payments: table, reconciliations});
  const payouts = new PayoutDesk({clock, entropy, store, payments: desk, books, faults});
  return {
    ...{table, reconciliations, ledger, changes, faults, desk, runner, callbacks, chain},
    ...{books, payouts},
  };
}
