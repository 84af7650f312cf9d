import type {UnixMillis} from '../../../protocols/base/clock.js';
import {chargeFen} from '../../../protocols/site/price-rules.js';
import {
  creditFen,
  EARLY_START_MS,
  penaltyFen,
  RECALL_AHEAD_MS,
} from '../../../protocols/site/stay-rules.js';
import type {AccountName} from '../ledger/money-move.js';
import type {Booking} from './booking-data.js';
import {amendsOf, earlyHoldOf, takingOf} from './booking-money.js';
import {settle} from './booking-settle.js';
import {
  closing,
  type Input,
  moved,
  no,
  payBack,
  refused,
  rightOf,
  type Step,
  tell,
  work,
} from './booking-steps.js';

/** Another bay for the same time, at the same price. Its place is taken. @see requirements E25, E28, E34 */
export function moveTo(order: Booking, {point, lender, why}: Input<'moved'>): Step {
  const {data, state} = order;
  if (state !== 'paid' && state !== 'running') return refused(order);
  if (data.open.length > 0) return no('CAR_PRESENT');
  const from = data.point;
  const after = {...data, point, lender, movedFrom: data.movedFrom ?? from};
  return moved(state, after, [
    {effect: 'grant', wish: rightOf(after)},
    tell('booking.moved', {from, to: point, why}),
  ]);
}

/** No bay can be given: what was not used costs nothing, and a credit says sorry. @see requirements E28 */
export function displaced(
  order: Booking,
  {why}: Input<'displaced'>,
  now: UnixMillis,
  isOwed: boolean,
): Step {
  const {data, state} = order;
  if (state !== 'paid' && state !== 'running') return refused(order);
  if (data.open.length > 0) return no('CAR_PRESENT');
  const amountFen = creditFen(data.amountFen);
  const amends = [
    ...amendsOf(order, {amountFen, from: 'house:revenue', reason: 'no bay was free'}),
    tell('booking.displaced', {point: data.point, creditFen: amountFen, why}),
  ];
  const noted = {...order, data: {...data, note: why}};
  const step = data.stays > 0 ? settle(noted, now, isOwed) : freed(noted, now);
  return step.kind === 'refused' ? step : {...step, effects: [...step.effects, ...amends]};
}

/** The lender takes his bay back, in time: all goes back, and he pays for it, or owes it if he has nothing.
 *  @see requirements E30 */
export function recalled(
  order: Booking,
  {note}: Input<'recalled'>,
  now: UnixMillis,
  isOwed: boolean,
): Step {
  const {data, state} = order;
  if (state === 'running') return no('STAY_RUNNING');
  if (state !== 'paid') return refused(order);
  const {fromMs, lender} = data;
  if (fromMs - now < RECALL_AHEAD_MS) return no('TOO_LATE');
  const amountFen = penaltyFen(data.amountFen);
  const from = payerOf(lender, isOwed);
  const step = freed({...order, data: {...data, note}}, now);
  if (step.kind === 'refused') return step;
  return {
    ...step,
    effects: [
      ...step.effects,
      ...amendsOf(order, {amountFen, from, reason: 'taken back by its lender'}),
      tell('booking.recalled', {fromMs, amendsFen: amountFen}),
    ],
  };
}

/** Nobody is put out: he is only told that he is waited for. @see requirements E29 */
export function lenderBack(order: Booking): Step {
  const {data, state} = order;
  if (state !== 'running' || data.open.length === 0) return refused(order);
  const {point, untilMs} = data;
  return moved(state, data, [tell('booking.lender_back', {point, untilMs})]);
}

/** From now on, at the price of the booking; the bay is kept from now on. @see requirements E36 */
export function early(order: Booking, now: UnixMillis): Step {
  const {data, state} = order;
  if (state !== 'paid') return refused(order);
  if (now >= data.fromMs || data.fromMs - now > EARLY_START_MS) return no('WRONG_TIME');
  const after = {...data, fromMs: now, earlyFen: earlyFenOf(order, now)};
  return moved('paid', after, [
    ...earlyHoldOf(order, after.earlyFen),
    {effect: 'grant', wish: rightOf(after)},
    tell('booking.begins_early', {fromMs: now, amountFen: after.earlyFen}),
  ]);
}

/** What a beginning at `fromMs` costs more. */
export function earlyFenOf({data}: Pick<Booking, 'data'>, fromMs: UnixMillis): number {
  const regularMs = data.untilMs - fromMs;
  return Math.max(0, chargeFen(data.price, {regularMs, overtimeMs: 0}) - data.amountFen);
}

/** Of what a lender pays; the lot itself is the house. */
export function payerOf(lender: string | null, isOwed: boolean): AccountName {
  if (lender === null) return 'house:revenue';
  return isOwed ? 'house:receivable' : `lender:${lender}`;
}

/** All that was held goes back. */
function freed(order: Booking, now: UnixMillis): Step {
  const {data} = order;
  return moved('cancelled', {...data, charges: []}, [
    ...takingOf(order, 0).effects,
    ...closing(order, now),
    ...payBack(data.payment, data.amountFen, 'CANCELLED'),
    work('return_coupon'),
  ]);
}
