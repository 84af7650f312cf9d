import type {UnixMillis} from '../../../protocols/base/clock.js';
import {InternalError, UsageError} from '../../../protocols/base/errors.js';
import {DAY_MS, SECOND_MS} from '../../../protocols/base/units.js';
import {BATH_CODE_LIFE_MS, bathBill, SHOWER_CAP_MS} from '../../../protocols/site/bath-rules.js';
import type {AccountName, MoneyMove} from '../ledger/money-move.js';
import type {
  FrameInput,
  OrderEffect,
  OrderStep,
  OrderType,
  OrderView,
} from '../orders/order-type.js';

export type BathState =
  /** The code is out and nobody keyed it in. */
  | 'live'
  /** Water runs on it. */
  | 'running'
  | 'settled'
  | 'expired'
  /** By a newer code, or given up. */
  | 'replaced'
  | 'cancelled';

/** What is stored of a code. */
export interface BathData {
  readonly heldFen: number;
  readonly expiresMs: UnixMillis;
  /** The shower that it was keyed in for. */
  readonly session: string | null;
  readonly point: string | null;
  /** Undefined until it is told. */
  readonly usedFen: number | null;
  /** Used beyond what the member had. */
  readonly owedFen: number;
}

export type BathInput =
  /** A gateway has taken the code. */
  | {readonly kind: 'opened'; readonly session: string; readonly point: string}
  /** What that shower cost, the rinse included. */
  | {readonly kind: 'used'; readonly session: string; readonly amountFen: number}
  | {readonly kind: 'replace'}
  | {readonly kind: 'cancel'}
  /** What a gateway tells of any use of a right; what it cost comes apart. */
  | {readonly kind: 'session'; readonly session: string};

export type BathOrder = OrderView<BathState, BathData>;
type AnyInput = BathInput | FrameInput;
type Step = OrderStep<BathState, BathData>;
type Input<Kind extends AnyInput['kind']> = Extract<AnyInput, {kind: Kind}>;

export const BATH = 'bath';
export const BATH_RIGHT = 'shower';

/** A gateway that was cut off tells of a shower within this; then the hold goes back, and it is charged late. */
const TOLD_WITHIN_MS = DAY_MS;

/**
 * A code for one shower and the money set aside for it. Whatever comes, and however often, the hold ends
 * once: taken by what was used, or let go. @see requirements B4, B12, B15
 */
export const bathOrder: OrderType<BathState, BathData, BathInput> = {
  name: BATH,
  read: readBath,
  step: (order, input, now) => step(order, input, now, false),
};

export function liveBath(heldFen: number, now: UnixMillis): BathData {
  const expiresMs = (now + BATH_CODE_LIFE_MS) as UnixMillis;
  return {heldFen, expiresMs, session: null, point: null, usedFen: null, owedFen: 0};
}

/** With a new code: the money first, then the right to one shower at any of `points`. */
export function codeEffects(
  {id, holder, data}: Pick<BathOrder, 'id' | 'holder' | 'data'>,
  points: readonly string[],
  now: UnixMillis,
): readonly OrderEffect[] {
  const {heldFen: amountFen, expiresMs} = data;
  const account: AccountName = `member:${holder}`;
  const wish = {
    ...({name: BATH_RIGHT, kind: 'shower', points, entries: 'one'} as const),
    ...{validFrom: now, validUntil: expiresMs, credentials: ['code'] as const},
    // No gateway gives more than what was set aside for it, also cut off.
    budget: {fen: amountFen, seconds: SHOWER_CAP_MS / SECOND_MS},
  };
  return [
    money({move: 'hold', key: holdKey(id), account, amountFen, expiresAt: undefined}),
    {effect: 'grant', wish},
    {effect: 'set_deadline', name: 'expiry', dueAt: expiresMs},
  ];
}

/** @throws UsageError `order/data` when it is not what a code stores */
export function readBath(data: unknown): BathData {
  const held = data as Partial<BathData> | null;
  if (typeof held?.heldFen === 'number' && held.usedFen !== undefined) return held as BathData;
  throw new UsageError('order/data', 'not the data of a bath code');
}

/** `isOwed`: the member has not what a shower cost that was told of too late. */
function step(order: BathOrder, input: AnyInput, now: UnixMillis, isOwed: boolean): Step {
  switch (input.kind) {
    case 'opened':
      return opened(order, input, now);
    case 'session':
      return opened(order, {...input, point: order.data.point}, now);
    case 'used':
      return used(order, input, isOwed);
    case 'replace':
      return order.state === 'live' ? letGo(order, 'replaced') : refused(order);
    case 'cancel':
      return order.state === 'live' ? letGo(order, 'cancelled') : refused(order);
    case 'deadline':
      return deadline(order, input.name);
    case 'money_refused': {
      const {move, why} = input;
      const cause = input.input as AnyInput;
      const isLate = move.move === 'transfer' && why === 'LOW_BALANCE';
      if (isLate) return step(order, cause, now, true);
      throw new InternalError('internal/order', `bath ${order.id}: ${move.key} refused: ${why}`);
    }
    default:
      // Whoever acts on orders of all types may want what only others know.
      return no('NOT_OF_A_CODE');
  }
}

function opened(
  order: BathOrder,
  {session, point}: {readonly session: string; readonly point: string | null},
  now: UnixMillis,
): Step {
  const {data, state} = order;
  if (data.session !== null) {
    return data.session === session ? moved(state, data, []) : no('ALREADY_USED');
  }
  const after = {...data, session, point};
  // A gateway that was cut off has let somebody in on a code that was over: what he used is charged later.
  if (state !== 'live') return moved(state, after, [tell('bath.opened_late', {session, point})]);
  const dueAt = (now + TOLD_WITHIN_MS) as UnixMillis;
  return moved('running', after, [
    {effect: 'cancel_deadline', name: 'expiry'},
    {effect: 'set_deadline', name: 'untold', dueAt},
  ]);
}

function used(order: BathOrder, input: Input<'used'>, isOwed: boolean): Step {
  const {id, holder, data, state} = order;
  const {session, amountFen} = input;
  if (data.session !== session) return no('UNKNOWN_SESSION');
  if (data.usedFen !== null) {
    return data.usedFen === amountFen ? moved(state, data, []) : no('SETTLED');
  }
  // After the hold went back all of it is charged at once.
  const isHeld = state === 'running';
  const {takenFen, owedFen} = isHeld
    ? bathBill(amountFen, data.heldFen)
    : {takenFen: isOwed ? 0 : amountFen, owedFen: isOwed ? amountFen : 0};
  const after: BathData = {...data, usedFen: amountFen, owedFen};
  const from: AccountName = `member:${holder}`;
  return moved('settled', after, [
    ...(isHeld ? endHold(id, takenFen) : []),
    ...(isHeld ? [] : transfer(from, `${id}/late`, takenFen, 'a shower told of late')),
    ...transfer('house:receivable', `${id}/owed`, owedFen, 'a shower beyond its hold'),
    ...(owedFen > 0 ? [{effect: 'work', name: 'owe', data: {amountFen: owedFen}} as const] : []),
    {effect: 'cancel_deadline', name: 'untold'},
    tell('bath.receipt', {session, usedFen: amountFen, heldFen: data.heldFen, owedFen}),
  ]);
}

function deadline(order: BathOrder, name: string): Step {
  if (name === 'expiry' && order.state === 'live') return letGo(order, 'expired');
  if (name !== 'untold' || order.state !== 'running') return refused(order);
  const {session} = order.data;
  return moved('expired', order.data, [
    money({move: 'release', key: `${order.id}/release`, hold: holdKey(order.id)}),
    tell('bath.untold', {session}),
  ]);
}

/** Nobody keyed it in: the money goes back, and the code opens nothing. */
function letGo(order: BathOrder, state: 'expired' | 'replaced' | 'cancelled'): Step {
  return moved(state, order.data, [
    money({move: 'release', key: `${order.id}/release`, hold: holdKey(order.id)}),
    {effect: 'cancel_deadline', name: 'expiry'},
    {effect: 'revoke_grant', name: BATH_RIGHT},
  ]);
}

function endHold(id: string, takenFen: number): readonly OrderEffect[] {
  const hold = holdKey(id);
  if (takenFen === 0) return [money({move: 'release', key: `${id}/release`, hold})];
  const to = [{account: 'house:revenue', amountFen: takenFen}] as const;
  return [money({move: 'capture', key: `${id}/capture`, hold, to})];
}

function transfer(
  from: AccountName,
  key: string,
  amountFen: number,
  reason: string,
): readonly OrderEffect[] {
  if (amountFen === 0) return [];
  const to = [{account: 'house:revenue', amountFen}] as const;
  return [money({move: 'transfer', key, from, to, reason})];
}

function holdKey(id: string): string {
  return `${id}/hold`;
}

function money(move: MoneyMove): OrderEffect {
  return {effect: 'money', move};
}

function moved(state: BathState, data: BathData, effects: readonly OrderEffect[]): Step {
  return {kind: 'moved', state, data, effects};
}

/** Does not fit where it stands. */
function refused({state}: BathOrder): Step {
  return no(state.toUpperCase());
}

function no(why: string): Step {
  return {kind: 'refused', why};
}

function tell(type: string, data: Readonly<Record<string, unknown>>): OrderEffect {
  return {effect: 'tell', type, data};
}
