import type {UnixMillis} from '../../../protocols/base/clock.js';
import {chargeFen, refundFen} from '../../../protocols/site/price-rules.js';
import type {GrantWish, OrderEffect, OrderStep} from '../orders/order-type.js';
import {
  type AnyBookingInput,
  type Booking,
  type BookingData,
  type BookingState,
  PARK_RIGHT,
} from './booking-data.js';

export type Step = OrderStep<BookingState, BookingData>;
export type Input<Kind extends AnyBookingInput['kind']> = Extract<AnyBookingInput, {kind: Kind}>;

/** What its holder may do, as the booking stands. */
export function rightOf({point, plate, fromMs, untilMs, entries}: BookingData): GrantWish {
  return {
    ...({name: PARK_RIGHT, kind: 'park', points: [point], entries} as const),
    ...{validFrom: fromMs, validUntil: untilMs, credentials: ['card', 'qr'] as const},
    plates: [plate],
  };
}

/** What ends with every booking that was paid. */
export function closing(order: Booking, now: UnixMillis): readonly OrderEffect[] {
  const isBefore = now < order.data.untilMs;
  return [
    {effect: 'cancel_deadline', name: 'over'},
    ...(isBefore ? [{effect: 'revoke_grant', name: PARK_RIGHT} as const] : []),
    work('free_place'),
  ];
}

export function usedFen({data}: Booking): number {
  const {price, usedMs, overtimeMs} = data;
  return chargeFen(price, {regularMs: usedMs - overtimeMs, overtimeMs});
}

export function cancelFen({data}: Booking, now: UnixMillis): number {
  const {amountFen, price, fromMs} = data;
  return amountFen - refundFen(amountFen, price.terms.refunds, fromMs - now);
}

export function moved(
  state: BookingState,
  data: BookingData,
  effects: readonly OrderEffect[],
): Step {
  return {kind: 'moved', state, data, effects};
}

/** Does not fit where it stands. */
export function refused({state}: Booking): Step {
  return no(state.toUpperCase());
}

export function no(why: string): Step {
  return {kind: 'refused', why};
}

/** What a provider was paid for us and is not ours goes back there. */
export function payBack(
  payment: string | null,
  amountFen: number,
  why: string,
): readonly OrderEffect[] {
  if (payment === null || amountFen <= 0) return [];
  return [{effect: 'work', name: 'pay_back', data: {payment, amountFen, why}}];
}

/** `bay_kept`: its time is over and its car is still there. */
export function work(name: 'free_place' | 'return_coupon' | 'bay_kept'): OrderEffect {
  return {effect: 'work', name, data: {}};
}

export function tell(type: string, data: Readonly<Record<string, unknown>>): OrderEffect {
  return {effect: 'tell', type, data};
}

export function later(at: UnixMillis, byMs: number): UnixMillis {
  return (at + byMs) as UnixMillis;
}
