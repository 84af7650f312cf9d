import type {Clock, Entropy} from '../../../protocols/base/clock.js';
import type {OrderWork} from '../orders/order-frame.js';
import type {OrderTable} from '../orders/order-table.js';
import type {CloudReader} from '../store/cloud-schema.js';
import {readBath} from './bath-code.js';
import type {BathDebts} from './bath-debts.js';
import {bathRight} from './bath-effects.js';

export interface BathWorkOptions {
  readonly clock: Clock;
  readonly entropy: Entropy;
  readonly orders: OrderTable;
  readonly debts: BathDebts;
  /** `StallGateways` fits. */
  readonly gateways: {
    haveTold(
      db: CloudReader,
      right: {readonly order: string; readonly name: string},
      sinceMs: number,
    ): Promise<boolean>;
  };
}

/** What the steps of codes want of others. */
export function bathWork(options: BathWorkOptions): OrderWork {
  const {clock, entropy, orders, debts, gateways} = options;
  return async (tx, order, name, data) => {
    const {id} = order;
    if (name === 'owe') {
      await debts.owe(tx, order, Number(data.amountFen));
      await debts.collect(tx, order, {key: `${id}/owed/paid`, orderId: id});
    }
    if (name === 'forgive') await debts.forgive(tx, order, Number(data.amountFen), id);
    if (name !== 'ask') return;
    const row = await orders.get(tx, id);
    if (!row) return;
    const right = {order: id, name: bathRight(readBath(JSON.parse(row.data)))};
    if (!(await gateways.haveTold(tx, right, Number(data.sinceMs)))) return;
    // It steps on that at once, when this step is stored.
    const told = {order: id, name: 'told', dueWall: clock.wallMs(), setId: entropy.ulid()};
    await orders.setDeadline(tx, told);
  };
}
