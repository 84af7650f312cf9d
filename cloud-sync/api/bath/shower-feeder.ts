import type {SyncLog} from '../../log.js';
import type {OrderFrame} from '../orders/order-frame.js';
import {tellPending} from '../orders/tell-pending.js';
import type {CloudStore} from '../store/cloud-store.js';
import type {ShowerInput} from './bath-code.js';
import type {BathDesk} from './bath-desk.js';
import type {ShowerTable, ShowerUse} from './shower-table.js';

export interface ShowerFeederOptions {
  readonly log: SyncLog;
  readonly store: CloudStore;
  readonly showers: ShowerTable;
  readonly frame: OrderFrame;
  readonly desk: Pick<BathDesk, 'recall'>;
  readonly onGateways: (gateways: readonly string[]) => void;
}

/** Tells codes what gateways told of their showers: each word once, whichever worker does it. @see requirements B12 */
export class ShowerFeeder {
  readonly #options: ShowerFeederOptions;

  constructor(options: ShowerFeederOptions) {
    this.#options = options;
  }

  /** Gives how many. What fails waits for the next time and holds up no other. */
  run(): Promise<number> {
    const {store, showers, log, onGateways} = this.#options;
    return tellPending({
      ...{log, onGateways},
      next: except => store.read(db => showers.firstPending(db, except)),
      tell: use => this.#tell(use),
    });
  }

  #tell(use: ShowerUse): Promise<readonly string[]> {
    const {store, showers, frame, desk} = this.#options;
    const {order, gateway, epochNo, seq} = use;
    return store.transaction(async tx => {
      // Two workers meet at the order; the second finds that the input was there before.
      const id = `shower:${gateway}:${epochNo}.${seq}${use.isGivenBack ? ':back' : ''}`;
      const recalled = order === null || use.isGivenBack ? [] : await desk.recall(tx, order);
      const result = order === null ? undefined : await frame.feed(tx, order, inputOf(use), id);
      await showers.settle(tx, use);
      return result?.kind === 'moved' ? [...new Set([...recalled, ...result.gateways])] : recalled;
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
