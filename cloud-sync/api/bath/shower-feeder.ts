import {errorText, StoreError} from '../../../protocols/base/errors.js';
import type {SyncLog} from '../../log.js';
import type {OrderFrame} from '../orders/order-frame.js';
import type {CloudStore} from '../store/cloud-store.js';
import type {ShowerInput} from './bath-code.js';
import type {ShowerTable, ShowerUse} from './shower-table.js';

export interface ShowerFeederOptions {
  readonly log: SyncLog;
  readonly store: CloudStore;
  readonly showers: ShowerTable;
  readonly frame: OrderFrame;
  readonly onGateways: (gateways: readonly string[]) => void;
}

/** Beyond this something is wrong that another try does not mend. */
const MAX_FAILURES = 100;

/** Tells codes what gateways told of their showers: each word once, whichever worker does it. @see requirements B12 */
export class ShowerFeeder {
  readonly #options: ShowerFeederOptions;

  constructor(options: ShowerFeederOptions) {
    this.#options = options;
  }

  /** Gives how many. What fails waits for the next time and holds up no other. */
  async run(): Promise<number> {
    const {store, showers, log, onGateways} = this.#options;
    const failed: string[] = [];
    for (let count = 0; failed.length < MAX_FAILURES; ) {
      const use = await store.read(db => showers.firstPending(db, failed));
      if (!use) return count;
      try {
        onGateways(await this.#tell(use));
        count += 1;
      } catch (error) {
        if (error instanceof StoreError && error.code !== 'store/failed') throw error;
        log.error('order.use_not_told', {order: use.order, why: errorText(error)});
        failed.push(use.session);
      }
    }
    return 0;
  }

  #tell(use: ShowerUse): Promise<readonly string[]> {
    const {store, showers, frame} = this.#options;
    const {order, gateway, epochNo, seq} = use;
    return store.transaction(async tx => {
      // Two workers meet at the order; the second finds that the input was there before.
      const id = `shower:${gateway}:${epochNo}.${seq}${use.isGivenBack ? ':back' : ''}`;
      const result = order === null ? undefined : await frame.feed(tx, order, inputOf(use), id);
      await showers.settle(tx, use);
      return result?.kind === 'moved' ? result.gateways : [];
    });
  }
}

function inputOf(use: ShowerUse): ShowerInput {
  const {session, stall: point, phase, usedFen, owedFen, quality, isGivenBack} = use;
  return {
    ...{kind: 'shower', session, point, phase, usedFen, owedFen, quality, isGivenBack},
    ...{usedMl: use.billedMl + use.rinseMl, atMs: use.openedWall},
  };
}
