import type {UnixMillis} from '../../../protocols/base/clock.js';
import {leaseFen, leaseFenUntil} from '../../../protocols/site/lease-rules.js';
import type {AccountName, MoneyMove, Share} from '../ledger/money-move.js';
import type {OrderEffect} from '../orders/order-type.js';
import type {Lease, LeaseData, PaidTerm} from './lease-data.js';

export interface Bill {
  readonly effects: readonly OrderEffect[];
  readonly chargedFen: number;
  readonly owedFen: number;
}

const WHOLE = 100;

export function depositKey(id: string): string {
  return `${id}/deposit`;
}

/** Set aside until the order lets go of it. */
export function holdOf(
  lease: Pick<Lease, 'holder'>,
  key: string,
  amountFen: number,
): readonly OrderEffect[] {
  const account: AccountName = `member:${lease.holder}`;
  return money(amountFen, {move: 'hold', key, account, amountFen, expiresAt: undefined});
}

/**
 * What the time up to `endMs` costs is taken from what each term holds, overtime from the deposit first; all
 * else goes back. `isOwed`: the tenant has not what is beyond his deposit, and owes it.
 */
export function billOf(lease: Lease, endMs: UnixMillis, isOwed: boolean): Bill {
  const {id, data} = lease;
  const parts = data.terms.map(term => ({...term, usedFen: leaseFenUntil(term, endMs)}));
  const rentFen = parts.reduce((sum, {usedFen}) => sum + usedFen, 0);
  const overFen = beyondFen(data, data);
  const depositPartFen = Math.min(overFen, data.depositFen);
  const extraFen = overFen - depositPartFen;
  return {
    effects: [
      ...parts.flatMap(({key, heldFen, usedFen}) => closeHold(data, {key, heldFen}, usedFen)),
      ...closeHold(data, {key: depositKey(id), heldFen: data.depositFen}, depositPartFen),
      ...extraOf(lease, {key: `${id}/overtime`, amountFen: extraFen}, isOwed),
    ],
    chargedFen: rentFen + overFen,
    owedFen: isOwed ? extraFen : 0,
  };
}

/** Time beyond the end of which a gateway told when all was settled. */
export function lateBillOf(
  lease: Lease,
  late: BeyondTime & {readonly session: string},
  isOwed: boolean,
): Bill {
  const amountFen = beyondFen(lease.data, late);
  const effects = extraOf(lease, {key: `${lease.id}/late/${late.session}`, amountFen}, isOwed);
  return {effects, chargedFen: amountFen, owedFen: isOwed ? amountFen : 0};
}

/** Time beyond the end of a lease. */
export type BeyondTime = Pick<LeaseData, 'overtimeMs' | 'graceMs'>;

/** By its own price once the grace is over too. @see requirements E27 */
function beyondFen({terms, overtimePercent}: LeaseData, {overtimeMs, graceMs}: BeyondTime): number {
  const last = terms.at(-1);
  if (!last) return 0;
  const overtimeFen = Math.floor((leaseFen(last.rate, overtimeMs) * overtimePercent) / WHOLE);
  return leaseFen(last.rate, graceMs) + overtimeFen;
}

/** Give to the tenant for what he had not: from the house, or from the lender who took his bay back. */
export function amendsOf(
  {id, holder}: Lease,
  {
    amountFen,
    from,
    reason,
  }: {readonly amountFen: number; readonly from: AccountName; readonly reason: string},
): readonly OrderEffect[] {
  const to = [{account: `member:${holder}` as const, amountFen}];
  return money(amountFen, {move: 'transfer', key: `${id}/amends`, from, to, reason});
}

/** Take a part of a hold and let the rest go. */
function closeHold(
  data: LeaseData,
  {key, heldFen}: Pick<PaidTerm, 'key' | 'heldFen'>,
  takenFen: number,
): readonly OrderEffect[] {
  if (takenFen === 0) return money(heldFen, {move: 'release', key: `${key}/release`, hold: key});
  const to = sharesFor(data, takenFen);
  return money(heldFen, {move: 'capture', key: `${key}/capture`, hold: key, to});
}

function extraOf(
  {holder, data}: Lease,
  {key, amountFen}: {readonly key: string; readonly amountFen: number},
  isOwed: boolean,
): readonly OrderEffect[] {
  if (amountFen === 0) return [];
  const from: AccountName = isOwed ? 'house:receivable' : `member:${holder}`;
  const to = sharesFor(data, amountFen);
  return money(amountFen, {move: 'transfer', key, from, to, reason: 'overtime of a lease'});
}

/** Lender and house share; the house has the fraction, and all of what is the lot's own. */
function sharesFor({lender, lenderPercent}: LeaseData, amountFen: number): readonly Share[] {
  const lenderFen = lender === null ? 0 : Math.floor((amountFen * lenderPercent) / WHOLE);
  const shares: readonly Share[] = [
    {account: `lender:${lender ?? ''}`, amountFen: lenderFen},
    {account: 'house:revenue', amountFen: amountFen - lenderFen},
  ];
  return shares.filter(share => share.amountFen > 0);
}

/** Of nothing there is nothing to move. */
function money(amountFen: number, move: MoneyMove): readonly OrderEffect[] {
  return amountFen === 0 ? [] : [{effect: 'money', move}];
}
