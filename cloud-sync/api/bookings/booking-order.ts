import type {UnixMillis} from '../../../protocols/base/clock.js';
import {InternalError} from '../../../protocols/base/errors.js';
import {DAY_MS, MINUTE_MS} from '../../../protocols/base/units.js';
import {LATE_GRACE_MS} from '../../../protocols/site/stay-rules.js';
import type {OrderEffect, OrderType} from '../orders/order-type.js';
import {displaced, early, lenderBack, moveTo, recalled} from './booking-amends.js';
import type {
  AnyBookingInput,
  Booking,
  BookingData,
  BookingInput,
  BookingState,
} from './booking-data.js';
import {readBooking} from './booking-data.js';
import {chargedFen, heldPartOf, holdOf, reversalsOf, takingOf} from './booking-money.js';
import {ended, session, settle, settleByHand} from './booking-settle.js';
import {
  cancelFen,
  closing,
  type Input,
  later,
  moved,
  payBack,
  refused,
  rightOf,
  type Step,
  tell,
  work,
} from './booking-steps.js';

/** @see requirements 2, payment of prepayment */
const PAY_WITHIN_MS = 15 * MINUTE_MS;
export const BOOKING = 'booking';

/**
 * A bay for a time: kept, paid, used, settled. Money is held before the bay is opened and taken by the
 * time used; what is not taken goes back. @see requirements P2, P27, P35
 */
export const bookingOrder: OrderType<BookingState, BookingData, BookingInput> = {
  name: BOOKING,
  read: readBooking,
  step: (order, input, now) => step(order, input, now, false),
};

/** All that being paid brings with it, in an order just made or one that waited. */
export function paidEffects(
  order: Pick<Booking, 'id' | 'holder' | 'data'>,
): readonly OrderEffect[] {
  const {untilMs, amountFen} = order.data;
  return [
    ...holdOf(order, amountFen),
    {effect: 'grant', wish: rightOf(order.data)},
    {effect: 'set_deadline', name: 'over', dueAt: untilMs},
  ];
}

export function unpaidEffects(now: UnixMillis): readonly OrderEffect[] {
  return [{effect: 'set_deadline', name: 'payment', dueAt: later(now, PAY_WITHIN_MS)}];
}

/** `isOwed`: the member has not what a stay cost beyond the hold. */
function step(order: Booking, input: AnyBookingInput, now: UnixMillis, isOwed: boolean): Step {
  switch (input.kind) {
    case 'pay':
      return pay(order, null);
    case 'payment':
      return payment(order, input);
    case 'session':
      return session(order, input, now, isOwed);
    case 'ended':
      return ended(order, input, now, isOwed);
    case 'settle':
      return settleByHand(order, input, now, isOwed);
    case 'moved':
      return moveTo(order, input);
    case 'displaced':
      return displaced(order, input, now, isOwed);
    case 'recalled':
      return recalled(order, input, now, isOwed);
    case 'lender_back':
      return lenderBack(order);
    case 'early':
      return early(order, now);
    case 'end':
      return end(order, now, isOwed);
    case 'cancel':
      return cancel(order, input, now);
    case 'dispute':
      return dispute(order, input);
    case 'refund':
      return refund(order, input);
    case 'deadline':
      return deadline(order, input.name, now, isOwed);
    case 'money_refused':
      return moneyRefused(order, input, now);
  }
}

function pay(order: Booking, payment: string | null): Step {
  if (order.state !== 'reserved') return refused(order);
  const effects = [{effect: 'cancel_deadline', name: 'payment'} as const, ...paidEffects(order)];
  return moved('paid', {...order.data, payment}, effects);
}

function payment(order: Booking, {id, state, amountFen}: Input<'payment'>): Step {
  const {data} = order;
  if (state === 'failed') return moved(order.state, data, [tell('booking.payment_failed', {id})]);
  if (order.state === 'reserved') return pay(order, id);
  if (data.payment === id) return refused(order);
  // What comes when the bay is somebody else's, or when it was paid already, goes back.
  const isLate = order.state === 'lapsed' || order.state === 'cancelled';
  const why = isLate ? 'PAYMENT_LATE' : 'PAID_TWICE';
  return moved(order.state, data, [
    ...payBack(id, amountFen, why),
    tell('booking.payment_returned', {payment: id, why}),
  ]);
}

function end(order: Booking, now: UnixMillis, isOwed: boolean): Step {
  if (order.state !== 'running') return refused(order);
  return order.data.open.length > 0
    ? {kind: 'refused', why: 'CAR_PRESENT'}
    : settle(order, now, isOwed);
}

function deadline(order: Booking, name: string, now: UnixMillis, isOwed: boolean): Step {
  const {data} = order;
  if (name === 'payment' && order.state === 'reserved') {
    return moved('lapsed', data, [work('free_place'), work('return_coupon')]);
  }
  if (name !== 'over' || (order.state !== 'paid' && order.state !== 'running'))
    return refused(order);
  const lastMs = later(data.untilMs, LATE_GRACE_MS);
  if (now < lastMs) {
    const again = {effect: 'set_deadline', name: 'over', dueAt: lastMs} as const;
    // Whoever comes next may not find the bay free.
    const clash = data.open.length > 0 ? [work('bay_kept')] : [];
    return moved(order.state, data, [...clash, again]);
  }
  // The arm never rises under a car: the stay goes on, and is billed when it ends.
  if (data.open.length > 0) {
    const again = {effect: 'set_deadline', name: 'over', dueAt: later(now, DAY_MS)} as const;
    return moved(order.state, data, [tell('booking.overtime', {untilMs: data.untilMs}), again]);
  }
  return settle(order, now, isOwed);
}

function cancel(order: Booking, {note, isOurs}: Input<'cancel'>, now: UnixMillis): Step {
  const data = {...order.data, note};
  if (order.state === 'reserved') {
    const effects = [{effect: 'cancel_deadline', name: 'payment'} as const];
    return moved('cancelled', data, [...effects, work('free_place'), work('return_coupon')]);
  }
  // Who is inside is not put out. @see requirements E29
  if (order.state !== 'paid') return refused(order);
  // Whom another bay was given need not take it.
  const isFree = isOurs || data.movedFrom !== null;
  const taking = takingOf(order, isFree ? 0 : cancelFen(order, now));
  const {charges, heldFen} = taking;
  return moved('cancelled', {...data, charges}, [
    ...taking.effects,
    ...closing(order, now),
    ...payBack(data.payment, data.amountFen - heldFen, 'CANCELLED'),
    ...(charges.length > 0 ? [] : [work('return_coupon')]),
  ]);
}

function dispute(order: Booking, {note}: Input<'dispute'>): Step {
  const isOver = order.state === 'settled' || order.state === 'cancelled';
  if (!isOver) return refused(order);
  if (order.data.refundedFen > 0) return {kind: 'refused', why: 'REFUNDED'};
  return moved('disputed', {...order.data, note}, []);
}

/** Once for each order. @see requirements P27, E68 */
function refund(order: Booking, {amountFen, note}: Input<'refund'>): Step {
  const {data, state} = order;
  if (state !== 'settled' && state !== 'cancelled' && state !== 'disputed') return refused(order);
  if (data.refundedFen > 0) return {kind: 'refused', why: 'REFUNDED'};
  const allFen = chargedFen(order);
  const backFen = amountFen ?? allFen;
  if (backFen > allFen) return {kind: 'refused', why: 'OVER_REFUND'};
  if (backFen === 0 && state !== 'disputed') return {kind: 'refused', why: 'NOTHING_CHARGED'};
  return moved('settled', {...data, refundedFen: backFen, note}, [
    ...reversalsOf(order, backFen, note),
    ...payBack(data.payment, heldPartOf(order, backFen), 'REFUNDED'),
    ...(backFen > 0 ? [tell('booking.refunded', {amountFen: backFen})] : []),
  ]);
}

function moneyRefused(order: Booking, refusal: Input<'money_refused'>, now: UnixMillis): Step {
  const {move, why} = refusal;
  const cause = refusal.input as AnyBookingInput;
  if (move.move === 'hold') {
    return cause.kind === 'payment'
      ? moved(order.state, order.data, [tell('booking.payment_failed', {id: cause.id, why})])
      : {kind: 'refused', why};
  }
  // The ledger has given a part back already, or somebody has spent his share of it.
  if (move.move === 'reverse' && (why === 'OVER_REFUND' || why === 'LOW_BALANCE')) {
    return {kind: 'refused', why};
  }
  if (move.move === 'transfer' && why === 'LOW_BALANCE') return step(order, cause, now, true);
  throw new InternalError('internal/order', `booking ${order.id}: ${move.key} refused: ${why}`);
}
