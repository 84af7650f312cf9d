import type {UnixMillis} from '../../../protocols/base/clock.js';
import {InternalError} from '../../../protocols/base/errors.js';
import {OFFER_LAPSES_MS} from '../../../protocols/site/lease-rules.js';
import type {OrderEffect, OrderType} from '../orders/order-type.js';
import {agreedEffects, agreementIs, paidTerm} from './lease-agreed.js';
import {displaced, early, lenderBack, moveTo, recalled} from './lease-amends.js';
import {
  type AnyLeaseInput,
  LEASE,
  type Lease,
  type LeaseData,
  type LeaseInput,
  type LeaseOffer,
  type LeaseState,
  NOBODY_YET,
  readLease,
} from './lease-data.js';
import {ended, offerEnds, session, settle, settleByHand} from './lease-settle.js';
import {
  type Input,
  type Known,
  keepsPlace,
  later,
  moved,
  no,
  refused,
  type Step,
  tell,
  work,
} from './lease-steps.js';

/**
 * The lease of a bay: both agree, the tenant pays, the right follows whatever its time becomes. Nothing is
 * issued before both have consented. @see requirements Q3, Q11, Q14
 */
export const leaseOrder: OrderType<LeaseState, LeaseData, LeaseInput> = {
  name: LEASE,
  read: readLease,
  step: (lease, input, now) => step(lease, input, now, {}),
};

/** With a new lease. */
export function proposalEffects({offer}: LeaseData): readonly OrderEffect[] {
  return offer ? [{effect: 'set_deadline', name: 'offer', dueAt: offer.lapsesMs}] : [];
}

function step(lease: Lease, input: AnyLeaseInput, now: UnixMillis, known: Known): Step {
  switch (input.kind) {
    case 'consent':
      return consent(lease, input, now, known);
    case 'refuse':
    case 'withdraw':
      return decline(lease, input);
    case 'pay':
      return pay(lease, now);
    case 'renew':
      return renew(lease, input, now);
    case 'extend':
      return extend(lease, input.untilMs, now);
    case 'end':
      return end(lease, input.note, now, known);
    case 'session':
      return session(lease, input, known);
    case 'ended':
      return ended(lease, input, known);
    case 'settle':
      return settleByHand(lease, input, now, known);
    case 'moved':
      return moveTo(lease, input, now);
    case 'displaced':
      return displaced(lease, input, now, known);
    case 'recalled':
      return recalled(lease, input, now, known);
    case 'lender_back':
      return lenderBack(lease);
    case 'early':
      return early(lease, now);
    case 'deadline':
      return deadline(lease, input.name, now, known);
    case 'money_refused':
      return moneyRefused(lease, input, now);
    default:
      // Whoever acts on orders of all types may want what only others know.
      return no('NOT_OF_A_LEASE');
  }
}

function consent(lease: Lease, input: Input<'consent'>, now: UnixMillis, known: Known): Step {
  const {data} = lease;
  const {offer} = data;
  const {agreement, side, by, sha256} = input;
  if (offer?.agreement !== agreement) return refused(lease);
  if (isOver(offer, now)) return no('LAPSED');
  // Who saw another text has not agreed to this one.
  if (offer.sha256 !== sha256) return no('OTHER_TEXT');
  if (offer.consents[side]) return no('CONSENTED');
  const consents = {...offer.consents, [side]: {by, atMs: now}};
  const agreed = {...offer, consents};
  if (!isComplete(agreed)) {
    return moved(lease.state, {...data, offer: agreed}, [agreementIs(agreed, 'proposed')]);
  }
  if (!known.isUnpaid) return activate(lease, agreed);
  const lapsesMs = later(now, OFFER_LAPSES_MS);
  const state = lease.state === 'proposed' ? 'agreed' : lease.state;
  return moved(state, {...data, offer: {...agreed, lapsesMs}}, [
    agreementIs(agreed, 'agreed'),
    {effect: 'set_deadline', name: 'offer', dueAt: lapsesMs},
    tell('lease.unpaid', {agreement}),
  ]);
}

function pay(lease: Lease, now: UnixMillis): Step {
  const {offer} = lease.data;
  if (!offer || !isComplete(offer)) return refused(lease);
  return isOver(offer, now) ? no('LAPSED') : activate(lease, offer);
}

/** Both have agreed: hold the money, and let the right reach to the end of what was agreed. */
function activate(lease: Lease, offer: LeaseOffer): Step {
  const {data} = lease;
  const term = paidTerm(lease, offer.term);
  const {untilMs} = offer.term;
  const after = {...data, offer: null, untilMs, terms: [...data.terms, term]};
  return moved('active', after, [
    ...agreedEffects({...lease, data: after}, term),
    {effect: 'cancel_deadline', name: 'offer'},
    agreementIs(offer, 'agreed'),
    ...(data.terms.length > 0 ? [tell('lease.renewed', {untilMs})] : []),
  ]);
}

function decline(lease: Lease, {kind, agreement, note}: Input<'refuse' | 'withdraw'>): Step {
  const {offer} = lease.data;
  if (offer?.agreement !== agreement) return refused(lease);
  // Who has consented withdraws; he refuses nothing any more.
  if (kind === 'refuse' && isComplete(offer)) return no('CONSENTED');
  return dropOffer(lease, offer, kind === 'refuse' ? 'refused' : 'withdrawn', note);
}

/** No new lease comes of it; one that goes on keeps its time. */
function dropOffer(
  lease: Lease,
  offer: LeaseOffer,
  why: 'refused' | 'lapsed' | 'withdrawn',
  note: string | null,
): Step {
  const isNew = lease.data.terms.length === 0;
  const data = {...lease.data, offer: null, note};
  return moved(isNew ? why : lease.state, data, [
    {effect: 'cancel_deadline', name: 'offer'},
    agreementIs(offer, why),
    isNew ? work('free_place', {}) : keepsPlace(data),
  ]);
}

function renew(lease: Lease, {offer}: Input<'renew'>, now: UnixMillis): Step {
  const {data} = lease;
  if (lease.state !== 'active' || now >= data.untilMs) return refused(lease);
  if (data.offer) return no('OFFER_OPEN');
  const {fromMs, untilMs} = offer.term;
  if (fromMs !== data.untilMs || untilMs <= fromMs) return no('WRONG_TIME');
  const lapsesMs = later(now, OFFER_LAPSES_MS);
  const open: LeaseOffer = {...offer, consents: NOBODY_YET, lapsesMs};
  return moved('active', {...data, offer: open}, [
    {effect: 'set_deadline', name: 'offer', dueAt: lapsesMs},
  ]);
}

function extend(lease: Lease, untilMs: UnixMillis, now: UnixMillis): Step {
  const {data} = lease;
  const last = data.terms.at(-1);
  if (lease.state !== 'active' || !last || now >= data.untilMs) return refused(lease);
  if (data.offer) return no('OFFER_OPEN');
  if (untilMs <= data.untilMs) return no('WRONG_TIME');
  const term = paidTerm(lease, {fromMs: data.untilMs, untilMs, rate: last.rate});
  const after = {...data, untilMs, terms: [...data.terms, term]};
  const effects = agreedEffects({...lease, data: after}, term);
  return moved('active', after, [...effects, tell('lease.extended', {untilMs})]);
}

function end(lease: Lease, note: string | null, now: UnixMillis, known: Known): Step {
  const {data} = lease;
  if (lease.state !== 'active' || now >= data.untilMs) return refused(lease);
  // The arm never rises under a car, and nobody is shut in.
  if (data.open.length > 0) return no('CAR_PRESENT');
  return settle({...lease, data: {...data, untilMs: now, note}}, true, known);
}

function deadline(lease: Lease, name: string, now: UnixMillis, known: Known): Step {
  const {data, state} = lease;
  if (name === 'offer') {
    return data.offer ? dropOffer(lease, data.offer, 'lapsed', null) : refused(lease);
  }
  if (state !== 'active') return refused(lease);
  const {untilMs} = data;
  if (name === 'notice') return moved(state, data, [tell('lease.ending_soon', {untilMs})]);
  if (name !== 'end' || now < untilMs) return refused(lease);
  if (data.open.length === 0) return settle(lease, false, known);
  return moved('overtime', {...data, offer: null}, [
    ...offerEnds(data),
    ...(data.offer ? [keepsPlace(data)] : []),
    tell('lease.overtime', {point: data.point, untilMs}),
    work('bay_kept', {}),
  ]);
}

function moneyRefused(lease: Lease, refusal: Input<'money_refused'>, now: UnixMillis): Step {
  const {move, why} = refusal;
  const cause = refusal.input as AnyLeaseInput;
  if (why === 'LOW_BALANCE' && move.move === 'transfer') {
    return step(lease, cause, now, {isOwed: true});
  }
  if (why === 'LOW_BALANCE' && move.move === 'hold') {
    return cause.kind === 'consent' ? step(lease, cause, now, {isUnpaid: true}) : no(why);
  }
  throw new InternalError('internal/order', `lease ${lease.id}: ${move.key} refused: ${why}`);
}

function isComplete({consents}: LeaseOffer): boolean {
  return consents.tenant !== null && consents.lender !== null;
}

function isOver({lapsesMs, term}: LeaseOffer, now: UnixMillis): boolean {
  return now >= lapsesMs || now >= term.untilMs;
}
