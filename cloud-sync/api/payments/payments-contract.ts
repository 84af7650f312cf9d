import {Ledger} from '../ledger/ledger.js';
import {imbalancesOf} from '../ledger/ledger-audit.js';
import {LedgerChain} from '../ledger/ledger-chain.js';
import {LedgerTable} from '../ledger/ledger-table.js';
import type {CloudStore} from '../store/cloud-store.js';
import type {ContractBench} from '../store/contract-bench.js';
import {ChangeFeed} from '../tenancy/change-feed.js';
import {TenantTable} from '../tenancy/tenant-table.js';
import {BooksCheck} from './books-check.js';
import {IntentRunner} from './intent-runner.js';
import {MoneyFaults} from './money-faults.js';
import {PaymentDesk} from './payment-desk.js';
import {PaymentTable} from './payment-table.js';
import {PayoutDesk} from './payout-desk.js';
import type {PaymentProvider, ProviderOrder, SettlementLine} from './provider-port.js';
import {reconcileDay} from './reconcile.js';
import {ReconciliationTable} from './reconciliation-table.js';

const NOW = 1_700_000_000_000;
const DAY = '2023-11-15';

/** Everything succeeds at once; counts how often each key was asked for. */
function easyProvider() {
  const asked: ProviderOrder[] = [];
  const provider: PaymentProvider = {
    ...{name: 'easy', unsupported: [], merchantOf: () => 'm-1'},
    order: order => Promise.resolve(void asked.push(order)),
    fetch: (merchant, key) => {
      const order = asked.find(one => one.key === key);
      if (!order) return Promise.resolve(undefined);
      const {act, amountFen} = order;
      return Promise.resolve({
        ...{key, act, ref: 'r', merchant, amountFen, currency: 'CNY', state: 'succeeded' as const},
        ...{bookDay: DAY, expiresWall: undefined, payLink: undefined, why: undefined},
      });
    },
    settlement: (_, day) => Promise.resolve({day, lines: []}),
    verify: () => undefined,
  };
  return {provider, asked};
}

function worker(store: CloudStore, name: string, provider: PaymentProvider) {
  let ids = 0;
  const clock = {
    ...{nowMs: () => 0, sleep: () => Promise.resolve(), wallMs: () => NOW as never},
    ...{timer: () => ({cancel: () => {}}), waitUntil: () => ({cancel: () => {}})},
  };
  const entropy = {
    ...{bytes: (length: number) => new Uint8Array(length), fraction: () => 0},
    ulid: () => {
      ids += 1;
      return `${name}${String(ids).padStart(10, '0')}`;
    },
  };
  const log = {debug() {}, info() {}, warn() {}, error() {}};
  const providers = new Map([[provider.name, provider]]);
  const [table, reconciliations] = [new PaymentTable(), new ReconciliationTable()];
  const ledger = new Ledger({clock, entropy, table: new LedgerTable()});
  const changes = new ChangeFeed({clock, entropy, store});
  const faults = new MoneyFaults(clock, changes);
  const desk = new PaymentDesk({clock, entropy, table, ledger, changes, providers});
  const runner = new IntentRunner({
    ...{clock, log, store, table, ledger, changes, faults, providers},
  });
  const chain = new LedgerChain(store);
  const books = new BooksCheck({store, chain, faults, payments: table, reconciliations});
  const payouts = new PayoutDesk({clock, entropy, store, payments: desk, books, faults});
  const parts = {clock, store, ledger, payments: table, reconciliations};
  return {store, table, ledger, desk, runner, chain, payouts, parts, faults};
}

/** What payments promise on every database. */
export function paymentsContract({check, hasManyWriters}: ContractBench): void {
  check('an intent is asked for and booked once, by whichever worker', async (t, use) => {
    const {provider, asked} = easyProvider();
    const {store} = use;
    await store.read(db => new TenantTable().add(db, {id: 'ten', name: 'T', createdWall: 1}));
    const left = worker(store, 'A', provider);
    const right = worker(hasManyWriters ? await use.reopen() : store, 'B', provider);
    const wanted = {tenant: 'ten', by: 'wang', reason: 'test'};
    for (let index = 0; index < 12; index += 1) {
      const charge = {provider: 'easy', account: 'member:m' as const, amountFen: 100};
      await store.transaction(tx => left.desk.charge(tx, wanted, charge));
    }
    await Promise.all([left.runner.runDue(), right.runner.runDue()]);
    t.is(asked.length, 12);
    t.is(new Set(asked.map(({key}) => key)).size, 12);
    t.is((await store.read(db => left.ledger.balance(db, 'ten', 'member:m'))).postedFen, 1200);
    const of = asked[0]?.key ?? '';
    const refund = (one: typeof left) =>
      one.store.transaction(tx => one.desk.refund(tx, wanted, {of, amountFen: 60}));
    const refunds = await Promise.all([refund(left), refund(right)]);
    t.deepEqual(refunds.map(({kind}) => kind).sort(), ['intended', 'refused']);
    const event = {provider: 'easy', eventId: 'e-1', intent: of};
    const taken = [left, right].map(one =>
      one.store.transaction(tx => one.table.addEvent(tx, event, NOW)),
    );
    t.deepEqual((await Promise.all(taken)).sort(), [false, true]);
    await Promise.all([left.runner.runDue(), right.runner.runDue()]);
    t.is((await store.read(db => left.ledger.balance(db, 'ten', 'member:m'))).postedFen, 1140);
    t.deepEqual(await store.read(db => imbalancesOf(db, 'ten')), []);
  });
  days({check, hasManyWriters});
}

function days({check, hasManyWriters}: Pick<ContractBench, 'check' | 'hasManyWriters'>): void {
  check('a day is compared, and lenders are paid once, by whichever worker', async (t, use) => {
    const {provider, asked} = easyProvider();
    const {store} = use;
    await store.read(db => new TenantTable().add(db, {id: 'ten', name: 'T', createdWall: 1}));
    const left = worker(store, 'A', provider);
    const right = worker(hasManyWriters ? await use.reopen() : store, 'B', provider);
    const wanted = {tenant: 'ten', by: 'wang', reason: 'test'};
    const charge = {provider: 'easy', account: 'lender:l' as const, amountFen: 900};
    await store.transaction(tx => left.desk.charge(tx, wanted, charge));
    await left.runner.runDue();
    await left.chain.seal();
    const key = asked[0]?.key ?? '';
    const line: SettlementLine = {key, ref: 'r', act: 'charge', amountFen: 905, currency: 'CNY'};
    const compare = (one: typeof left, amountFen: number) =>
      reconcileDay(
        one.parts,
        {tenant: 'ten', provider: 'easy', day: DAY},
        {
          ...{lines: [{...line, amountFen}], by: 'wang'},
        },
      );
    const run = (one: typeof left) =>
      one.payouts.run({tenant: 'ten', provider: 'easy', day: DAY, by: 'wang'});
    t.is((await run(left)).kind, 'blocked');
    await Promise.all([compare(left, 905), compare(right, 905)]);
    const suspense = () => store.read(db => left.ledger.balance(db, 'ten', 'house:suspense'));
    t.is((await suspense()).postedFen, 5);
    await left.chain.seal();
    t.like(await run(right), {kind: 'blocked', findings: [{kind: 'difference_open'}]});
    t.is((await store.read(db => left.faults.open(db, 'ten')))[0]?.told.length, 2);
    t.like(await compare(right, 900), {run: {state: 'balanced', ver: 3, matched: 1}});
    t.is((await suspense()).postedFen, 0);
    await left.chain.seal();
    const runs = await Promise.all([run(left), run(right)]);
    t.deepEqual(runs.map(({kind}) => kind).sort(), ['before', 'paid']);
    await Promise.all([left.runner.runDue(), right.runner.runDue()]);
    t.is((await store.read(db => left.ledger.balance(db, 'ten', 'lender:l'))).postedFen, 0);
    t.deepEqual(await store.read(db => imbalancesOf(db, 'ten')), []);
  });
}
