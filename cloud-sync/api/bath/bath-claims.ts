import type {UnixMillis} from '../../../protocols/base/clock.js';
import type {OrderStep} from '../orders/order-type.js';
import type {BathData, BathInput, BathOrder, BathState} from './bath-code.js';
import {reverse, tell} from './bath-effects.js';

type Step = OrderStep<BathState, BathData>;
type Refund = Extract<BathInput, {readonly kind: 'refund'}>;

/** What was used beyond what there was: owed, and under this key in the ledger. */
export function owedKey(id: string): string {
  return `${id}/owed`;
}

/** Somebody else was under it, or it was not as it is billed: staff looks. @see requirements E55 */
export function disputed({state, data}: BathOrder, note: string, now: UnixMillis): Step {
  if (data.session === null) return {kind: 'refused', why: state.toUpperCase()};
  if (data.refundedFen > 0) return {kind: 'refused', why: 'REFUNDED'};
  if (data.dispute) return {kind: 'refused', why: `DISPUTE_${data.dispute.state.toUpperCase()}`};
  const dispute = {state: 'open', note, atMs: now} as const;
  const {session, point} = data;
  return {
    ...{kind: 'moved', state, data: {...data, dispute}},
    effects: [tell('bath.disputed', {session, point})],
  };
}

/**
 * Once, by entries that turn round those of the shower: what was taken of the member first, and of what he
 * still owes for it the rest. @see requirements E55, E63, E68
 */
export function refunded(order: BathOrder, {amountFen, note}: Refund, now: UnixMillis): Step {
  const {id, state, data} = order;
  const {usedFen, owedFen, paidBy, dispute} = data;
  if (usedFen === null) return {kind: 'refused', why: state.toUpperCase()};
  if (data.refundedFen > 0) return {kind: 'refused', why: 'REFUNDED'};
  const isOpen = dispute?.state === 'open';
  const backFen = amountFen ?? usedFen;
  if (backFen > usedFen) return {kind: 'refused', why: 'OVER_REFUND'};
  if (backFen === 0 && !isOpen) return {kind: 'refused', why: 'NOTHING_CHARGED'};
  const paidFen = paidBy === null ? 0 : Math.min(backFen, usedFen - owedFen);
  const forgivenFen = backFen - paidFen;
  const answered = {
    ...(dispute ?? {note, atMs: now}),
    state: backFen > 0 ? 'refunded' : 'declined',
  } as const;
  const key = `refund/order/${id}`;
  return {
    ...{kind: 'moved', state, data: {...data, refundedFen: backFen, dispute: answered}},
    effects: [
      ...(paidBy === null ? [] : reverse(paidBy, key, paidFen, note)),
      ...reverse(owedKey(id), `${key}/owed`, forgivenFen, note),
      ...(forgivenFen > 0
        ? [{effect: 'work', name: 'forgive', data: {amountFen: forgivenFen}} as const]
        : []),
      tell(backFen > 0 ? 'bath.refunded' : 'bath.dispute_declined', {amountFen: backFen}),
    ],
  };
}
