import test from 'ava';
import type {UnixMillis} from '../../../protocols/base/clock.js';
import {DAY_MS, HOUR_MS, MINUTE_MS} from '../../../protocols/base/units.js';
import {type Price, USUAL_TERMS} from '../../../protocols/site/price-rules.js';
import {LATE_GRACE_MS as GRACE_MS} from '../../../protocols/site/stay-rules.js';
import type {OrderEffect} from '../orders/order-type.js';
import type {AnyBookingInput, Booking, BookingData} from './booking-data.js';
import {bookingOrder} from './booking-order.js';

const NOW = 1_700_000_000_000 as UnixMillis;
const at = (afterMs: number) => (NOW + afterMs) as UnixMillis;

const price: Price = {
  ...{fenPerHour: 600, terms: USUAL_TERMS, tariffVer: 0, percent: 100, rules: [], coupon: null},
};

const order = (state: Booking['state'], change: Partial<BookingData> = {}): Booking => ({
  ...{id: 'o', tenant: 'ten', site: 's', holder: 'm', state},
  data: {
    ...{point: 'A-012', plate: '粤B12345', fromMs: at(2 * HOUR_MS), untilMs: at(4 * HOUR_MS)},
    ...{entries: 'multi', lender: 'l', price, amountFen: 1200, payment: null, open: []},
    ...{earlyFen: 0, movedFrom: null, counted: []},
    ...{stays: 0, usedMs: 0, overtimeMs: 0, charges: [], owedFen: 0, refundedFen: 0, note: null},
    ...change,
  },
});

const closed = (durationMs: number, afterMs: number, closeCause = 'left') =>
  ({
    kind: 'session' as const,
    ...{session: 's-1', phase: 'closed', closeCause, durationMs, atMs: NOW + afterMs},
  }) satisfies AnyBookingInput;

function step(from: Booking, input: AnyBookingInput, afterMs = 0) {
  const done = bookingOrder.step(from, input, at(afterMs));
  if (done.kind === 'refused')
    return {state: 'refused', why: done.why, data: from.data, said: [] as string[]};
  return {state: done.state, why: '', data: done.data, said: done.effects.map(saying)};
}

function saying(effect: OrderEffect): string {
  switch (effect.effect) {
    case 'money': {
      const {move} = effect;
      const to =
        'to' in move ? move.to.map(({account, amountFen}) => `${account} ${amountFen}`) : [];
      const fen = 'amountFen' in move ? [`${move.amountFen}`] : [];
      const from = move.move === 'transfer' ? [`from ${move.from}`] : [];
      return [move.move, ...from, ...fen, ...to].join(' ');
    }
    case 'work':
    case 'set_deadline':
    case 'cancel_deadline':
    case 'revoke_grant':
      return `${effect.effect} ${effect.name}`;
    case 'grant':
      return `grant ${effect.wish.points.join()}`;
    case 'tell':
      return effect.type;
  }
}

const INSIDE = {session: 's-1', sinceMs: at(2 * HOUR_MS)};
const CLOSING = ['cancel_deadline over', 'revoke_grant park', 'work free_place'];

test('money is held, then the right is given; paying twice does not fit', t => {
  const paid = step(order('reserved'), {kind: 'pay'});
  t.is(paid.state, 'paid');
  t.deepEqual(paid.said, [
    ...['cancel_deadline payment', 'hold 1200', 'grant A-012', 'set_deadline over'],
  ]);
  t.like(step(order('paid'), {kind: 'pay'}), {state: 'refused', why: 'PAID'});
  t.deepEqual(step(order('reserved', {amountFen: 0}), {kind: 'pay'}).said, [
    ...['cancel_deadline payment', 'grant A-012', 'set_deadline over'],
  ]);
});

test('without money in time the bay is free again, and money that comes later goes back', t => {
  const lapsed = step(order('reserved'), {kind: 'deadline', name: 'payment'}, 15 * MINUTE_MS);
  t.is(lapsed.state, 'lapsed');
  t.deepEqual(lapsed.said, ['work free_place', 'work return_coupon']);
  const payment = {kind: 'payment', id: 'p', state: 'succeeded', amountFen: 1200} as const;
  const late = step(order('lapsed'), payment);
  t.is(late.state, 'lapsed');
  t.deepEqual(late.said, ['work pay_back', 'booking.payment_returned']);
  t.like(step(order('reserved'), payment), {state: 'paid', data: {payment: 'p'}});
  t.like(step(order('paid', {payment: 'p'}), payment), {state: 'refused'});
  t.is(step(order('paid', {payment: 'p'}), {...payment, id: 'p2'}).said[0], 'work pay_back');
  const failed = step(order('reserved'), {...payment, state: 'failed'});
  t.like(failed, {state: 'reserved', said: ['booking.payment_failed']});
});

test('~P35 the time used is charged in steps, shared, and the rest of the hold let go', t => {
  const used = step(order('running', {entries: 'one'}), closed(95 * MINUTE_MS, 0), 3 * HOUR_MS);
  t.is(used.state, 'settled');
  t.deepEqual(used.said, ['capture lender:l 840 house:revenue 210', ...CLOSING]);
  t.like(used.data.charges[0], {amountFen: 1050});
});

test('who comes back within his time is charged once, for all his stays', t => {
  const first = step(order('paid'), closed(50 * MINUTE_MS, 2 * HOUR_MS), 3 * HOUR_MS);
  t.like(first, {state: 'running', said: []});
  const again = {...closed(40 * MINUTE_MS, 0), session: 's-2'};
  const second = step(order('running', first.data), again, 3.9 * HOUR_MS);
  const over = step(
    order('running', second.data),
    {kind: 'deadline', name: 'over'},
    4.25 * HOUR_MS,
  );
  t.is(over.state, 'settled');
  t.is(over.said[0], 'capture lender:l 720 house:revenue 180');
  t.false(over.said.includes('revoke_grant park'), 'it has ended by itself');
});

test('stays in which nobody or somebody else came in are not billed', t => {
  for (const cause of ['never_entered', 'intruder']) {
    const after = step(order('paid'), closed(HOUR_MS, 0, cause), 2 * HOUR_MS);
    t.like(after, {state: 'running', data: {usedMs: 0, stays: 0}});
  }
});

test('the arm does not rise under a car: overtime goes on, and is billed at its own price', t => {
  const inside = order('running', {open: [INSIDE]});
  const over = step(inside, {kind: 'deadline', name: 'over'}, 4 * HOUR_MS + GRACE_MS);
  t.like(over, {state: 'running', said: ['booking.overtime', 'set_deadline over']});
  const ended = 5 * HOUR_MS;
  const left = step(inside, closed(3 * HOUR_MS, ended), ended);
  t.is(left.state, 'settled');
  t.like(left.data, {usedMs: 3 * HOUR_MS, overtimeMs: HOUR_MS});
  // 2 h at 600, 1 h at 900: the hold of 1200, and 900 beyond it.
  t.is(left.said[0], 'capture lender:l 960 house:revenue 240');
  t.is(left.said[1], 'transfer from member:m lender:l 720 house:revenue 180');
  const graceful = step(inside, closed(2 * HOUR_MS + GRACE_MS, 4 * HOUR_MS + GRACE_MS), ended);
  t.is(graceful.data.overtimeMs, 0);
  const unsure = step(inside, {...closed(3 * HOUR_MS, 0), atMs: null}, ended);
  t.is(unsure.data.overtimeMs, 0, 'a clock that was lost proves no overtime');
});

test('what the member has not is owed, and the lender gets his share all the same', t => {
  const inside = order('running', {open: [INSIDE]});
  const input = closed(3 * HOUR_MS, 5 * HOUR_MS);
  const move = {move: 'transfer', key: 'o/over', from: 'member:m', to: [], reason: ''} as const;
  const refused = {kind: 'money_refused', move, why: 'LOW_BALANCE', input} as const;
  const left = step(inside, refused, 5 * HOUR_MS);
  t.is(left.said[1], 'transfer from house:receivable lender:l 720 house:revenue 180');
  t.is(left.data.owedFen, 900);
});

test('a stay that is told of after the end costs what it adds, once', t => {
  const settled = order('settled', {
    ...{stays: 1, usedMs: HOUR_MS, charges: [{key: 'o/capture', amountFen: 600}]},
  });
  const late = step(settled, {...closed(HOUR_MS, 0), session: 's-9'}, 2 * DAY_MS);
  t.deepEqual(late.said, ['transfer from member:m lender:l 480 house:revenue 120']);
  t.is(late.data.charges.length, 2);
});

test('who cancels early has all back, late a part; who is inside is not put out', t => {
  const cancel = {kind: 'cancel', note: 'changed plans', isOurs: false} as const;
  const early = step(order('paid'), cancel, 0);
  t.deepEqual(
    [early.state, early.said],
    ['cancelled', ['release', ...CLOSING, 'work return_coupon']],
  );
  t.is(early.data.note, 'changed plans');
  const late = step(order('paid'), cancel, 1.5 * HOUR_MS);
  t.deepEqual(late.said, ['capture lender:l 480 house:revenue 120', ...CLOSING]);
  t.is(step(order('paid'), {...cancel, isOurs: true}, 1.5 * HOUR_MS).said[0], 'release');
  t.like(step(order('running'), cancel), {state: 'refused', why: 'RUNNING'});
  t.like(step(order('cancelled'), cancel), {state: 'refused', why: 'CANCELLED'});
  t.deepEqual(step(order('reserved'), cancel).said, [
    ...['cancel_deadline payment', 'work free_place', 'work return_coupon'],
  ]);
});

test('who never comes pays what a cancel at the end would cost', t => {
  const over = step(order('paid'), {kind: 'deadline', name: 'over'}, 4.25 * HOUR_MS);
  t.is(over.state, 'settled');
  t.is(over.said[0], 'capture lender:l 960 house:revenue 240');
});

test('a refund goes back the way the money came, latest first, and once', t => {
  const charges = [
    {key: 'o/capture', amountFen: 1200},
    {key: 'o/over', amountFen: 900},
  ];
  const disputed = step(order('settled', {charges}), {kind: 'dispute', note: 'arm stuck'});
  t.like(disputed, {state: 'disputed', data: {note: 'arm stuck'}});
  const refund = {kind: 'refund', amountFen: 1000, note: 'half of it'} as const;
  const back = step({...order('disputed', {charges})}, refund);
  t.is(back.state, 'settled');
  t.deepEqual(back.said, ['reverse 900', 'reverse 100', 'booking.refunded']);
  t.like(step(order('settled', back.data), refund), {state: 'refused', why: 'REFUNDED'});
  t.like(step(order('settled', back.data), {kind: 'dispute', note: ''}), {why: 'REFUNDED'});
  t.like(step(order('settled', {charges}), {...refund, amountFen: 2101}), {why: 'OVER_REFUND'});
  const none = step(order('disputed', {charges}), {...refund, amountFen: 0});
  t.deepEqual([none.state, none.said], ['settled', []]);
  t.like(step(order('paid'), refund), {state: 'refused', why: 'PAID'});
  for (const why of ['OVER_REFUND', 'LOW_BALANCE'] as const) {
    const move = {move: 'reverse', key: 'r', of: 'o/over', amountFen: 900, reason: ''} as const;
    const said = step(order('settled', {charges}), {
      ...{kind: 'money_refused', move, why, input: refund},
    });
    t.like(said, {state: 'refused', why}, 'the ledger gave a part back, or a share is spent');
  }
});

test('of what a provider was paid goes back what was not used, not charged, or refunded of the hold', t => {
  const backOf = (from: Booking, input: AnyBookingInput, afterMs: number) => {
    const done = bookingOrder.step(from, input, at(afterMs));
    return done.kind === 'refused'
      ? done.why
      : done.effects.flatMap(effect =>
          effect.effect === 'work' && effect.name === 'pay_back' ? [effect.data] : [],
        );
  };
  const used = order('running', {entries: 'one', payment: 'p'});
  t.deepEqual(backOf(used, closed(95 * MINUTE_MS, 0), 3 * HOUR_MS), [
    {payment: 'p', amountFen: 150, why: 'NOT_USED'},
  ]);
  const cancel = {kind: 'cancel', note: 'x', isOurs: false} as const;
  const paid = order('paid', {payment: 'p'});
  t.like(backOf(paid, cancel, 1.5 * HOUR_MS), [{amountFen: 600, why: 'CANCELLED'}]);
  t.deepEqual(backOf(order('paid'), cancel, 0), [], 'it was paid from the balance');
  const charges = [
    {key: 'o/capture', amountFen: 1200},
    {key: 'o/over', amountFen: 900},
  ];
  const settled = order('settled', {charges, payment: 'p'});
  const refund = {kind: 'refund', amountFen: 1000, note: 'half of it'} as const;
  // What lay beyond the hold was taken from the balance, and goes back there.
  t.like(backOf(settled, refund, 0), [{amountFen: 100, why: 'REFUNDED'}]);
  t.deepEqual(backOf(settled, {...refund, amountFen: 900}, 0), []);
});

test('the end is told by who drove off, and not while his car is inside', t => {
  const used = {stays: 1, usedMs: HOUR_MS};
  t.is(step(order('running', used), {kind: 'end'}, 3 * HOUR_MS).state, 'settled');
  t.like(step(order('running', {...used, open: [INSIDE]}), {kind: 'end'}), {why: 'CAR_PRESENT'});
});

test('a word of the end that was lost holds no money for good: staff settle for a reason, and a late word changes nothing', t => {
  const inside = order('running', {fromMs: at(2 * HOUR_MS), open: [INSIDE]});
  const settle = {kind: 'settle', endedMs: at(3 * HOUR_MS), note: 'arm was driven off'} as const;
  const done = step(inside, settle, DAY_MS);
  t.deepEqual(done.said, [
    'capture lender:l 480 house:revenue 120',
    'cancel_deadline over',
    'work free_place',
  ]);
  t.like(done.data, {open: [], counted: ['s-1'], usedMs: HOUR_MS, note: 'arm was driven off'});
  const late = step(order('settled', done.data), closed(2 * HOUR_MS, 4 * HOUR_MS), 2 * DAY_MS);
  t.like(late, {state: 'settled', said: [], data: done.data});
  t.is(step(inside, {...settle, endedMs: undefined}, DAY_MS).data.usedMs, 2 * HOUR_MS, 'all of it');
  t.is(step(inside, {...settle, endedMs: at(2 * DAY_MS)}, DAY_MS).why, 'WRONG_TIME');
  t.is(step(order('paid'), settle, 3 * HOUR_MS).why, 'PAID', 'who may come yet is not settled');
  t.is(step(order('paid'), settle, DAY_MS).state, 'settled');
});

test('what later shows that a stay has ended settles as its own word would have done', t => {
  const inside = order('running', {open: [INSIDE]});
  const proof = {
    kind: 'ended',
    session: 's-1',
    endMs: at(3 * HOUR_MS),
    proof: 'BARRED_AGAIN',
  } as const;
  const early = step(inside, proof, 3.5 * HOUR_MS);
  t.like(early, {state: 'running', said: ['booking.stay_presumed'], data: {usedMs: HOUR_MS}});
  const over = step(inside, proof, 5 * HOUR_MS);
  t.is(over.state, 'settled');
  t.is(over.said[0], 'capture lender:l 480 house:revenue 120');
  t.is(step(order('settled', over.data), proof).why, 'NOT_OPEN');
  t.deepEqual(step(order('settled', over.data), closed(9 * HOUR_MS, 0)).said, []);
});

test('who is given another bay keeps time and price, and may leave it; whom none can be given has all back and a credit', t => {
  const moved = {kind: 'moved', point: 'A-013', lender: 'k', why: 'OVERSTAY'} as const;
  const other = step(order('paid'), moved, 2 * HOUR_MS);
  t.deepEqual(other.said, ['grant A-013', 'booking.moved']);
  t.like(other.data, {point: 'A-013', lender: 'k', movedFrom: 'A-012', amountFen: 1200});
  const cancel = {kind: 'cancel', note: 'too far', isOurs: false} as const;
  t.is(step(order('paid', other.data), cancel, 2 * HOUR_MS).said[0], 'release');
  t.is(step(order('running', {open: [INSIDE]}), moved).why, 'CAR_PRESENT');
  const none = step(order('paid'), {kind: 'displaced', why: 'OVERSTAY'}, 2 * HOUR_MS);
  t.is(none.state, 'cancelled');
  t.deepEqual(none.said, [
    ...['release', ...CLOSING, 'work return_coupon'],
    ...['transfer from house:revenue member:m 240', 'booking.displaced'],
  ]);
  t.is(step(order('settled'), {kind: 'displaced', why: 'INTRUDER'}).why, 'SETTLED');
});

test('~E30 a lender takes his bay back up to an hour ahead, and pays for it; never from who stays there', t => {
  const back = {kind: 'recalled', note: 'home again'} as const;
  const done = step(order('paid'), back, HOUR_MS);
  t.is(done.state, 'cancelled');
  t.is(done.said[0], 'release');
  t.deepEqual(done.said.slice(-2), ['transfer from lender:l member:m 240', 'booking.recalled']);
  t.is(
    step(order('paid', {lender: null}), back).said.at(-2),
    'transfer from house:revenue member:m 240',
  );
  t.is(step(order('paid'), back, HOUR_MS + 1).why, 'TOO_LATE');
  t.is(step(order('running', {open: [INSIDE]}), back).why, 'STAY_RUNNING');
  t.deepEqual(step(order('running', {open: [INSIDE]}), {kind: 'lender_back'}).said, [
    'booking.lender_back',
  ]);
});

test('~E36 who begins 20 min early pays them at the price of the booking, out of a hold of their own', t => {
  const early = step(order('paid'), {kind: 'early'}, 2 * HOUR_MS - 20 * MINUTE_MS);
  t.deepEqual(early.said, ['hold 300', 'grant A-012', 'booking.begins_early']);
  t.like(early.data, {fromMs: at(100 * MINUTE_MS), amountFen: 1200, earlyFen: 300});
  const used = step(
    order('running', {...early.data, entries: 'one'}),
    closed(140 * MINUTE_MS, 4 * HOUR_MS),
    4 * HOUR_MS,
  );
  t.deepEqual(used.said.slice(0, 2), [
    'capture lender:l 960 house:revenue 240',
    'capture lender:l 240 house:revenue 60',
  ]);
  t.deepEqual(
    step(order('paid', early.data), {kind: 'cancel', note: '', isOurs: true}).said.slice(0, 2),
    [...['release', 'release']],
  );
  t.is(step(order('paid'), {kind: 'early'}, HOUR_MS - 1).why, 'WRONG_TIME');
});
