import test from 'ava';
import fc from 'fast-check';
import {MemberTable} from '../../cloud-sync/api/accounts/member-table.js';
import {HOUR_MS, MINUTE_MS, SECOND_MS} from '../../protocols/base/units.js';
import {asId} from '../../protocols/site/ids.js';
import {HONEST, type PaymentFaults, type SimPaymentProvider} from '../services/payment-provider.js';
import {bookedLot} from './booked-lot.js';
import {NINE, type PaidOrder, paidLot, simProvider} from './paid-lot.js';
import {withWorld} from './with-world.js';

const NOTHING = {postedFen: 0, heldFen: 0};

test('~P2 who pays by a provider has his right at the edge once its money shows; what he cancels in time goes back there, and his right is revoked', async t => {
  const bays = ['A-012'];
  const file = await bookedLot(t, {fromMs: NINE, bays, members: ['chen'], purseFen: 0});
  let sim: SimPaymentProvider | undefined;
  const providers: NonNullable<Parameters<typeof withWorld>[1]['cloud'] & object>['providers'] =
    clock => {
      // No callback ever arrives: the cloud finds out by itself.
      const {provider, wire} = simProvider(clock, {deliver: () => {}});
      sim = provider;
      return [wire];
    };
  const collectors = [{id: 'C1', bays, travelMs: 1000}];
  await withWorld(
    t,
    {collectors, cloud: {database: file, providers}, wallMs: NINE},
    async world => {
      const ask = async <Body>(path: string, body: object) =>
        (await world.cloud?.ask<Body>('POST', path, body))?.body as Body;
      const hours = {fromMs: NINE + 3 * HOUR_MS, untilMs: NINE + 5 * HOUR_MS};
      const wish = {site: 'lot-1', point: 'A-012', plate: '粤B12345', holder: 'chen', ...hours};
      const {id} = await ask<PaidOrder>('/v1/bookings', {...wish, pay: 'later'});
      const {payment} = await ask<{payment: string}>(`/v1/bookings/${id}/payments`, {
        provider: 'sim',
      });
      const grants = () =>
        [...world.edge.store.book.rows()].flatMap(row => (row.table === 'grant' ? [row.row] : []));
      await world.advance(20 * SECOND_MS);
      t.deepEqual(grants(), []);
      sim?.pay(payment);
      await world.advance(MINUTE_MS);
      const [grant] = grants();
      t.like(grant, {holder: 'chen', points: ['A-012'], state: 'active'});
      t.is((await ask<PaidOrder>(`/v1/orders/${id}/cancel`, {note: 'ill'})).state, 'cancelled');
      await world.advance(20 * SECOND_MS);
      t.is(sim?.balanceFen('m-1'), 0);
      t.true(grant !== undefined && world.edge.store.book.isRevoked(grant.id));
    },
  );
});

test('~P2 of four hours that a provider was paid for a stay of 95 min takes its part; the rest goes back there as NOT_USED, once', async t => {
  const bays = ['A-012'];
  const file = await bookedLot(t, {fromMs: NINE, bays, members: ['chen'], purseFen: 0});
  let sim: SimPaymentProvider | undefined;
  const providers: NonNullable<Parameters<typeof withWorld>[1]['cloud'] & object>['providers'] =
    clock => {
      const {provider, wire} = simProvider(clock, {deliver: () => {}});
      sim = provider;
      return [wire];
    };
  const collectors = [{id: 'C1', bays, travelMs: 1000}];
  await withWorld(
    t,
    {collectors, cloud: {database: file, providers}, wallMs: NINE},
    async world => {
      const ask = async <Body>(path: string, body: object) =>
        (await world.cloud?.ask<Body>('POST', path, body))?.body as Body;
      const card = await world.office.card({holder: asId('chen')});
      const hours = {fromMs: NINE, untilMs: NINE + 4 * HOUR_MS, entries: 'one'};
      const wish = {site: 'lot-1', point: 'A-012', plate: '粤B12345', holder: 'chen', ...hours};
      const {id} = await ask<PaidOrder>('/v1/bookings', {...wish, pay: 'later'});
      const {payment} = await ask<{payment: string}>(`/v1/bookings/${id}/payments`, {
        provider: 'sim',
      });
      await world.advance(5 * SECOND_MS);
      sim?.pay(payment);
      await world.advance(MINUTE_MS);
      const car = world.car();
      const beganMs = world.nowMs;
      await world.tap('C1', card);
      await world.clock.settle(car.enterWhenDown(world.site.bay('A-012'), {patienceMs: 5000}));
      await world.advance(94 * MINUTE_MS - (world.nowMs - beganMs));
      await world.clock.settle(car.leave());
      await world.until(
        () => world.events('session').at(-1)?.body.phase === 'closed',
        2 * MINUTE_MS,
      );
      await world.advance(MINUTE_MS);
      const order = await world.cloud?.get<PaidOrder>(`/v1/orders/${id}`);
      t.like(order, {state: 'settled', booking: {amountFen: 2400, chargedFen: 1050, payment}});
      const backs = () => (sim?.orders ?? []).filter(({act}) => act === 'refund');
      t.like(backs(), [{of: payment, amountFen: 1350, state: 'succeeded'}]);
      const listed = await world.cloud?.get<{payments: object[]}>('/v1/payments?act=refund');
      t.like(listed?.payments, [{order: id, reason: 'NOT_USED', amountFen: 1350}]);
      await world.advance(HOUR_MS);
      t.is(backs().length, 1);
      t.is(sim?.balanceFen('m-1'), 1050);
    },
  );
});

test('~P2 a payment that comes after 15 minutes finds the order ended and the bay lent to another: PAYMENT_LATE, back at the payer once, however often its callback is repeated', async t => {
  const lot = await paidLot(t);
  const late = await lot.book('chen');
  const payment = await lot.charge(late.id);
  await lot.pass(15 * MINUTE_MS);
  t.is((await lot.order(late.id)).state, 'lapsed');
  const other = await lot.book('wang');
  t.is(other.status, 201);
  lot.provider.pay(payment);
  await lot.pass(5 * SECOND_MS);
  for (let copy = 0; copy < 5; copy += 1) {
    await lot.callBack(lot.provider.callBack(payment));
    await lot.callBack(lot.provider.callBack(payment, {eventId: 'evt-again'}));
    await lot.pass(10 * SECOND_MS);
  }
  t.like(await lot.order(late.id), {state: 'lapsed', booking: {payment: null, chargedFen: 0}});
  t.is((await lot.order(other.id)).state, 'reserved');
  const refunds = lot.provider.orders.filter(({act}) => act === 'refund');
  t.deepEqual(
    refunds.map(({of, amountFen, state}) => [of, amountFen, state]),
    [[payment, 1200, 'succeeded']],
  );
  const {body} = await lot.ask<{payments: object[]}>('GET', '/v1/payments?act=refund');
  t.like(body.payments, [{order: late.id, reason: 'PAYMENT_LATE', state: 'succeeded'}]);
  t.deepEqual(await lot.money('member:chen'), NOTHING);
  t.is((await lot.money('house:clearing')).postedFen, 0);
  t.deepEqual(await lot.imbalances(), []);
});

test('~P2 of two payments for one order one is taken and one goes back; who cancelled before his payment came has it back', async t => {
  const lot = await paidLot(t);
  const order = await lot.book('chen');
  const [first, second] = [await lot.charge(order.id), await lot.charge(order.id)];
  lot.provider.pay(second);
  await lot.pass(MINUTE_MS);
  t.like(await lot.order(order.id), {state: 'paid', booking: {payment: second}});
  lot.provider.pay(first);
  await lot.pass(MINUTE_MS);
  t.deepEqual([lot.backFen(first), lot.backFen(second)], [1200, 0]);
  t.deepEqual(await lot.money('member:chen'), {postedFen: 1200, heldFen: 1200});
  const third = await lot.ask<PaidOrder>('POST', `/v1/bookings/${order.id}/payments`, {
    provider: 'sim',
  });
  t.like(third, {status: 409, body: {code: 'order_state', detail: 'PAID'}});

  const gone = await lot.book('wang', {point: 'A-013'});
  const payment = await lot.charge(gone.id);
  t.is((await lot.act(gone.id, 'cancel', {note: 'no need'})).state, 'cancelled');
  lot.provider.pay(payment);
  await lot.pass(MINUTE_MS);
  t.is(lot.backFen(payment), 1200);
  t.deepEqual(await lot.money('member:wang'), NOTHING);
});

test('~P27 what a booking paid by a provider does not cost goes back there by the rule; a refund after a dispute too, once', async t => {
  const lot = await paidLot(t);
  const pay = async (holder: string, change: object = {}) => {
    const {id} = await lot.book(holder, change);
    const payment = await lot.charge(id);
    lot.provider.pay(payment);
    await lot.pass(MINUTE_MS);
    return {id, payment};
  };
  const early = await pay('chen');
  await lot.act(early.id, 'cancel', {note: 'train is late'});
  await lot.pass(10 * SECOND_MS);
  t.is(lot.backFen(early.payment), 1200);

  // Half an hour ahead half of the price is ours.
  const soon = {fromMs: NINE + 35 * MINUTE_MS, untilMs: NINE + 155 * MINUTE_MS};
  const late = await pay('chen', soon);
  const cancelled = await lot.act(late.id, 'cancel', {note: 'ill'});
  const {chargedFen} = cancelled.booking;
  t.true(chargedFen > 0 && chargedFen < 1200);
  await lot.pass(10 * SECOND_MS);
  t.is(lot.backFen(late.payment), 1200 - chargedFen);
  t.is((await lot.money('lender:lin')).postedFen, Math.floor((chargedFen * 4) / 5));
  await lot.act(late.id, 'dispute', {note: 'the arm was up'});
  const refund = {note: 'it was', amountFen: chargedFen};
  t.like(await lot.act(late.id, 'refund', refund), {status: 200, state: 'settled'});
  t.like(await lot.act(late.id, 'refund', refund), {status: 409});
  await lot.pass(10 * SECOND_MS);
  t.is(lot.backFen(late.payment), 1200);
  t.is((await lot.money('lender:lin')).postedFen, 0);

  // Who never comes pays what a cancel at the end would have cost.
  const absent = await pay('wang', {point: 'A-013', ...soon});
  await lot.pass(4 * HOUR_MS);
  const settled = await lot.order(absent.id);
  t.is(settled.state, 'settled');
  t.is(lot.backFen(absent.payment), 1200 - settled.booking.chargedFen);
  t.is(lot.provider.balanceFen('m-1'), settled.booking.chargedFen);
  for (const who of ['member:chen', 'member:wang'] as const) {
    t.deepEqual(await lot.money(who), NOTHING);
  }
  t.deepEqual(await lot.imbalances(), []);
});

test('~P27 a refund that the provider refuses stays out of reach of the payer, is asked again, and is a fault until it is done', async t => {
  const lot = await paidLot(t);
  const {id} = await lot.book('chen');
  const payment = await lot.charge(id);
  lot.provider.pay(payment);
  await lot.pass(MINUTE_MS);
  lot.provider.faults = {...HONEST, refusedRefund: 1};
  await lot.act(id, 'cancel', {note: 'ill'});
  await lot.pass(10 * MINUTE_MS);
  const tries = () => lot.provider.orders.filter(({act}) => act === 'refund').length;
  t.is(tries(), 4, 'at once, after 1, 2 and 4 minutes');
  t.deepEqual(await lot.money('member:chen'), {postedFen: 1200, heldFen: 1200});
  t.like(await lot.faults(), [
    {kind: 'refund_failed', subject: payment, detail: 'NO_FUNDS: 1200 fen'},
  ]);
  t.true((await lot.told()).includes('money.fault_raised'));
  lot.provider.faults = HONEST;
  await lot.pass(10 * MINUTE_MS);
  t.deepEqual([tries(), lot.backFen(payment)], [5, 1200]);
  t.deepEqual(await lot.faults(), []);
  t.deepEqual(await lot.money('member:chen'), NOTHING);
});

test('a recharge that is paid after it had failed counts, and one of a member erased meanwhile goes back', async t => {
  const lot = await paidLot(t);
  const wish = {provider: 'sim', amountFen: 3000};
  const recharge = async (member: string) =>
    (await lot.ask<{payment: string}>('POST', `/v1/members/${member}/recharges`, wish)).body
      .payment;
  const [slow, gone] = [await recharge('chen'), await recharge('wang')];
  await lot.pass(SECOND_MS);
  lot.provider.pay(slow, false);
  await lot.pass(MINUTE_MS);
  t.like((await lot.ask('GET', `/v1/payments/${slow}`)).body, {state: 'failed', why: 'NOT_PAID'});
  const paid = lot.provider.order(slow);
  if (paid) Object.assign(paid, {state: 'succeeded', bookDay: '2026-03-03', why: undefined});
  await lot.store.transaction(tx => new MemberTable().save(tx, 'wang', {status: 'erased'}, NINE));
  await lot.callBack(lot.provider.callBack(slow));
  lot.provider.pay(gone);
  await lot.pass(MINUTE_MS);
  t.deepEqual(await lot.money('member:chen'), {postedFen: 3000, heldFen: 0});
  t.deepEqual(await lot.money('member:wang'), NOTHING);
  t.is(lot.backFen(gone), 3000);
  t.is(lot.provider.balanceFen('m-1'), 3000);
});

/** What is left when six payers of random temper and their callbacks are through. */
async function endOf(
  t: Parameters<typeof paidLot>[0],
  {seed, moods, faults, repeats}: Trial,
): Promise<object> {
  const lot = await paidLot(t, {seed, faults});
  for (const [index, mood] of moods.entries()) {
    const fromMs = NINE + (3 + 2 * index) * HOUR_MS;
    const {id} = await lot.book('chen', {fromMs, untilMs: fromMs + HOUR_MS});
    const payment = await lot.charge(id);
    await lot.pass(mood === 'late' ? 16 * MINUTE_MS : SECOND_MS);
    lot.provider.pay(payment, mood !== 'never');
    await lot.pass(MINUTE_MS);
    for (let copy = 0; copy < repeats; copy += 1) {
      const some = lot.taken[(seed * 7 + copy * 5) % Math.max(1, lot.taken.length)];
      if (some) await lot.callBack(some);
      await lot.callBack(lot.provider.callBack(payment, {state: 'succeeded', amountFen: 9}));
    }
    await lot.pass(12 * MINUTE_MS);
    if (mood === 'cancel') await lot.act(id, 'cancel', {note: 'x'});
    if (mood === 'refund') await lot.act(id, 'cancel', {note: 'ours', ours: true});
  }
  lot.provider.faults = HONEST;
  await lot.pass(30 * MINUTE_MS);
  t.deepEqual(await lot.imbalances(), []);
  const clearing = await lot.money('house:clearing');
  t.is(0 - clearing.postedFen, lot.provider.balanceFen('m-1'));
  const {body} = await lot.ask<{orders: PaidOrder[]}>('GET', '/v1/orders');
  return {
    chen: await lot.money('member:chen'),
    atProviderFen: lot.provider.balanceFen('m-1'),
    states: body.orders.map(({state}) => state),
    refunds: lot.provider.orders.filter(({act, state}) => act === 'refund' && state === 'succeeded')
      .length,
  };
}

interface Trial {
  readonly seed: number;
  readonly moods: readonly ('pays' | 'late' | 'never' | 'cancel' | 'refund')[];
  readonly faults: PaymentFaults;
  readonly repeats: number;
}

test('bookings paid by a provider end with the same balances whatever happens to callbacks and answers', async t => {
  const often = fc.double({min: 0, max: 0.5, noNaN: true});
  const faults = fc.record({
    ...{lostRequest: fc.constant(0), slow: fc.constant(0), declined: fc.constant(0)},
    ...{lostAnswer: often, refusedRefund: fc.constant(0)},
    ...{doubled: often, late: often, lostCallback: often, lying: often},
  });
  const mood = fc.constantFrom('pays', 'late', 'never', 'cancel', 'refund' as const);
  const trial = fc.record({
    ...{seed: fc.nat(10_000), faults, repeats: fc.nat(3)},
    moods: fc.array(mood, {minLength: 1, maxLength: 4}),
  });
  await fc.assert(
    fc.asyncProperty(trial, async ({seed, moods, faults: bad, repeats}) => {
      const calm = await endOf(t, {seed, moods, faults: HONEST, repeats: 0} as Trial);
      const rough = await endOf(t, {seed, moods, faults: bad, repeats} as Trial);
      t.deepEqual(rough, calm);
    }),
    {numRuns: 3},
  );
});
