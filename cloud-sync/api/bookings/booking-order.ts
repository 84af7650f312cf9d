import type {UnixMillis} from '../../../protocols/base/clock.js';
import {InternalError} from '../../../protocols/base/errors.js';
import {DAY_MS, MINUTE_MS} from '../../../protocols/base/units.js';
import {chargeFen, refundFen} from '../../../protocols/site/price-rules.js';
import type {OrderEffect, OrderStep, OrderType} from '../orders/order-type.js';
import {
  type AnyBookingInput,
  type Booking,
  type BookingData,
  type BookingInput,
  type BookingState,
  PARK_RIGHT,
  readBooking,
} from './booking-data.js';
import {
  captureKey,
  captureOf,
  chargedFen,
  extraOf,
  heldPartOf,
  holdOf,
  overtimeIn,
  reversalsOf,
} from './booking-money.js';

/** @see requirements 2, payment of prepayment */
const PAY_WITHIN_MS = 15 * MINUTE_MS;
/** @see requirements 2, early and late grace */
export const GRACE_MS = 15 * MINUTE_MS;

export const BOOKING = 'booking';

type Step = OrderStep<BookingState, BookingData>;
type Input<Kind extends AnyBookingInput['kind']> = Extract<AnyBookingInput, {kind: Kind}>;

/** Stays that do not count: nobody came in, or somebody else did. @see requirements E33, E34 */
const UNBILLED: ReadonlySet<string | null> = new Set(['never_entered', 'intruder']);

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
  const {point, fromMs, untilMs, entries, amountFen} = order.data;
  const wish = {
    ...({name: PARK_RIGHT, kind: 'park', points: [point], entries} as const),
    ...{validFrom: fromMs, validUntil: untilMs, credentials: ['card', 'qr'] as const},
  };
  return [
    ...holdOf(order, amountFen),
    {effect: 'grant', wish},
    {effect: 'set_deadline', name: 'over', dueAt: later(untilMs, GRACE_MS)},
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

function session(order: Booking, input: Input<'session'>, now: UnixMillis, isOwed: boolean): Step {
  const {data} = order;
  if (order.state === 'reserved' || order.state === 'lapsed') return refused(order);
  const others = data.open.filter(id => id !== input.session);
  if (input.phase !== 'closed') {
    const state = order.state === 'paid' ? 'running' : order.state;
    return moved(state, {...data, open: [...others, input.session]}, []);
  }
  const isBilled = !UNBILLED.has(input.closeCause);
  const overtimeMs = isBilled ? overtimeIn(data, input, GRACE_MS) : 0;
  const after: BookingData = {
    ...data,
    open: others,
    stays: data.stays + (isBilled ? 1 : 0),
    usedMs: data.usedMs + (isBilled ? Math.round(input.durationMs) : 0),
    overtimeMs: data.overtimeMs + Math.round(overtimeMs),
  };
  if (order.state !== 'running' && order.state !== 'paid') {
    return settledLater({...order, data: after}, input.session, isOwed);
  }
  const running = {...order, state: 'running', data: after} as const;
  const isLast = (data.entries === 'one' && isBilled) || now >= data.untilMs;
  return isLast && others.length === 0 ? settle(running, now, isOwed) : moved('running', after, []);
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
  // The arm never rises under a car: the stay goes on, and is billed when it ends.
  if (data.open.length > 0) {
    const again = {effect: 'set_deadline', name: 'over', dueAt: later(now, DAY_MS)} as const;
    return moved(order.state, data, [tell('booking.overtime', {}), again]);
  }
  return settle(order, now, isOwed);
}

/** Take what the time used costs: of the hold first. Who never came pays what a cancel then would cost. */
function settle(order: Booking, now: UnixMillis, isOwed: boolean): Step {
  const {data} = order;
  const dueFen = data.stays > 0 ? usedFen(order) : cancelFen(order, now);
  const heldFen = Math.min(dueFen, data.amountFen);
  const extra = {key: `${order.id}/over`, amountFen: dueFen - heldFen};
  const charges = [{key: captureKey(order), amountFen: heldFen}, extra];
  const after: BookingData = {
    ...data,
    charges: charges.filter(({amountFen}) => amountFen > 0),
    owedFen: isOwed ? extra.amountFen : 0,
  };
  return moved('settled', after, [
    ...captureOf(order, heldFen),
    ...extraOf(order, extra, isOwed),
    ...closing(order, now),
    ...payBack(data.payment, data.amountFen - heldFen, 'NOT_USED'),
  ]);
}

/** A gateway that was cut off tells of a stay when all was settled: what it costs more is taken now. */
function settledLater(order: Booking, name: string, isOwed: boolean): Step {
  const {data} = order;
  const extra = {
    key: `${order.id}/late/${name}`,
    amountFen: Math.max(0, usedFen(order) - chargedFen(order)),
  };
  const after = {
    ...data,
    charges: [...data.charges, ...(extra.amountFen > 0 ? [extra] : [])],
    owedFen: data.owedFen + (isOwed ? extra.amountFen : 0),
  };
  return moved(order.state, after, extraOf(order, extra, isOwed));
}

function cancel(order: Booking, {note, isOurs}: Input<'cancel'>, now: UnixMillis): Step {
  const data = {...order.data, note};
  if (order.state === 'reserved') {
    const effects = [{effect: 'cancel_deadline', name: 'payment'} as const];
    return moved('cancelled', data, [...effects, work('free_place'), work('return_coupon')]);
  }
  // Who is inside is not put out. @see requirements E29
  if (order.state !== 'paid') return refused(order);
  const amountFen = isOurs ? 0 : cancelFen(order, now);
  const charges = amountFen > 0 ? [{key: captureKey(order), amountFen}] : [];
  return moved('cancelled', {...data, charges}, [
    ...captureOf(order, amountFen),
    ...closing(order, now),
    ...payBack(data.payment, data.amountFen - amountFen, 'CANCELLED'),
    ...(amountFen > 0 ? [] : [work('return_coupon')]),
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

/** What ends with every booking that was paid. */
function closing(order: Booking, now: UnixMillis): readonly OrderEffect[] {
  const isBefore = now < order.data.untilMs;
  return [
    {effect: 'cancel_deadline', name: 'over'},
    ...(isBefore ? [{effect: 'revoke_grant', name: PARK_RIGHT} as const] : []),
    work('free_place'),
  ];
}

function usedFen({data}: Booking): number {
  const {price, usedMs, overtimeMs} = data;
  return chargeFen(price, {regularMs: usedMs - overtimeMs, overtimeMs});
}

function cancelFen({data}: Booking, now: UnixMillis): number {
  const {amountFen, price, fromMs} = data;
  return amountFen - refundFen(amountFen, price.terms.refunds, fromMs - now);
}

function moved(state: BookingState, data: BookingData, effects: readonly OrderEffect[]): Step {
  return {kind: 'moved', state, data, effects};
}

/** Does not fit where it stands. */
function refused({state}: Booking): Step {
  return {kind: 'refused', why: state.toUpperCase()};
}

/** What a provider was paid for us and is not ours goes back there. */
function payBack(payment: string | null, amountFen: number, why: string): readonly OrderEffect[] {
  if (payment === null || amountFen <= 0) return [];
  return [{effect: 'work', name: 'pay_back', data: {payment, amountFen, why}}];
}

function work(name: 'free_place' | 'return_coupon'): OrderEffect {
  return {effect: 'work', name, data: {}};
}

function tell(type: string, data: Readonly<Record<string, unknown>>): OrderEffect {
  return {effect: 'tell', type, data};
}

function later(at: UnixMillis, byMs: number): UnixMillis {
  return (at + byMs) as UnixMillis;
}
