import type {Millis, UnixMillis} from '../../../protocols/base/clock.js';
import type {OrderEffect, OrderStep} from '../orders/order-type.js';
import type {AnyLeaseInput, Lease, LeaseData, LeaseState} from './lease-data.js';

export type Step = OrderStep<LeaseState, LeaseData>;
export type Input<Kind extends AnyLeaseInput['kind']> = Extract<AnyLeaseInput, {kind: Kind}>;

/** Something that the ledger said of the first try of this step. */
export interface Known {
  /** The tenant has not what both agreed on. */
  readonly isUnpaid?: boolean;
  /** He has not what he used beyond what was held. */
  readonly isOwed?: boolean;
}

export function moved(state: LeaseState, data: LeaseData, effects: readonly OrderEffect[]): Step {
  return {kind: 'moved', state, data, effects};
}

/** Does not fit where it stands. */
export function refused({state}: Lease): Step {
  return no(state.toUpperCase());
}

export function no(why: string): Step {
  return {kind: 'refused', why};
}

export function tell(type: string, data: Readonly<Record<string, unknown>>): OrderEffect {
  return {effect: 'tell', type, data};
}

/** Let go of the time that a renewal would have had. */
export function keepsPlace({fromMs, untilMs}: LeaseData): OrderEffect {
  return work('keep_place', {fromMs, untilMs});
}

/** `bay_kept`: its time is over and its car is still there. */
export function work(
  name: 'free_place' | 'keep_place' | 'bay_kept',
  data: Readonly<Record<string, unknown>>,
): OrderEffect {
  return {effect: 'work', name, data};
}

export function later(at: UnixMillis, byMs: Millis): UnixMillis {
  return (at + byMs) as UnixMillis;
}
