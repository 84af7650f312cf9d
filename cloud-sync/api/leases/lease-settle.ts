import type {Millis, UnixMillis} from '../../../protocols/base/clock.js';
import {overtimeOf} from '../../../protocols/site/lease-rules.js';
import {LATE_GRACE_MS} from '../../../protocols/site/stay-rules.js';
import {
  PRESUMED,
  presumedEnd,
  type StayInput,
  UNBILLED,
  without,
  withStay,
} from '../orders/open-stay.js';
import type {OrderEffect} from '../orders/order-type.js';
import {agreementIs} from './lease-agreed.js';
import {LEASE_RIGHT, type Lease, type LeaseData, type LeaseState} from './lease-data.js';
import {type BeyondTime, type Bill, billOf, lateBillOf} from './lease-money.js';
import {type Input, type Known, moved, no, refused, type Step, tell, work} from './lease-steps.js';

/** A gateway tells of a stay. */
export function session(lease: Lease, input: StayInput, known: Known): Step {
  const {data, state} = lease;
  if (state !== 'active' && state !== 'overtime' && state !== 'ended') return refused(lease);
  if (input.phase !== 'closed') {
    if (state === 'ended' || data.billed.includes(input.session)) return refused(lease);
    return moved(state, {...data, open: withStay(data.open, input)}, []);
  }
  const beyond = beyondIn(data, input);
  const after = {...lease, data: counted(data, input, beyond)};
  if (state === 'ended') {
    const late = {session: input.session, ...beyond};
    return charged('ended', after, lateBillOf(after, late, known.isOwed ?? false));
  }
  return state === 'overtime' && after.data.open.length === 0
    ? settle(after, false, known)
    : moved(state, after.data, []);
}

/** A stay ended without a word of it: it costs what it would have cost, had its gateway told. */
export function ended(
  lease: Lease,
  {session: id, endMs, proof}: Input<'ended'>,
  known: Known,
): Step {
  const stay = lease.data.open.find(one => one.session === id);
  if (!stay) return no('NOT_OPEN');
  const step = session(lease, presumedEnd(stay, endMs, lease.data.fromMs), known);
  if (step.kind === 'refused') return step;
  const told = tell('lease.stay_presumed', {session: id, endMs, proof});
  return {...step, effects: [...step.effects, told]};
}

/** Staff say that it is over: no money is held for good because a word was lost. */
export function settleByHand(
  lease: Lease,
  {endedMs, note}: Input<'settle'>,
  now: UnixMillis,
  known: Known,
): Step {
  const {state} = lease;
  if (state !== 'active' && state !== 'overtime') return refused(lease);
  const {fromMs, untilMs: heldMs} = lease.data;
  if (endedMs !== undefined && (endedMs > now || endedMs < fromMs)) return no('WRONG_TIME');
  const untilMs = Math.min(now, heldMs) as UnixMillis;
  const endMs = endedMs ?? untilMs;
  const {open} = lease.data;
  const after = open.reduce<LeaseData>(
    (data, stay) => {
      const end = presumedEnd(stay, endMs, fromMs);
      return counted(data, end, beyondIn(data, end));
    },
    {...lease.data, untilMs, note},
  );
  return settle({...lease, data: after}, now < heldMs, known);
}

/** What was used is charged, all else goes back, and nothing of the right stays. */
export function settle(lease: Lease, isEarly: boolean, {isOwed = false}: Known): Step {
  const {data} = lease;
  const step = charged('ended', lease, billOf(lease, data.untilMs, isOwed));
  if (step.kind === 'refused') return step;
  const ends: readonly OrderEffect[] = [
    {effect: 'cancel_deadline', name: 'notice'},
    {effect: 'cancel_deadline', name: 'end'},
    // What ends by its time needs no revocation on its way ahead of all else.
    ...(isEarly ? [{effect: 'revoke_grant', name: LEASE_RIGHT} as const] : []),
    ...offerEnds(data),
    work('free_place', {}),
  ];
  return {...step, data: {...step.data, offer: null}, effects: [...step.effects, ...ends]};
}

/** Of a renewal that both have not agreed on yet. */
export function offerEnds({offer}: LeaseData): readonly OrderEffect[] {
  if (!offer) return [];
  return [{effect: 'cancel_deadline', name: 'offer'}, agreementIs(offer, 'lapsed')];
}

function charged(state: LeaseState, {data}: Lease, bill: Bill): Step {
  const after = {
    ...data,
    chargedFen: data.chargedFen + bill.chargedFen,
    owedFen: data.owedFen + bill.owedFen,
  };
  return moved(state, after, bill.effects);
}

/** With a stay that is over. */
function counted(data: LeaseData, stay: StayInput, {overtimeMs, graceMs}: BeyondTime): LeaseData {
  const isKnown = overtimeMs + graceMs > 0 || stay.closeCause === PRESUMED;
  return {
    ...data,
    open: without(data.open, stay.session),
    overtimeMs: data.overtimeMs + overtimeMs,
    graceMs: data.graceMs + graceMs,
    billed: isKnown ? [...data.billed, stay.session] : data.billed,
  };
}

function beyondIn(data: LeaseData, stay: StayInput): BeyondTime {
  const beyondMs = msBeyond(data, stay);
  const isGraced = beyondMs <= LATE_GRACE_MS;
  return isGraced ? {overtimeMs: 0, graceMs: beyondMs} : {overtimeMs: beyondMs, graceMs: 0};
}

function msBeyond(data: LeaseData, stay: StayInput): Millis {
  if (UNBILLED.has(stay.closeCause) || data.billed.includes(stay.session)) return 0;
  // A clock that was lost proves no overtime.
  if (stay.atMs === null) return 0;
  const endMs = stay.atMs as UnixMillis;
  return overtimeOf({durationMs: stay.durationMs, endMs}, data.untilMs);
}
