import type {UnixMillis} from '../../../protocols/base/clock.js';
import {sharesOf} from '../../../protocols/site/price-rules.js';
import type {AccountName, Share} from '../ledger/money-move.js';
import type {OrderEffect} from '../orders/order-type.js';
import type {Booking, Charge} from './booking-data.js';

function memberOf({holder}: Pick<Booking, 'holder'>): AccountName {
  return `member:${holder}`;
}

function holdKey({id}: Pick<Booking, 'id'>): string {
  return `${id}/hold`;
}

/** Set aside the price of the whole time. It ends with the order, never by itself. */
export function holdOf(
  order: Pick<Booking, 'id' | 'holder'>,
  amountFen: number,
): readonly OrderEffect[] {
  if (amountFen === 0) return [];
  const account = memberOf(order);
  const key = holdKey(order);
  return [{effect: 'money', move: {move: 'hold', key, account, amountFen, expiresAt: undefined}}];
}

/** Take a part of what is held, and let the rest go. */
export function captureOf(order: Booking, amountFen: number): readonly OrderEffect[] {
  if (order.data.amountFen === 0) return [];
  const hold = holdKey(order);
  if (amountFen === 0) {
    return [{effect: 'money', move: {move: 'release', key: `${order.id}/release`, hold}}];
  }
  const to = sharesFor(order, amountFen);
  return [{effect: 'money', move: {move: 'capture', key: captureKey(order), hold, to}}];
}

export function captureKey({id}: Pick<Booking, 'id'>): string {
  return `${id}/capture`;
}

/** Take what was not held. `isOwed`: he has not so much, and owes it. */
export function extraOf(
  order: Booking,
  {key, amountFen}: Charge,
  isOwed: boolean,
): readonly OrderEffect[] {
  if (amountFen === 0) return [];
  const from = isOwed ? 'house:receivable' : memberOf(order);
  const to = sharesFor(order, amountFen);
  return [{effect: 'money', move: {move: 'transfer', key, from, to, reason: 'beyond the hold'}}];
}

/** Give back from the latest charge first. */
export function reversalsOf(
  order: Booking,
  amountFen: number,
  reason: string,
): readonly OrderEffect[] {
  const effects: OrderEffect[] = [];
  let leftFen = amountFen;
  for (const charge of order.data.charges.toReversed()) {
    const backFen = Math.min(leftFen, charge.amountFen);
    if (backFen === 0) continue;
    leftFen -= backFen;
    const key = `${charge.key}/refund`;
    const move = {move: 'reverse', key, of: charge.key, amountFen: backFen, reason} as const;
    effects.push({effect: 'money', move});
  }
  return effects;
}

/** How much of such a refund is of what was held; the rest was taken from the balance afterwards. */
export function heldPartOf(order: Booking, amountFen: number): number {
  const {charges} = order.data;
  const held = charges.find(({key}) => key === captureKey(order))?.amountFen ?? 0;
  return Math.max(0, amountFen - (chargedFen(order) - held));
}

export function chargedFen({data}: Pick<Booking, 'data'>): number {
  return data.charges.reduce((sum, {amountFen}) => sum + amountFen, 0);
}

/** How much of a stay lay beyond the end, once the grace was over too. */
export function overtimeIn(
  {untilMs}: {readonly untilMs: UnixMillis},
  stay: {readonly durationMs: number; readonly atMs: number | null},
  graceMs: number,
): number {
  if (stay.atMs === null || stay.atMs <= untilMs + graceMs) return 0;
  return Math.min(stay.durationMs, stay.atMs - untilMs);
}

function sharesFor({data}: Booking, amountFen: number): readonly Share[] {
  const {lender, price} = data;
  const {lenderFen, houseFen} = sharesOf(
    amountFen,
    lender === null ? 0 : price.terms.lenderPercent,
  );
  const shares: Share[] = [
    {account: `lender:${lender ?? ''}`, amountFen: lenderFen},
    {account: 'house:revenue', amountFen: houseFen},
  ];
  return shares.filter(share => share.amountFen > 0);
}
