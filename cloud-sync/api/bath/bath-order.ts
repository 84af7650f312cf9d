import type {Millis, UnixMillis} from '../../../protocols/base/clock.js';
import {InternalError} from '../../../protocols/base/errors.js';
import {DAY_MS, HOUR_MS, MINUTE_MS, SECOND_MS} from '../../../protocols/base/units.js';
import {BATH_CODE_LIFE_MS, bathBill} from '../../../protocols/site/bath-rules.js';
import type {AccountName} from '../ledger/money-move.js';
import type {FrameInput, OrderEffect, OrderStep, OrderType} from '../orders/order-type.js';
import {disputed, owedKey, refunded} from './bath-claims.js';
import {
  type BathData,
  type BathInput,
  type BathOrder,
  type BathState,
  readBath,
  type ShowerInput,
} from './bath-code.js';
import {
  bathRight,
  captureKey,
  endHold,
  holdMoney,
  release,
  right,
  tell,
  transfer,
  withoutDeadlines,
} from './bath-effects.js';

type AnyInput = BathInput | FrameInput;
type Step = OrderStep<BathState, BathData>;
type Moved = Extract<Step, {kind: 'moved'}>;

export const BATH = 'bath';

/** As long as a gateway that is cut off keeps what it did not tell; then the hold goes back. */
const TOLD_WITHIN_MS: Millis = 30 * DAY_MS;
/** Clocks of gateways, and the way of what they tell: a code may be keyed in so long after its end. */
const TELLING_MS: Millis = 15 * SECOND_MS;
/** How often a gateway is looked for that did not tell; the rests double. */
const FIRST_ASK_MS: Millis = 15 * SECOND_MS;
const LAST_ASK_MS: Millis = HOUR_MS;
/** After its end a code can be given another life for so long. */
const RENEWED_WITHIN_MS: Millis = 30 * MINUTE_MS;

/**
 * A code for one shower and the money set aside for it. Whatever comes, and however often, the hold ends
 * once: taken by what was used, or let go when it is sure that nothing was. @see requirements B4, B12, E69
 */
export const bathOrder: OrderType<BathState, BathData, BathInput> = {
  name: BATH,
  read: readBath,
  step: (order, input, now) => step(order, input, now, false),
};

/** `isPoor`: the member has not what is wanted of him for a shower that was told of too late. */
function step(order: BathOrder, input: AnyInput, now: UnixMillis, isPoor: boolean): Step {
  switch (input.kind) {
    case 'opened':
      return opened(order, {...input, atMs: now}, now, isPoor);
    case 'shower':
      return showered(order, input, now, isPoor);
    case 'used': {
      const {takenFen, owedFen} = bathBill(input.amountFen, order.data.heldFen);
      return charged(order, {...input, usedFen: takenFen, owedFen}, isPoor);
    }
    case 'replace':
      if (order.state === 'live') return letGo(order, 'replaced');
      return order.state === 'expired' ? forgotten(order) : refused(order);
    case 'cancel':
      if (order.state !== 'live') return refused(order);
      return input.isReached ? letGo(order, 'cancelled') : over(order, 'cancelled', now);
    case 'stop':
      if (order.state !== 'running') return refused(order);
      return moved('running', {...order.data, stop: input.command}, [
        tell('bath.stop_asked', {session: order.data.session, command: input.command}),
      ]);
    case 'dispute':
      return disputed(order, input.note, now);
    case 'refund':
      return refunded(order, input, now);
    case 'renew':
      return renewed(order, input.points, now);
    case 'deadline':
      return deadline(order, input.name, now);
    case 'money_refused': {
      const {move, why} = input;
      const {kind} = input.input;
      if (kind === 'refund') return no(why);
      const isLow = why === 'LOW_BALANCE';
      if (isLow && kind === 'renew') return no(why);
      const isTaking = move.move === 'hold' || move.move === 'transfer';
      if (isLow && isTaking) return step(order, input.input as AnyInput, now, true);
      throw new InternalError('internal/order', `bath ${order.id}: ${move.key} refused: ${why}`);
    }
    default:
      // Whoever acts on orders of all types may want what only others know.
      return no('NOT_OF_A_CODE');
  }
}

function opened(
  order: BathOrder,
  {session, point, atMs}: {session: string; point: string; atMs: number | null},
  now: UnixMillis,
  isPoor: boolean,
): Step {
  const {data, state} = order;
  if (data.session !== null) {
    return data.session === session ? moved(state, data, []) : no('ALREADY_USED');
  }
  const after = {...data, session, point, openedMs: atMs};
  const isLate = state !== 'live';
  const told = tell(isLate ? 'bath.opened_late' : 'bath.opened', {session, point, atMs});
  // Somebody was let in on a code whose money went back: it is charged later where it cannot be set aside anew.
  if (!data.isHeld && isPoor) return moved(state, after, [told]);
  const held = data.isHeld ? after : {...after, isHeld: true, holds: data.holds + 1};
  const dueAt = (now + TOLD_WITHIN_MS) as UnixMillis;
  return moved('running', held, [
    ...(data.isHeld ? [] : [holdMoney({...order, data: held})]),
    ...withoutDeadlines(),
    {effect: 'set_deadline', name: 'untold', dueAt},
    told,
  ]);
}

function showered(order: BathOrder, input: ShowerInput, now: UnixMillis, isPoor: boolean): Step {
  if (input.isGivenBack) return givenBack(order, input, now);
  const isOver = input.phase === 'settled';
  const begun = opened(order, input, now, isPoor || isOver);
  if (begun.kind === 'refused' || !isOver) return begun;
  const {state, data, effects} = begun;
  const ended = charged({...order, state, data}, input, isPoor);
  return ended.kind === 'refused' ? ended : {...ended, effects: [...effects, ...ended.effects]};
}

/** No water came: the code and its hold are good for as long as they were. @see requirements B8 */
function givenBack(order: BathOrder, {session, point}: ShowerInput, now: UnixMillis): Moved {
  const {data, state} = order;
  if (data.session !== session || data.usedFen !== null) return moved(state, data, []);
  const free = {...data, session: null, point: null, openedMs: null};
  const told = tell('bath.given_back', {session, point});
  if (!data.isHeld) return moved(state, free, [told]);
  const cancel: OrderEffect = {effect: 'cancel_deadline', name: 'untold'};
  if (now >= data.expiresMs) {
    const ended = over({...order, data: free}, 'expired', now);
    return {...ended, effects: [cancel, told, ...ended.effects]};
  }
  return moved('live', free, [
    cancel,
    {effect: 'set_deadline', name: 'expiry', dueAt: data.expiresMs},
    told,
  ]);
}

interface Bill {
  readonly session: string;
  readonly usedFen: number;
  readonly owedFen: number;
  readonly usedMl?: number;
  readonly quality?: 'good' | 'estimated';
}

/** What was used, out of the hold and never beyond it; the rinse is owed. */
function charged(order: BathOrder, bill: Bill, isPoor: boolean): Step {
  const {id, holder, data, state} = order;
  const {session, usedMl = null, quality = 'good'} = bill;
  if (data.session !== session) return no('UNKNOWN_SESSION');
  const takenFen = Math.min(bill.usedFen, data.heldFen);
  const isDebt = !data.isHeld && isPoor;
  const owedFen = bill.owedFen + (isDebt ? takenFen : 0);
  const usedFen = takenFen + bill.owedFen;
  if (data.usedFen !== null) {
    return data.usedFen === usedFen ? moved(state, data, []) : no('SETTLED');
  }
  const lateKey = `${id}/late`;
  const paidBy = usedFen === owedFen ? null : data.isHeld ? captureKey(id) : lateKey;
  const paid = {usedFen, owedFen, usedMl, quality, paidBy, isHeld: false};
  const account: AccountName = `member:${holder}`;
  const lateFen = data.isHeld || isDebt ? 0 : takenFen;
  return moved('settled', {...data, ...paid}, [
    ...(data.isHeld ? endHold(id, data, takenFen) : []),
    ...transfer(account, lateKey, lateFen, 'a shower told of late'),
    ...transfer('house:receivable', owedKey(id), owedFen, 'a shower beyond its hold'),
    ...(owedFen > 0 ? [{effect: 'work', name: 'owe', data: {amountFen: owedFen}} as const] : []),
    ...withoutDeadlines(),
    {effect: 'cancel_deadline', name: 'untold'},
    {effect: 'revoke_grant', name: bathRight(data)},
    tell('bath.receipt', {session, usedFen, heldFen: data.heldFen, owedFen, usedMl, quality}),
  ]);
}

function deadline(order: BathOrder, name: string, now: UnixMillis): Step {
  const {data, state} = order;
  switch (name) {
    case 'expiry':
      return state === 'live' ? over(order, 'expired', now) : refused(order);
    case 'ask':
      return isWaiting(order) ? asked(order, now) : refused(order);
    case 'told':
      if (!isWaiting(order)) return refused(order);
      return moved(state, {...data, isHeld: false}, [
        release(order),
        {effect: 'cancel_deadline', name: 'ask'},
      ]);
    case 'forget':
      return forgotten(order);
    case 'untold':
      if (state !== 'running') return refused(order);
      return moved('expired', {...data, isHeld: false}, [
        release(order),
        {effect: 'revoke_grant', name: bathRight(data)},
        tell('bath.untold', {session: data.session}),
      ]);
    default:
      return refused(order);
  }
}

/** Nobody keyed it in, and nobody can any more: the money goes back at once. */
function letGo(order: BathOrder, state: 'replaced' | 'cancelled'): Step {
  const {data} = order;
  return moved(state, {...data, isHeld: false}, [
    release(order),
    ...withoutDeadlines(),
    {effect: 'revoke_grant', name: bathRight(data)},
  ]);
}

/**
 * Its time is over, or soon will be: the money goes back when its gateway has told of all that came before,
 * for one that is cut off may have let somebody in. @see requirements E69
 */
function over(order: BathOrder, state: 'expired' | 'cancelled', now: UnixMillis): Moved {
  const {data} = order;
  const forgetAt = (data.expiresMs + RENEWED_WITHIN_MS) as UnixMillis;
  const askAt = Math.max(now, data.expiresMs + TELLING_MS) as UnixMillis;
  return moved(state, {...data, asks: 0}, [
    {effect: 'cancel_deadline', name: 'expiry'},
    {effect: 'set_deadline', name: 'ask', dueAt: askAt},
    // Until then it can be given another life with the same digits.
    ...(state === 'expired'
      ? [{effect: 'set_deadline', name: 'forget', dueAt: forgetAt} as const]
      : [{effect: 'revoke_grant', name: bathRight(data)} as const]),
  ]);
}

/** It is over, and its money waits for what its gateway has to tell. */
function isWaiting({state, data}: BathOrder): boolean {
  return data.isHeld && state !== 'live' && state !== 'running';
}

function asked(order: BathOrder, now: UnixMillis): Step {
  const {data, state} = order;
  const {expiresMs, asks} = data;
  if (now >= expiresMs + TOLD_WITHIN_MS) {
    return moved(state, {...data, isHeld: false}, [release(order), tell('bath.untold', {})]);
  }
  const restMs = Math.min(LAST_ASK_MS, FIRST_ASK_MS * 2 ** Math.min(asks, 10));
  return moved(state, {...data, asks: asks + 1}, [
    {effect: 'work', name: 'ask', data: {sinceMs: expiresMs + TELLING_MS}},
    {effect: 'set_deadline', name: 'ask', dueAt: (now + restMs) as UnixMillis},
  ]);
}

function forgotten({state, data}: BathOrder): Step {
  return moved(state, data, [
    {effect: 'cancel_deadline', name: 'forget'},
    {effect: 'revoke_grant', name: bathRight(data)},
  ]);
}

function renewed(order: BathOrder, points: readonly string[], now: UnixMillis): Step {
  const {data, state} = order;
  const isThere = state === 'live' || state === 'expired';
  const isLate = now >= data.expiresMs + RENEWED_WITHIN_MS;
  if (!isThere || isLate || data.session !== null) return refused(order);
  if (data.renewals > 0) return no('RENEWED');
  const expiresMs = (now + BATH_CODE_LIFE_MS) as UnixMillis;
  const holds = data.isHeld ? data.holds : data.holds + 1;
  const after: BathData = {...data, expiresMs, holds, isHeld: true, renewals: 1};
  return moved('live', after, [
    ...(data.isHeld ? [] : [holdMoney({...order, data: after})]),
    ...withoutDeadlines(),
    right(after, points),
    {effect: 'set_deadline', name: 'expiry', dueAt: expiresMs},
  ]);
}

function moved(state: BathState, data: BathData, effects: readonly OrderEffect[]): Moved {
  return {kind: 'moved', state, data, effects};
}

/** Does not fit where it stands. */
function refused({state}: BathOrder): Step {
  return no(state.toUpperCase());
}

function no(why: string): Step {
  return {kind: 'refused', why};
}
