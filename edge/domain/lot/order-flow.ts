import type {ActuationCause} from '../../../protocols/site/events.js';
import {startActuation} from '../actuation/actuation-flow.js';
import {journalOrder} from '../actuation/settle-flow.js';
import {isCommissioned} from '../commissioning/commissioning-flow.js';
import {isFire} from '../fire/fire-state.js';
import {isFresh, mayRaise} from '../interlocks/interlocks.js';
import type {LotInput, OrderOrigin, OrderResult} from './contract.js';
import type {BayState} from './lot-state.js';
import type {Turn} from './turn.js';

type Order = Extract<LotInput, {kind: 'order'}>;
type RefusalReason = Extract<OrderResult, {kind: 'refused'}>['reason'];

/** A person or the cloud orders an arm: same machine, same interlocks, and never without a reason. */
export function onOrder(turn: Turn, order: Order): void {
  const bay = turn.bay(order.bay);
  const refusal = refusalOf(turn, order, bay);
  if (refusal) {
    journalOrder(turn, order.by, {...order, result: 'refused', why: refusal});
    answer(turn, order.by, {kind: 'refused', reason: refusal});
    return;
  }
  if (bay && standsAlready(turn, order, bay)) {
    journalOrder(turn, order.by, {...order, result: 'done', why: null});
    answer(turn, order.by, {kind: 'done', actuation: undefined});
    return;
  }
  const actuation = startActuation(turn, order.bay, {
    desired: order.desired,
    cause: causeOf(order.by),
    claim: {kind: 'order', order: order.by},
  });
  answer(turn, order.by, {kind: 'accepted', actuation});
}

function refusalOf(turn: Turn, order: Order, bay: BayState | undefined): RefusalReason | undefined {
  if (order.by.kind === 'person' && order.by.reason.trim() === '') return 'REASON_MISSING';
  if (!bay) return 'UNKNOWN_BAY';
  // Whoever stands there may still let a car out by hand.
  const isLettingOut = order.by.kind === 'person' && order.desired === 'down';
  if (isFire(turn) && !isLettingOut) return 'FIRE';
  // Somebody must stand by a lock that nobody has tried yet.
  if (order.by.kind === 'remote' && !isCommissioned(turn.config, bay)) return 'UNCOMMISSIONED';
  const underway = bay.actuation?.row.desired;
  if (underway !== undefined && (underway === order.desired || order.desired === 'up'))
    return 'BUSY';
  if (order.desired === 'down' || standsAlready(turn, order, bay)) return undefined;
  return mayRaise(turn.view(bay), turn.nowMs);
}

function standsAlready(turn: Turn, order: Order, bay: BayState): boolean {
  const fresh = isFresh(turn.view(bay), turn.nowMs);
  return bay.actuation === undefined && fresh && bay.reading?.arm === order.desired;
}

function causeOf(by: OrderOrigin): ActuationCause {
  return by.kind === 'person' ? {kind: 'operator', person: by.person, reason: by.reason} : by;
}

function answer(turn: Turn, order: OrderOrigin, result: OrderResult): void {
  turn.effect({kind: 'orderResult', order, result});
}
