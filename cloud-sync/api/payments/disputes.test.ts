import test, {type ExecutionContext} from 'ava';
import {MINUTE_MS, SECOND_MS} from '../../../protocols/base/units.js';
import {paidLot} from '../../../sim/scenarios/paid-lot.js';

type Lot = Awaited<ReturnType<typeof paidLot>>;

const NOTHING = {postedFen: 0, heldFen: 0};

async function rig(t: ExecutionContext) {
  const lot = await paidLot(t);
  return {
    ...lot,
    payment: async (id: string) => (await lot.ask<object>('GET', `/v1/payments/${id}`)).body,
    resolve: (id: string, outcome: 'won' | 'lost', reason = 'as its statement says') =>
      lot.ask<object>('POST', `/v1/payments/${id}/resolution`, {outcome, reason}),
    /** What the provider shows of an order from now on, and that it calls back about it. */
    claims: async (id: string, change: object) => {
      const order = lot.provider.order(id);
      if (order) Object.assign(order, change);
      await lot.callBack(lot.provider.callBack(id));
      await lot.pass(MINUTE_MS);
    },
    recharge: async (amountFen: number) => {
      const wish = {provider: 'sim', amountFen};
      const path = '/v1/members/chen/recharges';
      const {payment} = (await lot.ask<{payment: string}>('POST', path, wish)).body;
      await lot.pass(SECOND_MS);
      lot.provider.pay(payment);
      await lot.pass(MINUTE_MS);
      return payment;
    },
  };
}

/** Paid by a provider, then cancelled: gives the refund. */
async function refunded({book, charge, provider, pass, act}: Lot) {
  const {id} = await book('chen');
  const payment = await charge(id);
  provider.pay(payment);
  await pass(MINUTE_MS);
  await act(id, 'cancel', {note: 'ill'});
  const of = () => provider.orders.filter(order => order.of === payment).map(({key}) => key);
  return {payment, of};
}

test('a payment that the provider shows with another amount moves nothing until a person ends the dispute; won, its order is paid, once, with who and why on file', async t => {
  const lot = await rig(t);
  const order = await lot.book('chen');
  const payment = await lot.charge(order.id);
  await lot.claims(payment, {state: 'succeeded', bookDay: '2026-03-03', amountFen: 9999});
  t.like(await lot.payment(payment), {state: 'disputed', why: 'OTHER_AMOUNT', outcome: null});
  t.is((await lot.order(order.id)).state, 'reserved');
  t.like(await lot.faults(), [{kind: 'payment_disputed', subject: payment}]);
  t.is((await lot.resolve(payment, 'won', '')).status, 422, 'a reason is needed');
  const won = await lot.resolve(payment, 'won');
  t.like(won, {status: 200, body: {state: 'succeeded', outcome: 'won'}});
  t.like(await lot.order(order.id), {state: 'paid', booking: {payment}});
  t.deepEqual(await lot.money('member:chen'), {postedFen: 1200, heldFen: 1200});
  t.deepEqual(await lot.faults(), []);
  const again = await lot.resolve(payment, 'lost');
  t.like(again, {status: 409, body: {code: 'money_refused', detail: 'NOT_DISPUTED'}});
  await lot.claims(payment, {state: 'failed', why: 'CHANGED_ITS_MIND'});
  t.like(await lot.payment(payment), {state: 'succeeded', outcome: 'won'}, 'final');
  const audit = await lot.store.read(db =>
    db.selectFrom('audit').selectAll().where('action', '=', 'payment.won').execute(),
  );
  t.is(audit.length, 1);
  t.like(audit[0], {subject_id: payment, reason: 'as its statement says', tenant: 'demo'});
  t.true((await lot.told()).includes('payment.resolved'));
  t.deepEqual(await lot.imbalances(), []);
});

test('a recharge that the provider takes back: won, it stays; lost, it is taken from what is free, and the rest is owed', async t => {
  const lot = await rig(t);
  const [kept, gone] = [await lot.recharge(1000), await lot.recharge(2000)];
  const {status} = await lot.book('chen', {pay: 'balance'});
  t.is(status, 201);
  for (const one of [kept, gone]) await lot.claims(one, {state: 'failed', why: 'CHARGEBACK'});
  t.like(await lot.payment(gone), {state: 'disputed', why: 'TAKEN_BACK'});
  t.deepEqual(await lot.money('member:chen'), {postedFen: 3000, heldFen: 1200}, 'not by itself');
  t.like((await lot.resolve(kept, 'won')).body, {state: 'succeeded'});
  t.is((await lot.money('house:clearing')).postedFen, -3000);
  t.like((await lot.resolve(gone, 'lost')).body, {state: 'failed', outcome: 'lost'});
  t.deepEqual(await lot.money('member:chen'), {postedFen: 1200, heldFen: 1200});
  t.is((await lot.money('house:receivable')).postedFen, -200);
  t.is((await lot.money('house:clearing')).postedFen, -1000);
  t.deepEqual(await lot.imbalances(), []);
});

test('a refund that the provider says was not done after all: won, the money is back and is sent again', async t => {
  const lot = await rig(t);
  const {payment, of} = await refunded(lot);
  await lot.pass(MINUTE_MS);
  const [refund = ''] = of();
  t.is(lot.backFen(payment), 1200);
  await lot.claims(refund, {state: 'failed', why: 'ACCOUNT_CLOSED'});
  t.like(await lot.payment(refund), {state: 'disputed', why: 'TAKEN_BACK'});
  t.like((await lot.resolve(refund, 'won')).body, {state: 'failed', outcome: 'won'});
  t.deepEqual(await lot.money('member:chen'), {postedFen: 1200, heldFen: 1200});
  await lot.pass(2 * MINUTE_MS);
  t.deepEqual([of().length, lot.backFen(payment)], [2, 1200]);
  t.deepEqual(await lot.money('member:chen'), NOTHING);
  t.deepEqual(await lot.faults(), []);
});

test('a refund that is disputed while its money is set aside: lost, it has left us', async t => {
  const lot = await rig(t);
  const post = lot.provider.post.bind(lot.provider);
  lot.provider.post = async (path, body) => {
    const answer = (await post(path, body)) as {found?: {act: string} | null};
    return answer.found?.act === 'refund' ? {found: {...answer.found, amountFen: 7}} : answer;
  };
  const {of} = await refunded(lot);
  await lot.pass(MINUTE_MS);
  const [refund = ''] = of();
  t.like(await lot.payment(refund), {state: 'disputed', why: 'OTHER_AMOUNT'});
  t.deepEqual(await lot.money('member:chen'), {postedFen: 1200, heldFen: 1200});
  t.like((await lot.resolve(refund, 'lost')).body, {state: 'succeeded', outcome: 'lost'});
  t.deepEqual(await lot.money('member:chen'), NOTHING);
  t.is((await lot.money('house:clearing')).postedFen, 0);
  t.deepEqual(await lot.imbalances(), []);
});
