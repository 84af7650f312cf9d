import type {Millis, UnixMillis} from '../../../protocols/base/clock.js';
import {UsageError} from '../../../protocols/base/errors.js';
import type {Price} from '../../../protocols/site/price-rules.js';
import type {OpenStay, StayOrderInput} from '../orders/open-stay.js';
import type {FrameInput, OrderView} from '../orders/order-type.js';

export type BookingState =
  /** The bay is kept; money is waited for. */
  | 'reserved'
  | 'paid'
  /** The tenant came. */
  | 'running'
  | 'settled'
  | 'cancelled'
  /** No money came in time. */
  | 'lapsed'
  | 'disputed';

/** Money that was taken for an order, under the key of its move. */
export interface Charge {
  readonly key: string;
  readonly amountFen: number;
}

/** What is stored of a booking. */
export interface BookingData {
  readonly point: string;
  readonly plate: string;
  readonly fromMs: UnixMillis;
  readonly untilMs: UnixMillis;
  /** `one`: the first stay ends it. */
  readonly entries: 'one' | 'multi';
  /** Member who lends the point; null: the lot itself. */
  readonly lender: string | null;
  readonly price: Price;
  /** Of the whole time booked: what is held. */
  readonly amountFen: number;
  /** Held besides, for a beginning before its time. */
  readonly earlyFen: number;
  /** The bay that was booked, when another one was given for it. */
  readonly movedFrom: string | null;
  readonly payment: string | null;
  readonly open: readonly OpenStay[];
  /** Sessions whose end was told or presumed: another word of it changes nothing. */
  readonly counted: readonly string[];
  /** Stays that are billed. */
  readonly stays: number;
  readonly usedMs: Millis;
  /** The part of `usedMs` beyond the end. */
  readonly overtimeMs: Millis;
  readonly charges: readonly Charge[];
  /** Charged beyond what the member had. */
  readonly owedFen: number;
  readonly refundedFen: number;
  /** Of the last cancel, dispute or refund. */
  readonly note: string | null;
}

export type BookingInput =
  /** From what the member has. */
  | {readonly kind: 'pay'}
  /** The provider says what became of a payment for this order; its money is the member's by now. */
  | {
      readonly kind: 'payment';
      readonly id: string;
      readonly state: 'succeeded' | 'failed';
      readonly amountFen: number;
    }
  | StayOrderInput
  /** `isOurs`: for our own reasons, so all is given back. */
  | {readonly kind: 'cancel'; readonly note: string; readonly isOurs: boolean}
  /** The tenant has driven off for good. */
  | {readonly kind: 'end'}
  | {readonly kind: 'dispute'; readonly note: string}
  /** `amountFen` undefined: all that was charged; 0: nothing, which ends a dispute. */
  | {readonly kind: 'refund'; readonly amountFen: number | undefined; readonly note: string};

export type Booking = OrderView<BookingState, BookingData>;
export type AnyBookingInput = BookingInput | FrameInput;

/** Name of the right that a booking has issued. */
export const PARK_RIGHT = 'park';

/** @throws UsageError `order/data` when it is not what a booking stores */
export function readBooking(data: unknown): BookingData {
  const held = data as Partial<BookingData> | null;
  if (typeof held?.point === 'string' && typeof held.amountFen === 'number' && held.price) {
    return held as BookingData;
  }
  throw new UsageError('order/data', 'not the data of a booking');
}
