import type {AreaBase} from '../area-base.js';
import type {Api} from '../http/api.js';
import type {Orders} from '../orders/orders.js';
import {BathDesk, type BathMembers, bathWork} from './bath-desk.js';
import {bathOrder} from './bath-order.js';
import {addBathCodes, type BathCodes} from './bath-routes.js';
import {BathTable} from './bath-table.js';

export interface BathSeams {
  readonly orders: Pick<Orders, 'frame' | 'orders'>;
  readonly members: BathMembers;
  readonly codes: BathCodes;
}

export interface Bath {
  readonly desk: BathDesk;
  addRoutes(api: Api): void;
}

/** Codes for showers, put together. */
export function assembleBath(base: AreaBase, {orders, members, codes}: BathSeams): Bath {
  const {clock, entropy, store, writer, sites, ledger, onGateways} = base;
  const {frame} = orders;
  const table = new BathTable();
  const desk = new BathDesk({clock, entropy, frame, ledger, sites, codes: table, members});
  frame.register(bathOrder, bathWork(table));
  const shared = {store, writer, orders: orders.orders, desk, codes, onGateways};
  return {desk, addRoutes: api => addBathCodes(api, shared)};
}
