import test from 'ava';
import {MINUTE_MS, SECOND_MS} from '../../protocols/base/units.js';
import {NINE, type PaidOrder, paidLot} from './paid-lot.js';

/** An order that cost its holder something, and the key of the entry that took it. */
async function chargedOrder(lot: Awaited<ReturnType<typeof paidLot>>, holder: string) {
  const hours = {fromMs: NINE + 35 * MINUTE_MS, untilMs: NINE + 155 * MINUTE_MS};
  const point = holder === 'chen' ? 'A-012' : 'A-013';
  const {id} = await lot.book(holder, {...hours, point});
  lot.provider.pay(await lot.charge(id));
  await lot.pass(5 * SECOND_MS);
  const {booking} = await lot.act(id, 'cancel', {note: 'ill'});
  return {id, chargedFen: booking.chargedFen, entry: encodeURIComponent(`${id}/capture`)};
}

test('~E68 what the ledger gave back of an order shows in the order, wherever it is read; nothing of it is given back or disputed again', async t => {
  const lot = await paidLot(t);
  const {id, chargedFen, entry} = await chargedOrder(lot, 'chen');
  t.true(chargedFen > 1);
  t.is((await lot.order(id)).booking.refundedFen, 0);
  const path = `/v1/ledger/entries/${entry}/reversals`;
  const back = await lot.ask('POST', path, {amountFen: chargedFen - 1, reason: 'cold water'});
  t.is(back.status, 201);
  t.like(await lot.order(id), {state: 'cancelled', booking: {refundedFen: chargedFen - 1}});
  const {body} = await lot.ask<{orders: readonly PaidOrder[]}>('GET', '/v1/orders');
  t.is(body.orders.find(order => order.id === id)?.booking.refundedFen, chargedFen - 1);

  const refused = {status: 409, code: 'order_state', detail: 'REFUNDED'};
  t.like(await lot.act(id, 'refund', {note: 'more', amountFen: 1}), refused);
  t.like(await lot.act(id, 'refund', {note: 'all'}), refused);
  t.like(await lot.act(id, 'dispute', {note: 'still cold'}), refused);
  t.like((await lot.ask('POST', path, {reason: 'again'})).body, {code: 'already_refunded'});
  t.deepEqual(await lot.imbalances(), []);
});

test('~E68 a dispute that was open when the ledger gave back is ended, with nothing more', async t => {
  const lot = await paidLot(t);
  const {id, chargedFen, entry} = await chargedOrder(lot, 'wang');
  await lot.act(id, 'dispute', {note: 'the arm was up'});
  await lot.ask('POST', `/v1/ledger/entries/${entry}/reversals`, {reason: 'it was'});
  t.like(await lot.act(id, 'refund', {note: 'twice', amountFen: chargedFen}), {status: 409});
  const ended = await lot.act(id, 'refund', {note: 'done', amountFen: 0});
  t.like(ended, {status: 200, state: 'settled', booking: {refundedFen: chargedFen}});
});

test('~E68 an entry that was put right is no refund of its order', async t => {
  const lot = await paidLot(t);
  const {id, chargedFen, entry} = await chargedOrder(lot, 'chen');
  const right = {
    ...{reason: 'for the house', from: 'member:chen'},
    to: [{account: 'house:revenue', amountFen: chargedFen}],
  };
  const {status} = await lot.ask('POST', `/v1/ledger/entries/${entry}/corrections`, right);
  t.is(status, 201);
  t.is((await lot.order(id)).booking.refundedFen, 0);
});
