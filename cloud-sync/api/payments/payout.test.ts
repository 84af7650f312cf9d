import test from 'ava';
import {DAY_MS, MINUTE_MS, SECOND_MS} from '../../../protocols/base/units.js';
import {SeededEntropy} from '../../../sim/clock/seeded-entropy.js';
import {paymentRig} from '../../../sim/scenarios/payment-rig.js';
import {HONEST} from '../../../sim/services/payment-provider.js';
import type {AccountName} from '../ledger/money-move.js';
import {settleDifference} from './reconcile.js';

type Rig = Awaited<ReturnType<typeof paymentRig>>;

/** 100 members recharge and pay for orders at random; gives what each lender earned by them. */
async function randomOrders(rig: Rig, seed: number): Promise<ReadonlyMap<string, number>> {
  const dice = new SeededEntropy(seed);
  const below = (limit: number) => Math.floor(dice.fraction() * limit);
  const earned = new Map<string, number>();
  for (let order = 0; order < 100; order += 1) {
    const member: AccountName = `member:${order % 10}`;
    await rig.recharge(2000 + below(3000), member);
    await rig.pass(2 * SECOND_MS);
    await rig.pass(2 * SECOND_MS);
    const priceFen = 100 + below(1900);
    const hold = `o-${order}/hold`;
    await rig.move({
      move: 'hold',
      key: hold,
      account: member,
      amountFen: 2000,
      expiresAt: undefined,
    });
    if (below(5) === 0) {
      await rig.move({move: 'release', key: `o-${order}/release`, hold});
      continue;
    }
    const lender: AccountName = `lender:${below(4)}`;
    const lenderFen = Math.floor((priceFen * 4) / 5);
    const to = [
      {account: lender, amountFen: lenderFen},
      {account: 'house:revenue' as const, amountFen: priceFen - lenderFen},
    ];
    await rig.move({move: 'capture', key: `o-${order}/capture`, hold, to});
    earned.set(lender, (earned.get(lender) ?? 0) + lenderFen);
  }
  await rig.chain.seal();
  return earned;
}

test('P28 after 100 random orders all entries sum to 0, each lender has his captured shares and is paid them; an imbalance blocks payout', async t => {
  const rig = await paymentRig(t, {paysAfterMs: SECOND_MS});
  const earned = await randomOrders(rig, 5);
  t.deepEqual(await rig.imbalances(), []);
  for (const [lender, fen] of earned) {
    t.is((await rig.balance(lender as AccountName)).postedFen, fen);
  }
  const day = rig.today();
  t.like(await rig.payout(day), {
    kind: 'blocked',
    findings: [{kind: 'day_not_reconciled', subject: `sim/${day}`}],
  });
  const report = await rig.reconcile(day);
  t.like(report, {run: {state: 'balanced', matched: 100}, items: []});
  await rig.store.read(db =>
    db
      .updateTable('ledger_balance')
      .set(({eb}) => ({posted_fen: eb('posted_fen', '+', 1)}))
      .where('account', '=', 'lender:1')
      .execute(),
  );
  t.like(await rig.payout(day), {
    kind: 'blocked',
    findings: [{kind: 'ledger_imbalance', subject: 'balance_differs/lender:1'}],
  });
  const [fault] = await rig.store.read(db => rig.faults.open(db, 'ten'));
  t.like(fault, {kind: 'ledger_imbalance', subject: 'balance_differs/lender:1'});
  t.deepEqual(
    fault?.told.map(({who, how}) => [who, how]),
    [
      ['feed', 'feed'],
      ['wang', 'payout_refused'],
    ],
  );
  t.is(rig.provider.orders.filter(({act}) => act === 'pay_out').length, 0);
  await rig.store.read(db =>
    db
      .updateTable('ledger_balance')
      .set(({eb}) => ({posted_fen: eb('posted_fen', '-', 1)}))
      .where('account', '=', 'lender:1')
      .execute(),
  );
  const paid = await rig.payout(day);
  t.is(paid.kind === 'paid' && paid.payouts.length, earned.size);
  t.deepEqual(await rig.payout(day), {kind: 'before'});
  await rig.pass(2 * SECOND_MS);
  for (const [lender, fen] of earned) {
    t.is((await rig.balance(lender as AccountName)).postedFen, 0);
    const order = rig.provider.orders.find(
      ({act, amountFen}) => act === 'pay_out' && amountFen === fen,
    );
    t.is(order?.state, 'succeeded');
  }
  t.like(await rig.reconcile(day), {run: {state: 'balanced', matched: 100 + earned.size}});
  t.is(-(await rig.balance('house:clearing')).postedFen, rig.provider.balanceFen('m-1'));
  t.deepEqual(await rig.store.read(db => rig.faults.open(db, 'ten')), []);
});

test('a row of the ledger that was changed behind its back blocks payout, and says which', async t => {
  const rig = await paymentRig(t, {paysAfterMs: SECOND_MS});
  await rig.recharge(1000);
  await rig.pass(5 * SECOND_MS);
  await rig.chain.seal();
  await rig.reconcile(rig.today());
  await rig.store.read(db => db.updateTable('ledger_entry').set({order_id: 'mine'}).execute());
  const run = await rig.payout(rig.today());
  t.like(run, {kind: 'blocked', findings: [{kind: 'chain_broken', subject: '1'}]});
});

test('what differs from the settlement of a day goes to suspense with a report, and back when it is found', async t => {
  const rig = await paymentRig(t, {paysAfterMs: SECOND_MS});
  const [same, missing, other, twice] = [
    await rig.recharge(1000),
    await rig.recharge(2000),
    await rig.recharge(3000),
    await rig.recharge(4000),
  ];
  await rig.pass(5 * SECOND_MS);
  await rig.chain.seal();
  const day = rig.today();
  const stranger = {key: 'x-1', ref: 'T9', act: 'charge', amountFen: 70, currency: 'CNY'};
  const fee = {key: 'fee', ref: 'F1', act: 'fee', amountFen: -60, currency: 'CNY'};
  rig.provider.bendSettlement = lines => [
    ...lines
      .filter(({key}) => key !== missing)
      .map(line => (line.key === other ? {...line, amountFen: 2900} : line)),
    ...lines.filter(({key}) => key === twice),
    ...[stranger, fee],
  ];
  const {run, items} = await rig.reconcile(day);
  t.like(run, {state: 'differs', matched: 2, oursFen: 10_000 - 60, theirsFen: 11_970 - 60});
  const seen = items.map(({subject, kind, oursFen, theirsFen}) => [
    subject,
    kind,
    oursFen,
    theirsFen,
  ]);
  t.deepEqual(
    seen.sort(),
    [
      [missing, 'not_theirs', 2000, 0],
      [other, 'other_amount', 3000, 2900],
      [`${twice}#2`, 'twice', 0, 4000],
      ['x-1', 'not_ours', 0, 70],
    ].sort(),
  );
  t.is(-(await rig.balance('house:clearing')).postedFen, 11_970 - 60, 'as the provider says');
  t.is((await rig.balance('house:suspense')).postedFen, 4000 + 70 - 2000 - 100);
  t.is((await rig.balance('house:fees')).postedFen, -60);
  t.like(await rig.payout(day), {kind: 'blocked'});
  await rig.reconcile(day);
  t.is((await rig.balance('house:suspense')).postedFen, 1970, 'done again it moves nothing');
  rig.provider.bendSettlement = lines => [...lines, stranger, fee];
  t.like(await rig.reconcile(day), {
    run: {state: 'differs', matched: 4},
    items: [{subject: 'x-1'}],
  });
  t.is((await rig.balance('house:suspense')).postedFen, 70);
  const parts = {...rig, payments: rig.table};
  const key = {tenant: 'ten', provider: 'sim', day};
  const settle = () =>
    rig.store.transaction(tx =>
      settleDifference(tx, parts, key, {
        ...{subject: 'x-1', account: 'member:m' as const, reason: 'paid at the gate, receipt 12'},
      }),
    );
  t.is(await settle(), 'settled');
  t.is(await settle(), 'unknown');
  t.is((await rig.balance('house:suspense')).postedFen, 0);
  t.is((await rig.balance('member:m')).postedFen, 10_070);
  t.like(await rig.reconcile(day), {run: {state: 'balanced', matched: 4}});
  t.deepEqual(await rig.imbalances(), []);
  t.like(await rig.payment(same), {settledDay: day});
  await rig.chain.seal();
  t.like(await rig.payout(day), {kind: 'paid', payouts: []});
});

test('a difference that vanishes after it was settled is open again, and blocks payouts, until somebody settles that', async t => {
  const rig = await paymentRig(t, {onCallback: () => {}});
  const payment = await rig.recharge(1000);
  await rig.pass(SECOND_MS);
  const day = rig.today();
  const line = {key: payment, ref: 'T1', act: 'charge', amountFen: 1000, currency: 'CNY'};
  rig.provider.bendSettlement = () => [line];
  const key = {tenant: 'ten', provider: 'sim', day};
  const settle = (account: AccountName) =>
    rig.store.transaction(tx =>
      settleDifference(tx, {...rig, payments: rig.table}, key, {
        ...{subject: payment, account, reason: 'paid at the gate'},
      }),
    );
  t.like(await rig.reconcile(day), {items: [{kind: 'not_ours', suspenseFen: 1000}]});
  t.is(await settle('member:m'), 'NOT_FINAL', 'it may still be booked by itself');
  rig.provider.pay(payment, false);
  await rig.pass(MINUTE_MS);
  t.is(await settle('member:m'), 'settled');
  t.is((await rig.balance('member:m')).postedFen, 1000);
  const ofOrder = rig.provider.order(payment);
  if (ofOrder) Object.assign(ofOrder, {state: 'succeeded', bookDay: day});
  await rig.clock.settle(rig.runner.look(payment));
  t.is((await rig.balance('member:m')).postedFen, 2000, 'paid after all');
  for (const time of ['first', 'again']) {
    const {run, items} = await rig.reconcile(day);
    t.like(run, {state: 'differs', matched: 1}, time);
    t.like(items, [{subject: payment, state: 'open', suspenseFen: 0, settledFen: 1000}], time);
    t.is((await rig.balance('house:suspense')).postedFen, -1000, time);
  }
  await rig.chain.seal();
  const blocked = {kind: 'blocked', findings: [{kind: 'difference_open'}]};
  t.like(await rig.payout(day), blocked);
  t.is(await settle('member:m'), 'settled', 'what he got twice is taken back');
  t.is((await rig.balance('member:m')).postedFen, 1000);
  t.is((await rig.balance('house:suspense')).postedFen, 0);
  await rig.chain.seal();
  t.like(await rig.reconcile(day), {run: {state: 'balanced', matched: 1}});
  t.like(await rig.payout(day), {kind: 'paid'});
});

test('naming a day of long ago pays nobody while a closed day was not compared', async t => {
  const rig = await paymentRig(t, {paysAfterMs: SECOND_MS});
  await rig.recharge(1000);
  await rig.pass(5 * SECOND_MS);
  await rig.chain.seal();
  const day = rig.today();
  await rig.clock.advance(DAY_MS);
  t.like(await rig.payout('2020-01-01'), {
    ...{kind: 'blocked', findings: [{kind: 'day_not_reconciled', subject: `sim/${day}`}]},
  });
  await rig.reconcile(day);
  t.like(await rig.payout('2020-01-01'), {kind: 'paid'});
});

test('a line that a later day settles is matched there, once, and shown twice where it comes twice', async t => {
  const rig = await paymentRig(t, {paysAfterMs: SECOND_MS});
  const payment = await rig.recharge(1000);
  await rig.pass(5 * SECOND_MS);
  const first = rig.today();
  await rig.clock.advance(DAY_MS);
  const second = rig.today();
  const line = {key: payment, ref: 'T1', act: 'charge', amountFen: 1000, currency: 'CNY'};
  rig.provider.bendSettlement = () => [line];
  t.like(await rig.reconcile(second), {run: {state: 'balanced', matched: 1}});
  rig.provider.bendSettlement = () => [];
  t.like(await rig.reconcile(first), {run: {state: 'balanced', matched: 0}});
  rig.provider.bendSettlement = () => [line];
  t.like(await rig.reconcile(first), {items: [{subject: payment, kind: 'twice', theirsFen: 1000}]});
});

test('a payout that the bank sends back is free again, told, and paid on another day', async t => {
  const rig = await paymentRig(t, {paysAfterMs: SECOND_MS});
  await rig.recharge(1000);
  await rig.pass(5 * SECOND_MS);
  await rig.move({
    ...{move: 'transfer', key: 'x', from: 'member:m', reason: 'test'},
    to: [{account: 'lender:l', amountFen: 800}],
  });
  await rig.chain.seal();
  await rig.reconcile(rig.today());
  rig.provider.faults = {...HONEST, declined: 1};
  t.like(await rig.payout(rig.today()), {kind: 'paid', payouts: [{lender: 'l', amountFen: 800}]});
  t.is((await rig.balance('lender:l')).availableFen, 0);
  await rig.pass(5 * SECOND_MS);
  t.deepEqual(await rig.balance('lender:l'), {postedFen: 800, heldFen: 0, availableFen: 800});
  const [fault] = await rig.store.read(db => rig.faults.open(db, 'ten'));
  t.like(fault, {kind: 'payout_failed', subject: 'lender:l', detail: 'BANK'});
  rig.provider.faults = HONEST;
  await rig.clock.advance(DAY_MS);
  await rig.chain.seal();
  t.like(await rig.payout(rig.today()), {kind: 'paid'});
  await rig.pass(MINUTE_MS);
  t.is((await rig.balance('lender:l')).postedFen, 0);
  t.deepEqual(await rig.store.read(db => rig.faults.open(db, 'ten')), []);
});
