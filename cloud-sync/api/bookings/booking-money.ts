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
  return hold(order, holdKey(order), amountFen);
}

/** Set aside what a beginning before its time costs more. */
export function earlyHoldOf(order: Booking, amountFen: number): readonly OrderEffect[] {
  return hold(order, earlyKey(order), amountFen);
}

function hold(
  order: Pick<Booking, 'holder'>,
  key: string,
  amountFen: number,
): readonly OrderEffect[] {
  if (amountFen === 0) return [];
  const account = memberOf(order);
  return [{effect: 'money', move: {move: 'hold', key, account, amountFen, expiresAt: undefined}}];
}

/** What is taken of an order, and out of what. */
export interface Taking {
  readonly effects: readonly OrderEffect[];
  readonly charges: readonly Charge[];
  /** Of the hold that was made when it was booked. */
  readonly heldFen: number;
  /** What no hold covers. */
  readonly restFen: number;
}

/** Take `dueFen` of what is held, and let the rest go. */
export function takingOf(order: Booking, dueFen: number): Taking {
  const {amountFen, earlyFen} = order.data;
  const heldFen = Math.min(dueFen, amountFen);
  const beyondFen = Math.min(dueFen - heldFen, earlyFen);
  const parts = [
    {of: holdKey(order), key: captureKey(order), free: `${order.id}/release`, amountFen: heldFen},
    {
      ...{of: earlyKey(order), key: `${earlyKey(order)}/capture`},
      ...{free: `${earlyKey(order)}/release`, amountFen: beyondFen},
    },
  ];
  const heldIn = [amountFen, earlyFen];
  return {
    effects: parts.flatMap((part, no) => (heldIn[no] === 0 ? [] : [closeHold(order, part)])),
    charges: parts
      .filter(part => part.amountFen > 0)
      .map(({key, amountFen: fen}) => ({key, amountFen: fen})),
    heldFen,
    restFen: dueFen - heldFen - beyondFen,
  };
}

function closeHold(
  order: Booking,
  {of, key, free, amountFen}: Charge & {readonly of: string; readonly free: string},
): OrderEffect {
  if (amountFen === 0) return {effect: 'money', move: {move: 'release', key: free, hold: of}};
  const to = sharesFor(order, amountFen);
  return {effect: 'money', move: {move: 'capture', key, hold: of, to}};
}

function captureKey({id}: Pick<Booking, 'id'>): string {
  return `${id}/capture`;
}

function earlyKey({id}: Pick<Booking, 'id'>): string {
  return `${id}/early`;
}

/** Give to the member for what he had not: from the house, or from the lender who took his bay back. */
export function amendsOf(
  order: Booking,
  {
    amountFen,
    from,
    reason,
  }: {readonly amountFen: number; readonly from: AccountName; readonly reason: string},
): readonly OrderEffect[] {
  if (amountFen === 0) return [];
  const to = [{account: memberOf(order), amountFen}];
  const key = `${order.id}/amends`;
  return [{effect: 'money', move: {move: 'transfer', key, from, to, reason}}];
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
