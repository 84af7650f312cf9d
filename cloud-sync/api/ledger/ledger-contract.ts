import {SECOND_MS} from '../../../protocols/base/units.js';
import type {CloudStore} from '../store/cloud-store.js';
import type {ContractBench, StoreUnderTest} from '../store/contract-bench.js';
import {ChangeFeed} from '../tenancy/change-feed.js';
import {TenantTable} from '../tenancy/tenant-table.js';
import {HoldExpiry} from './hold-expiry.js';
import {Ledger} from './ledger.js';
import {imbalancesOf} from './ledger-audit.js';
import {LedgerChain} from './ledger-chain.js';
import {LedgerTable} from './ledger-table.js';
import {LedgerView} from './ledger-view.js';
import type {MoneyMove} from './money-move.js';
import {RefundDesk} from './refund-desk.js';

const NOW = 1_700_000_000_000;

/** A worker on the store; its time stands at `NOW` plus what it is told. */
function worker(store: CloudStore, name: string) {
  let ids = 0;
  const time = {wallMs: NOW};
  const clock = {
    ...{nowMs: () => 0, sleep: () => Promise.resolve()},
    wallMs: () => time.wallMs as never,
    timer: () => ({cancel: () => {}}),
    waitUntil: () => ({cancel: () => {}}),
  };
  const entropy = {
    ...{bytes: (length: number) => new Uint8Array(length), fraction: () => 0},
    ulid: () => {
      ids += 1;
      return `${name}${String(ids).padStart(10, '0')}`;
    },
  };
  const log = {debug() {}, info() {}, warn() {}, error() {}};
  const table = new LedgerTable();
  const ledger = new Ledger({clock, entropy, table});
  const changes = new ChangeFeed({clock, entropy, store});
  const expiry = new HoldExpiry({clock, log, store, ledger, table, changes});
  const chain = new LedgerChain(store);
  const refunds = new RefundDesk({ledger, table, audit: {note: () => Promise.resolve()}});
  const move = (moved: MoneyMove, orderId: string | null = null) =>
    store.transaction(tx => ledger.move(tx, 'ten', moved, {orderId}));
  return {time, store, ledger, table, expiry, chain, refunds, move};
}

type Worker = ReturnType<typeof worker>;

async function twoWorkers({store, reopen}: StoreUnderTest, hasManyWriters: boolean) {
  await store.read(db => new TenantTable().add(db, {id: 'ten', name: 'T', createdWall: 1}));
  return [worker(store, 'A'), worker(hasManyWriters ? await reopen() : store, 'B')] as const;
}

const topUp = (key: string, amountFen: number, member = 'm'): MoneyMove => ({
  ...{move: 'transfer', key, from: 'house:clearing', reason: 'top-up'},
  to: [{account: `member:${member}`, amountFen}],
});
const hold = (key: string, amountFen: number, expiresAt?: number): MoneyMove => ({
  ...{move: 'hold', key, account: 'member:m', amountFen, expiresAt},
});
const capture = (key: string, of: string, fen: number): MoneyMove => ({
  ...{move: 'capture', key, hold: of},
  to: [
    {account: 'lender:l', amountFen: fen - 1},
    {account: 'house:revenue', amountFen: 1},
  ],
});

/** What the ledger promises on every database. */
export function ledgerContract({check, hasManyWriters}: ContractBench): void {
  check('money moves once for each key, and never twice from one balance', async (t, use) => {
    const [left, right] = await twoWorkers(use, hasManyWriters);
    const ups = [left, right, left, right].map(one => one.move(topUp('t-1', 1000)));
    t.deepEqual(await Promise.all(ups), [undefined, undefined, undefined, undefined]);
    const house = (key: string): MoneyMove => ({
      ...{move: 'transfer', key, from: 'house:clearing', reason: 'fee'},
      to: [{account: 'house:fees', amountFen: 5}],
    });
    // Neither locks an account: the key alone keeps them apart.
    const fees = [left, right, left, right].map(one => one.move(house('f-1')));
    t.deepEqual(await Promise.all(fees), [undefined, undefined, undefined, undefined]);
    const holds = Array.from({length: 10}, (_, index) =>
      (index % 2 ? left : right).move(hold(`h-${index}`, 300)),
    );
    const refused = (await Promise.all(holds)).filter(why => why === 'LOW_BALANCE');
    t.is(refused.length, 7);
    const balance = await left.store.read(db => left.ledger.balance(db, 'ten', 'member:m'));
    t.deepEqual(balance, {postedFen: 1000, heldFen: 900, availableFen: 100});
    t.is((await left.store.read(db => left.ledger.balance(db, 'ten', 'house:fees'))).postedFen, 5);
    t.deepEqual(await left.store.read(db => imbalancesOf(db, 'ten')), []);
  });

  check('a hold is captured by one of two workers, or refunded by one', async (t, use) => {
    const [left, right] = await twoWorkers(use, hasManyWriters);
    await left.move(topUp('t-1', 1000));
    await left.move(hold('h-1', 600), 'order-1');
    const captures = await Promise.all([
      left.move(capture('c-1', 'h-1', 500), 'order-1'),
      right.move(capture('c-2', 'h-1', 400), 'order-1'),
    ]);
    t.deepEqual(
      captures.filter(why => why !== undefined),
      ['HOLD_OVER'],
    );
    const of = captures[0] === undefined ? 'c-1' : 'c-2';
    const refund = (one: Worker) =>
      one.store.transaction(tx =>
        one.refunds.refund(tx, {tenant: 'ten', of, reason: 'cold water', by: 'wang'}),
      );
    const refunds = await Promise.all([refund(left), refund(right)]);
    t.deepEqual(refunds.map(({kind}) => kind).sort(), ['refused', 'reversed']);
    const back = await left.store.read(db =>
      left.table.refundedOf(db, 'ten', ['order-1', 'order-2']),
    );
    t.deepEqual([...back], [['order-1', of === 'c-1' ? 500 : 400]]);
    const balance = await left.store.read(db => left.ledger.balance(db, 'ten', 'member:m'));
    t.deepEqual(balance, {postedFen: 1000, heldFen: 0, availableFen: 1000});
    t.deepEqual(await left.store.read(db => imbalancesOf(db, 'ten')), []);
  });

  expiry({check, hasManyWriters});
  chain({check, hasManyWriters});
}

function expiry({check, hasManyWriters}: Pick<ContractBench, 'check' | 'hasManyWriters'>): void {
  check('holds whose time is over are let go once, by whichever worker', async (t, use) => {
    const [left, right] = await twoWorkers(use, hasManyWriters);
    await left.move(topUp('t-1', 1000));
    const endings = [SECOND_MS, SECOND_MS, 2 * SECOND_MS, undefined];
    for (const [index, afterMs] of endings.entries()) {
      const expiresAt = afterMs === undefined ? undefined : NOW + afterMs;
      await left.move(hold(`h-${index}`, 100, expiresAt));
    }
    const run = async () => {
      const counts = await Promise.all([left.expiry.expireDue(), right.expiry.expireDue()]);
      return counts[0] + counts[1];
    };
    t.is(await run(), 0);
    left.time.wallMs = NOW + SECOND_MS;
    right.time.wallMs = NOW + SECOND_MS;
    t.is(await run(), 2);
    left.time.wallMs = NOW + 10 * SECOND_MS;
    t.is(await run(), 1);
    t.is(await left.move(capture('c-0', 'h-0', 50)), 'HOLD_OVER');
    const balance = await left.store.read(db => left.ledger.balance(db, 'ten', 'member:m'));
    t.deepEqual(balance, {postedFen: 1000, heldFen: 100, availableFen: 900});
    const told = await left.store.read(db => db.selectFrom('change').select('type').execute());
    t.deepEqual(
      told.map(({type}) => type),
      ['hold.expired', 'hold.expired', 'hold.expired'],
    );
    t.deepEqual(await left.store.read(db => imbalancesOf(db, 'ten')), []);
  });
}

function chain({check, hasManyWriters}: Pick<ContractBench, 'check' | 'hasManyWriters'>): void {
  const view = new LedgerView();

  check('entries are sealed without a gap, and what is changed is found', async (t, use) => {
    const [left, right] = await twoWorkers(use, hasManyWriters);
    for (let round = 0; round < 40; round += 1) {
      const one = round % 2 ? left : right;
      await one.move(topUp(`t-${round}`, 100 + round, `m-${round % 3}`));
      if (round % 7 === 0) await Promise.all([left.chain.seal(), right.chain.seal()]);
    }
    await Promise.all([left.chain.seal(), right.chain.seal()]);
    const {store} = left;
    const head = await store.read(db => left.chain.head(db, 'ten'));
    t.is(head.no, 40);
    t.deepEqual(await left.chain.verify('ten', head), {kind: 'whole', head});
    const seen = await store.read(db => view.entries(db, 'ten', {after: 0, limit: 100}));
    t.deepEqual(
      seen.map(({no}) => no),
      Array.from({length: 40}, (_, index) => index + 1),
    );
    const changed = seen[16];
    const setReason = (reason: string) =>
      store.read(db =>
        db
          .updateTable('ledger_entry')
          .set({reason})
          .where('key', '=', changed?.key ?? '')
          .execute(),
      );
    await setReason('nothing to see here');
    const broken = {kind: 'broken', no: 17, key: changed?.key, why: 'changed'};
    t.deepEqual(await left.chain.verify('ten'), broken as never);
    await setReason('top-up');
    t.is((await left.chain.verify('ten')).kind, 'whole');
    await breakLines(use);
    t.like(await left.chain.verify('ten'), {kind: 'broken', no: 21, why: 'changed'});
    const found = await store.read(db => imbalancesOf(db, 'ten'));
    t.deepEqual(found.map(({kind}) => kind).sort(), ['balance_differs', 'entry_not_zero']);
  });

  check('the end of a chain cannot be cut off where its head was noted', async (t, use) => {
    const [left] = await twoWorkers(use, hasManyWriters);
    for (const key of ['t-1', 't-2', 't-3']) await left.move(topUp(key, 100));
    await left.chain.seal();
    const head = await left.store.read(db => left.chain.head(db, 'ten'));
    await left.store.transaction(async tx => {
      const last = await left.table.entry(tx, 'ten', 't-3');
      await tx
        .deleteFrom('ledger_line')
        .where('entry_id', '=', last?.id ?? '')
        .execute();
      await tx
        .deleteFrom('ledger_entry')
        .where('id', '=', last?.id ?? '')
        .execute();
    });
    t.is((await left.chain.verify('ten')).kind, 'whole');
    t.like(await left.chain.verify('ten', head), {kind: 'broken', no: 3, why: 'missing'});
    t.like(await left.chain.verify('ten', {no: 2, hash: 'ff'}), {kind: 'broken', no: 2});
  });
}

/** A fen more for somebody, behind the back. */
async function breakLines({store}: StoreUnderTest): Promise<void> {
  await store.transaction(async tx => {
    const {id} = await tx
      .selectFrom('ledger_entry')
      .select('id')
      .where('no', '=', 21)
      .executeTakeFirstOrThrow();
    await tx
      .updateTable('ledger_line')
      .set(({eb}) => ({amount_fen: eb('amount_fen', '+', 1)}))
      .where('entry_id', '=', id)
      .where('n', '=', 1)
      .execute();
  });
}
