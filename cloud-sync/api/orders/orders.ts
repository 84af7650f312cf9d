import type {AreaBase, OrderParts} from '../area-base.js';
import {DueRunner} from './due-runner.js';
import {OrderFrame, type RightsGiver} from './order-frame.js';
import {OrderTable} from './order-table.js';
import type {OrderUseTable} from './order-use-table.js';
import {UseFeeder} from './use-feeder.js';

export type OrderBase = Pick<
  AreaBase,
  'clock' | 'entropy' | 'log' | 'store' | 'sites' | 'changes' | 'ledger' | 'onGateways'
>;

export interface Orders {
  readonly frame: OrderFrame;
  readonly orders: OrderTable;
  readonly uses: OrderUseTable;
  /** What else tells orders of something: `run` gives how many it told. To be called to have it run. */
  feedBy(run: () => Promise<number>): () => void;
  /** Once every order type is registered. */
  start(): void;
  stop(): Promise<void>;
}

/** The frame of all orders, what wakes them, and what tells them of the use of their rights. */
export function assembleOrders(
  base: OrderBase,
  parts: Pick<OrderParts, 'orderUses'>,
  rights: RightsGiver,
): Orders {
  const {clock, entropy, log, store, changes, ledger, onGateways} = base;
  const {orderUses: uses} = parts;
  const orders = new OrderTable();
  const frame = new OrderFrame({
    ...{clock, entropy, log, store, orders, changes, money: ledger, rights, onGateways},
    onDeadline: dueWall => runner.wake(dueWall),
  });
  const feeder = new UseFeeder({log, store, uses, frame, onGateways});
  const others: (() => Promise<number>)[] = [];
  const runner = new DueRunner({
    ...{name: 'cloud.orders', clock, log, isShared: store.isShared},
    runDue: async () => {
      let count = await feeder.run();
      for (const run of others) count += await run();
      return count + (await frame.runDue());
    },
    nextDue: () => frame.nextDue(),
  });
  uses.listen(() => runner.wake(clock.wallMs()));
  return {
    ...{frame, orders, uses},
    feedBy: run => {
      others.push(run);
      return () => runner.wake(clock.wallMs());
    },
    start: () => runner.start(),
    stop: () => runner.stop(),
  };
}
