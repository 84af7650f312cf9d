import type {UnixMillis} from '../../../protocols/base/clock.js';
import {LATE_GRACE_MS} from '../../../protocols/site/stay-rules.js';
import {presumedEnd, type StayInput, UNBILLED, without, withStay} from '../orders/open-stay.js';
import type {Booking, BookingData} from './booking-data.js';
import {chargedFen, extraOf, overtimeIn, takingOf} from './booking-money.js';
import {
  cancelFen,
  closing,
  type Input,
  moved,
  no,
  payBack,
  refused,
  type Step,
  tell,
  usedFen,
} from './booking-steps.js';

/** A gateway tells of a stay. */
export function session(order: Booking, input: StayInput, now: UnixMillis, isOwed: boolean): Step {
  const {data} = order;
  if (order.state === 'reserved' || order.state === 'lapsed') return refused(order);
  if (data.counted.includes(input.session)) return moved(order.state, data, []);
  if (input.phase !== 'closed') {
    const state = order.state === 'paid' ? 'running' : order.state;
    return moved(state, {...data, open: withStay(data.open, input)}, []);
  }
  const after = counted(data, input);
  if (order.state !== 'running' && order.state !== 'paid') {
    return settledLater({...order, data: after}, input.session, isOwed);
  }
  const running = {...order, state: 'running', data: after} as const;
  const isBilled = !UNBILLED.has(input.closeCause);
  const isLast = (data.entries === 'one' && isBilled) || now >= data.untilMs;
  const isOver = isLast && after.open.length === 0;
  return isOver ? settle(running, now, isOwed) : moved('running', after, []);
}

/** A stay ended without a word of it: it costs what it would have cost, had its gateway told. */
export function ended(
  order: Booking,
  {session: id, endMs, proof}: Input<'ended'>,
  now: UnixMillis,
  isOwed: boolean,
): Step {
  const stay = order.data.open.find(one => one.session === id);
  if (!stay) return no('NOT_OPEN');
  const step = session(order, presumedEnd(stay, endMs, order.data.fromMs), now, isOwed);
  if (step.kind === 'refused') return step;
  const told = tell('booking.stay_presumed', {session: id, endMs, proof});
  return {...step, effects: [...step.effects, told]};
}

/** Staff say that it is over: no money is held for good because a word was lost. */
export function settleByHand(
  order: Booking,
  {endedMs, note}: Input<'settle'>,
  now: UnixMillis,
  isOwed: boolean,
): Step {
  const {state, data} = order;
  const {fromMs, untilMs} = data;
  const isOver = state === 'paid' && now >= untilMs;
  if (state !== 'running' && !isOver) return refused(order);
  if (endedMs !== undefined && (endedMs > now || endedMs < fromMs)) return no('WRONG_TIME');
  const endMs = endedMs ?? (Math.min(now, untilMs) as UnixMillis);
  const after = data.open.reduce<BookingData>(
    (so, stay) => counted(so, presumedEnd(stay, endMs, fromMs)),
    {...data, note},
  );
  return settle({...order, data: after}, now, isOwed);
}

/** Take what the time used costs: of the hold first. Who never came pays what a cancel then would cost. */
export function settle(order: Booking, now: UnixMillis, isOwed: boolean): Step {
  const {data} = order;
  const dueFen = data.stays > 0 ? usedFen(order) : cancelFen(order, now);
  const {effects, charges, heldFen, restFen} = takingOf(order, dueFen);
  const extra = {key: `${order.id}/over`, amountFen: restFen};
  const after: BookingData = {
    ...data,
    charges: [...charges, ...(restFen > 0 ? [extra] : [])],
    owedFen: isOwed ? restFen : 0,
  };
  return moved('settled', after, [
    ...effects,
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

/** With a stay that is over. */
function counted(data: BookingData, stay: StayInput): BookingData {
  const isBilled = !UNBILLED.has(stay.closeCause);
  const overtimeMs = isBilled ? overtimeIn(data, stay, LATE_GRACE_MS) : 0;
  return {
    ...data,
    open: without(data.open, stay.session),
    counted: [...data.counted, stay.session],
    stays: data.stays + (isBilled ? 1 : 0),
    usedMs: data.usedMs + (isBilled ? Math.round(stay.durationMs) : 0),
    overtimeMs: data.overtimeMs + Math.round(overtimeMs),
  };
}
