import {bathBudget} from '../../../protocols/site/bath-rules.js';
import {OF_CHILD} from '../credentials/credential-table.js';
import type {AccountName, MoneyMove} from '../ledger/money-move.js';
import type {OrderEffect} from '../orders/order-type.js';
import type {BathData, BathOrder} from './bath-code.js';

/** Under which name an order has its right: one is live of each at a time. */
export function bathRight({child}: Pick<BathData, 'child'>): string {
  return child === 0 ? 'shower' : `${OF_CHILD}${child}`;
}

/** With a new code: the money first, then the right to one shower at any of `points`. */
export function codeEffects(
  order: Pick<BathOrder, 'id' | 'holder' | 'data'>,
  points: readonly string[],
): readonly OrderEffect[] {
  const {data} = order;
  return [
    holdMoney(order),
    right(data, points),
    {effect: 'set_deadline', name: 'expiry', dueAt: data.expiresMs},
  ];
}

/** It has no end of its own: the order ends it. */
export function holdMoney({
  id,
  holder,
  data,
}: Pick<BathOrder, 'id' | 'holder' | 'data'>): OrderEffect {
  const {heldFen: amountFen} = data;
  const account: AccountName = `member:${holder}`;
  const key = holdKey(id, data);
  return money({move: 'hold', key, account, amountFen, expiresAt: undefined});
}

/** The right to one shower, which no gateway lets run beyond what was set aside, also cut off. */
export function right(data: BathData, points: readonly string[]): OrderEffect {
  const {heldFen, madeMs, expiresMs, child, limits} = data;
  return {
    effect: 'grant',
    wish: {
      ...({name: bathRight(data), kind: 'shower', points, entries: 'one'} as const),
      ...{validFrom: madeMs, validUntil: expiresMs, credentials: ['code'] as const},
      budget: bathBudget(heldFen, child > 0, limits),
    },
  };
}

export function withoutDeadlines(): readonly OrderEffect[] {
  return ['expiry', 'ask', 'told', 'forget'].map(name => ({effect: 'cancel_deadline', name}));
}

export function release({id, data}: BathOrder): OrderEffect {
  return money({move: 'release', key: `${holdKey(id, data)}/release`, hold: holdKey(id, data)});
}

export function endHold(id: string, data: BathData, takenFen: number): readonly OrderEffect[] {
  const hold = holdKey(id, data);
  if (takenFen === 0) return [money({move: 'release', key: `${hold}/release`, hold})];
  const to = [{account: 'house:revenue', amountFen: takenFen}] as const;
  return [money({move: 'capture', key: captureKey(id), hold, to})];
}

export function transfer(
  from: AccountName,
  key: string,
  amountFen: number,
  reason: string,
): readonly OrderEffect[] {
  if (amountFen === 0) return [];
  const to = [{account: 'house:revenue', amountFen}] as const;
  return [money({move: 'transfer', key, from, to, reason})];
}

/** What was used was taken of the hold. */
export function captureKey(id: string): string {
  return `${id}/capture`;
}

/** Back to where it came from, for good. */
export function reverse(
  of: string,
  key: string,
  amountFen: number,
  reason: string,
): readonly OrderEffect[] {
  return amountFen === 0 ? [] : [money({move: 'reverse', key, of, amountFen, reason})];
}

function holdKey(id: string, {holds}: Pick<BathData, 'holds'>): string {
  return holds === 1 ? `${id}/hold` : `${id}/hold/${holds}`;
}

function money(move: MoneyMove): OrderEffect {
  return {effect: 'money', move};
}

export function tell(type: string, data: Readonly<Record<string, unknown>>): OrderEffect {
  return {effect: 'tell', type, data};
}
