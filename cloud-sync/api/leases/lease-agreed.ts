import type {UnixMillis} from '../../../protocols/base/clock.js';
import {END_NOTICE_MS, type LeaseTerm, leaseFen} from '../../../protocols/site/lease-rules.js';
import type {GrantWish, OrderEffect} from '../orders/order-type.js';
import {
  LEASE_RIGHT,
  type Lease,
  type LeaseData,
  type LeaseOffer,
  type PaidTerm,
} from './lease-data.js';
import {depositKey, holdOf} from './lease-money.js';

/** What became of an agreement. */
export type AgreementState = 'proposed' | 'agreed' | 'refused' | 'lapsed' | 'withdrawn';

/** A further part of the time, with a hold of its own. */
export function paidTerm({id, data}: Lease, term: LeaseTerm): PaidTerm {
  const heldFen = leaseFen(term.rate, term.untilMs - term.fromMs);
  return {...term, key: `${id}/rent/${data.terms.length}`, heldFen};
}

/** What its tenant may do, as the lease stands. */
export function rightOf({point, fromMs, untilMs}: LeaseData): GrantWish {
  return {
    ...({name: LEASE_RIGHT, kind: 'lease', points: [point], entries: 'multi'} as const),
    ...{validFrom: fromMs, validUntil: untilMs, credentials: ['key', 'qr'] as const},
  };
}

/** All that a part of the time brings with it, `lease` as it stands with it. */
export function agreedEffects(lease: Lease, term: PaidTerm): readonly OrderEffect[] {
  const {id, data} = lease;
  const {untilMs, depositFen} = data;
  const isFirst = data.terms.length === 1;
  return [
    ...(isFirst ? holdOf(lease, depositKey(id), depositFen) : []),
    ...holdOf(lease, term.key, term.heldFen),
    {effect: 'grant', wish: rightOf(data)},
    {effect: 'set_deadline', name: 'notice', dueAt: (untilMs - END_NOTICE_MS) as UnixMillis},
    {effect: 'set_deadline', name: 'end', dueAt: untilMs},
  ];
}

/** Write down how an agreement stands. */
export function agreementIs({agreement, consents}: LeaseOffer, state: AgreementState): OrderEffect {
  return {effect: 'work', name: 'agreement', data: {agreement, state, consents}};
}
