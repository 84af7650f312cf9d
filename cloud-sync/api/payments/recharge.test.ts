import test from 'ava';
import fc from 'fast-check';
import {DAY_MS, HOUR_MS, MINUTE_MS, SECOND_MS} from '../../../protocols/base/units.js';
import {paymentRig} from '../../../sim/scenarios/payment-rig.js';
import {HONEST, type SimCallback} from '../../../sim/services/payment-provider.js';
import {bookDayOf} from './book-day.js';

test('B2 one callback delivered three times adds once, and one with a bad signature is ignored and counted', async t => {
  const rig = await paymentRig(t);
  const payment = await rig.recharge(5000);
  await rig.pass(SECOND_MS);
  t.like(await rig.payment(payment), {state: 'pending', payLink: `https://pay.example/${payment}`});
  t.is((await rig.balance('member:m')).postedFen, 0);
  const forged = rig.provider.callBack(payment, {secret: new Uint8Array(32)});
  t.is(await rig.take(forged), 'bad_signature');
  rig.provider.pay(payment);
  const callback = rig.provider.callBack(payment);
  const fates = [await rig.take(callback), await rig.take(callback), await rig.take(callback)];
  t.deepEqual(fates, ['taken', 'again', 'again']);
  await rig.pass(5 * SECOND_MS);
  t.like(await rig.payment(payment), {state: 'succeeded', amountFen: 5000, postedFen: 5000});
  t.deepEqual(await rig.balance('member:m'), {postedFen: 5000, heldFen: 0, availableFen: 5000});
  t.is(rig.callbacks.counts().bad_signature, 1);
  t.is((await rig.balance('house:clearing')).postedFen, -5000);
});

test('forged callbacks move nothing: other signature, merchant, amount, currency, age, key, provider, body', async t => {
  const rig = await paymentRig(t);
  const payment = await rig.recharge(5000);
  await rig.pass(SECOND_MS);
  const call = rig.provider.callBack.bind(rig.provider);
  const claim = {state: 'succeeded'};
  const changed = (callback: SimCallback, by: (body: string) => string) => ({
    ...callback,
    body: by(callback.body),
  });
  const now = rig.clock.wallMs();
  const tries: readonly (readonly [SimCallback, string])[] = [
    [call(payment, {...claim, secret: new Uint8Array(32).fill(8)}), 'bad_signature'],
    [changed(call(payment, claim), body => body.replace('5000', '9000')), 'bad_signature'],
    [{...call(payment, claim), headers: {}}, 'bad_signature'],
    [changed(call(payment, claim), () => '{'), 'bad_signature'],
    [call(payment, {...claim, sentWall: now - 6 * MINUTE_MS}), 'stale'],
    [call(payment, {...claim, sentWall: now + 6 * MINUTE_MS}), 'stale'],
    [call(payment, {...claim, merchant: 'm-2'}), 'other_merchant'],
    [call('nobody', claim), 'unknown_payment'],
    [call(payment, {...claim, amountFen: 999_999}), 'taken'],
    [call(payment, {...claim, currency: 'USD'}), 'taken'],
  ];
  for (const [callback, fate] of tries) t.is(await rig.take(callback), fate as never);
  const elsewhere = await rig.callbacks.take('other', () => undefined, Buffer.from('{}'));
  t.is(elsewhere, 'unknown_provider');
  await rig.pass(10 * SECOND_MS);
  t.like(await rig.payment(payment), {state: 'pending', postedFen: 0});
  t.is((await rig.balance('member:m')).postedFen, 0);
  rig.provider.pay(payment, false);
  await rig.take(call(payment, claim));
  await rig.pass(SECOND_MS);
  t.like(await rig.payment(payment), {state: 'failed', why: 'NOT_PAID', postedFen: 0});
});

test('a provider whose fetch shows another amount, currency or merchant is believed by nobody', async t => {
  const rig = await paymentRig(t, {paysAfterMs: SECOND_MS});
  const payment = await rig.recharge(5000);
  const order = rig.provider.post.bind(rig.provider);
  rig.provider.post = async (path, body) => {
    const answer = await order(path, body);
    const {found} = answer as {found?: object | null};
    return found ? {found: {...found, amountFen: 50_000}} : answer;
  };
  await rig.pass(5 * SECOND_MS);
  t.like(await rig.payment(payment), {state: 'disputed', why: 'OTHER_AMOUNT', postedFen: 0});
  t.is((await rig.balance('member:m')).postedFen, 0);
  const [fault] = await rig.store.read(db => rig.faults.open(db, 'ten'));
  t.like(fault, {kind: 'payment_disputed', subject: payment});
  t.deepEqual(
    fault?.told.map(({who}) => who),
    ['feed'],
  );
});

test('a request that is lost, answered too late or never is not made twice: what is unknown is fetched', async t => {
  const rig = await paymentRig(t, {paysAfterMs: SECOND_MS});
  for (const fault of ['lostRequest', 'lostAnswer', 'slow'] as const) {
    rig.provider.faults = {...HONEST, [fault]: 1};
    const payment = await rig.recharge(1000);
    await rig.pass(2 * MINUTE_MS);
    t.like(await rig.payment(payment), {state: 'unknown', postedFen: 0}, fault);
    rig.provider.faults = HONEST;
    await rig.pass(15 * MINUTE_MS);
    t.like(await rig.payment(payment), {state: 'succeeded'}, fault);
  }
  t.is(rig.provider.orders.length, 3);
  t.is(rig.provider.balanceFen('m-1'), 3000);
  t.is((await rig.balance('member:m')).postedFen, 3000);
});

test('a worker that died between call and result, or before the call, is taken over by a fetch', async t => {
  const rig = await paymentRig(t, {paysAfterMs: SECOND_MS});
  const [before, after] = [await rig.recharge(1000), await rig.recharge(2000)];
  const claim = async (id: string) => {
    const nextWall = rig.clock.wallMs();
    await rig.store.read(db => rig.table.claim(db, {id, nextWall}, nextWall + MINUTE_MS));
  };
  await claim(before);
  await claim(after);
  await rig.provider.post('/orders', {
    ...{act: 'charge', key: after, merchant: 'm-1', amountFen: 2000, currency: 'CNY'},
  });
  const asked = rig.provider.calls('/orders');
  await rig.pass(3 * MINUTE_MS);
  t.like(await rig.payment(before), {state: 'succeeded'});
  t.like(await rig.payment(after), {state: 'succeeded'});
  t.is(rig.provider.calls('/orders') - asked, 1, 'the one that was never asked, alone');
  t.is((await rig.balance('member:m')).postedFen, 3000);
});

test('what one worker saw before the payer paid disputes nothing that another has booked since', async t => {
  const rig = await paymentRig(t, {onCallback: () => {}});
  const payment = await rig.recharge(5000);
  await rig.pass(SECOND_MS);
  const post = rig.provider.post.bind(rig.provider);
  let letOn = () => {};
  const held = new Promise<void>(resolve => {
    letOn = resolve;
  });
  rig.provider.post = async (path, body) => {
    rig.provider.post = post;
    const before = await post(path, body);
    await held;
    return before;
  };
  const slow = rig.runner.look(payment);
  await rig.clock.advance(SECOND_MS);
  rig.provider.pay(payment);
  t.is(await rig.take(rig.provider.callBack(payment)), 'taken');
  await rig.clock.settle(rig.runner.runDue());
  t.like(await rig.payment(payment), {state: 'succeeded'});
  letOn();
  await rig.clock.settle(slow);
  t.like(await rig.payment(payment), {state: 'succeeded', why: null, postedFen: 5000});
  t.deepEqual(await rig.store.read(db => rig.faults.open(db, 'ten')), []);
});

test('what is refunded is out of reach while the provider thinks, comes back when it refuses, and is never more than was paid', async t => {
  const rig = await paymentRig(t, {paysAfterMs: SECOND_MS});
  const payment = await rig.recharge(1000);
  await rig.pass(5 * SECOND_MS);
  t.is(await rig.refund(payment, 1001), 'OVER_REFUND');
  const refund = await rig.refund(payment, 700);
  t.deepEqual(await rig.balance('member:m'), {postedFen: 1000, heldFen: 700, availableFen: 300});
  t.is(await rig.refund(payment, 301), 'OVER_REFUND');
  await rig.pass(5 * SECOND_MS);
  t.like(await rig.payment(refund), {state: 'succeeded', postedFen: -700});
  t.deepEqual(await rig.balance('member:m'), {postedFen: 300, heldFen: 0, availableFen: 300});
  const spent = {
    ...{move: 'hold' as const, key: 'h', account: 'member:m' as const, amountFen: 300},
  };
  await rig.move({...spent, expiresAt: undefined});
  t.is(await rig.refund(payment, 300), 'LOW_BALANCE');
  t.is(await rig.refund('nobody', 1), 'UNKNOWN_PAYMENT');
  t.is(rig.provider.balanceFen('m-1'), 300);
});

test('a deposit is set aside where the provider can: a part is kept, the rest never leaves the payer', async t => {
  const rig = await paymentRig(t, {paysAfterMs: SECOND_MS});
  const deposit = {provider: 'sim', account: 'deposit:m' as const, amountFen: 30_000};
  const take = () => rig.intend(tx => rig.desk.takeDeposit(tx, rig.wanted, deposit));
  const end = (of: string, keepFen: number) =>
    rig.intend(tx => rig.desk.endDeposit(tx, rig.wanted, {of, keepFen, account: 'house:revenue'}));
  const [kept, free] = [await take(), await take()];
  t.is(await end(kept, 1), 'NOT_PAID');
  await rig.pass(5 * SECOND_MS);
  t.is(rig.provider.balanceFen('m-1'), 0);
  t.is(await end(kept, 30_001), 'OVER_HOLD');
  await end(kept, 12_000);
  await end(free, 0);
  t.is(await end(kept, 1), 'OVER_REFUND');
  await rig.pass(5 * SECOND_MS);
  t.is(rig.provider.balanceFen('m-1'), 12_000);
  t.is((await rig.balance('house:revenue')).postedFen, 12_000);
  const late = await take();
  await rig.pass(5 * SECOND_MS);
  await rig.clock.advance(8 * DAY_MS);
  t.is(await end(late, 1), 'NOT_PAID', 'the provider let it go after a week');
});

test('where the provider cannot set money aside, a deposit is a charge and a refund', async t => {
  const rig = await paymentRig(t, {paysAfterMs: SECOND_MS, unsupported: ['authorize']});
  const deposit = {provider: 'sim', account: 'deposit:m' as const, amountFen: 30_000};
  const id = await rig.intend(tx => rig.desk.takeDeposit(tx, rig.wanted, deposit));
  await rig.pass(5 * SECOND_MS);
  t.is((await rig.balance('deposit:m')).postedFen, 30_000);
  const wish = {of: id, keepFen: 12_000, account: 'house:revenue' as const};
  await rig.intend(tx => rig.desk.endDeposit(tx, rig.wanted, wish));
  await rig.pass(5 * SECOND_MS);
  t.is(rig.provider.balanceFen('m-1'), 12_000);
  t.is((await rig.balance('deposit:m')).postedFen, 0);
  t.is((await rig.balance('house:revenue')).postedFen, 12_000);
});

test('what was kept of a deposit is never given back out of another one, however the first is ended again', async t => {
  const rig = await paymentRig(t, {paysAfterMs: SECOND_MS, unsupported: ['authorize']});
  const deposit = {provider: 'sim', account: 'deposit:m' as const, amountFen: 100};
  const take = () => rig.intend(tx => rig.desk.takeDeposit(tx, rig.wanted, deposit));
  const end = (of: string, keepFen: number) =>
    rig.intend(tx => rig.desk.endDeposit(tx, rig.wanted, {of, keepFen, account: 'house:revenue'}));
  const [first, whole] = [await take(), await take()];
  await take();
  await rig.pass(5 * SECOND_MS);
  rig.provider.faults = {...HONEST, refusedRefund: 1};
  t.like(await rig.payment(await end(first, 40)), {act: 'refund', amountFen: 60});
  await rig.pass(5 * SECOND_MS);
  rig.provider.faults = HONEST;
  t.is(await end(first, 0), 'OVER_REFUND', 'it kept 40 before');
  t.is(await rig.refund(first, 61), 'OVER_REFUND');
  await end(first, 40);
  t.is(await end(whole, 100), whole);
  t.is(await end(whole, 0), 'OVER_REFUND');
  t.is(await rig.refund(whole, 1), 'OVER_REFUND', 'nothing of it is left');
  await rig.pass(5 * SECOND_MS);
  t.deepEqual(await rig.balance('deposit:m'), {postedFen: 100, heldFen: 0, availableFen: 100});
  t.is((await rig.balance('house:revenue')).postedFen, 140);
});

test('any order, loss and doubling of callbacks of a provider that fails, delays and lies gives the same balances', async t => {
  const often = fc.double({min: 0, max: 0.6, noNaN: true});
  const faults = fc.record({
    ...{lostRequest: often, lostAnswer: often, slow: fc.constant(0), declined: often},
    ...{doubled: often, late: often, lostCallback: often, lying: often, refusedRefund: often},
  });
  const amounts = fc.array(fc.integer({min: 1, max: 100_000}), {minLength: 1, maxLength: 6});
  await fc.assert(
    fc.asyncProperty(
      fc.nat(1_000_000),
      faults,
      amounts,
      fc.gen(),
      async (seed, bad, fens, pick) => {
        const closing: (() => unknown)[] = [];
        const kept: SimCallback[] = [];
        const rig = await paymentRig(
          {teardown: work => void closing.push(work)},
          {seed, paysAfterMs: 3 * SECOND_MS, onCallback: callback => void kept.push(callback)},
        );
        rig.provider.faults = bad;
        for (const amountFen of fens) await rig.recharge(amountFen);
        for (let round = 0; round < 20; round += 1) {
          await rig.pass(2 * SECOND_MS);
          const some = pick(fc.shuffledSubarray, kept);
          for (const callback of [...some, ...some]) await rig.take(callback);
        }
        rig.provider.faults = HONEST;
        await rig.pass((2 * HOUR_MS) / 4);
        const paid = rig.provider.orders.filter(({state}) => state === 'succeeded');
        const paidFen = paid.reduce((sum, {amountFen}) => sum + amountFen, 0);
        t.is(rig.provider.orders.length, fens.length);
        t.is((await rig.balance('member:m')).postedFen, paidFen);
        t.is(0 - (await rig.balance('house:clearing')).postedFen, rig.provider.balanceFen('m-1'));
        t.deepEqual(await rig.imbalances(), []);
        for (const close of closing) await close();
      },
    ),
    {numRuns: 8},
  );
});

test('the book day of an instant is that of China, also around new year and leap days', t => {
  for (let step = 0; step < 2000; step += 1) {
    const wallMs = Date.UTC(1999, 0, 1) + step * 9.37 * DAY_MS;
    t.is(bookDayOf(wallMs), new Date(wallMs + 8 * HOUR_MS).toISOString().slice(0, 10));
  }
  t.is(bookDayOf(Date.UTC(2024, 1, 28, 15, 59, 59)), '2024-02-28');
  t.is(bookDayOf(Date.UTC(2024, 1, 28, 16)), '2024-02-29');
});
