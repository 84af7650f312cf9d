import type {UnixMillis} from '../../../protocols/base/clock.js';
import {leaseFenUntil} from '../../../protocols/site/lease-rules.js';
import {
  AMENDED_LEASE_MS,
  creditFen,
  EARLY_START_MS,
  LATE_GRACE_MS,
  penaltyFen,
  RECALL_AHEAD_MS,
} from '../../../protocols/site/stay-rules.js';
import {payerOf} from '../bookings/booking-amends.js';
import {paidTerm, rightOf} from './lease-agreed.js';
import type {Lease, LeaseData} from './lease-data.js';
import {amendsOf, holdOf} from './lease-money.js';
import {settle} from './lease-settle.js';
import {type Input, type Known, later, moved, no, refused, type Step, tell} from './lease-steps.js';

/** Another bay for the time that is left, at the same price. @see requirements Q14, E28, E34 */
export function moveTo(lease: Lease, input: Input<'moved'>, now: UnixMillis): Step {
  const {data, state} = lease;
  const {point, lender, why} = input;
  if (state !== 'active') return refused(lease);
  if (data.open.length > 0) return no('CAR_PRESENT');
  // What was used was used of the one who lent it.
  if (hasBegun(data, now) && lender !== data.lender) return no('OTHER_LENDER');
  const from = data.point;
  const after = {...data, point, lender, movedFrom: data.movedFrom ?? from};
  return moved(state, after, [
    {effect: 'grant', wish: rightOf(after)},
    tell('lease.moved', {from, to: point, why}),
  ]);
}

/** No bay can be given at the beginning: nothing is charged, and a credit says sorry. @see requirements E28 */
export function displaced(
  lease: Lease,
  {why}: Input<'displaced'>,
  now: UnixMillis,
  known: Known,
): Step {
  const {data, state} = lease;
  if (state !== 'active') return refused(lease);
  if (data.open.length > 0) return no('CAR_PRESENT');
  if (hasBegun(data, now)) return no('BEGUN');
  const amountFen = creditFen(amendedFen(data));
  const step = settle(unused(lease, why), true, known);
  if (step.kind === 'refused') return step;
  const amends = [
    ...amendsOf(lease, {amountFen, from: 'house:revenue', reason: 'no bay was free'}),
    tell('lease.displaced', {point: data.point, creditFen: amountFen, why}),
  ];
  return {...step, effects: [...step.effects, ...amends]};
}

/** The lender takes his bay back, in time: all goes back, and he pays for it. @see requirements E30 */
export function recalled(
  lease: Lease,
  {note}: Input<'recalled'>,
  now: UnixMillis,
  known: Known,
): Step {
  const {data, state} = lease;
  const {fromMs, lender} = data;
  if (state !== 'active') return refused(lease);
  if (now >= fromMs) return no('STAY_RUNNING');
  if (fromMs - now < RECALL_AHEAD_MS) return no('TOO_LATE');
  const amountFen = penaltyFen(amendedFen(data));
  const from = payerOf(lender, known.isOwed ?? false);
  const step = settle(unused(lease, note), true, known);
  if (step.kind === 'refused') return step;
  const amends = [
    ...amendsOf(lease, {amountFen, from, reason: 'taken back by its lender'}),
    tell('lease.recalled', {fromMs, amendsFen: amountFen}),
  ];
  return {...step, effects: [...step.effects, ...amends]};
}

/** Nobody is put out: he is only told that he is waited for. @see requirements E29 */
export function lenderBack(lease: Lease): Step {
  const {data, state} = lease;
  if (state !== 'active' && state !== 'overtime') return refused(lease);
  const {point, untilMs} = data;
  return moved(state, data, [tell('lease.lender_back', {point, untilMs})]);
}

/** From now on, at the price of its first term; the bay is kept from now on. @see requirements E36 */
export function early(lease: Lease, now: UnixMillis): Step {
  const {data, state} = lease;
  const [first] = data.terms;
  if (state !== 'active' || !first) return refused(lease);
  if (now >= data.fromMs || data.fromMs - now > EARLY_START_MS) return no('WRONG_TIME');
  const term = paidTerm(lease, {fromMs: now, untilMs: data.fromMs, rate: first.rate});
  const after = {...data, fromMs: now, terms: [term, ...data.terms]};
  return moved(state, after, [
    ...holdOf(lease, term.key, term.heldFen),
    {effect: 'grant', wish: rightOf(after)},
    tell('lease.begins_early', {fromMs: now, amountFen: term.heldFen}),
  ]);
}

/** As if it had never begun. */
function unused(lease: Lease, note: string): Lease {
  const {data} = lease;
  return {...lease, data: {...data, untilMs: data.fromMs, note}};
}

function hasBegun({fromMs}: LeaseData, now: UnixMillis): boolean {
  return now > later(fromMs, LATE_GRACE_MS);
}

/** Price of what counts for credit and penalty. */
function amendedFen({terms}: LeaseData): number {
  const [first] = terms;
  return first ? leaseFenUntil(first, later(first.fromMs, AMENDED_LEASE_MS)) : 0;
}
