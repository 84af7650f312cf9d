import type {SyncLog} from '../../log.js';
import type {CloudStore} from '../store/cloud-store.js';
import type {OrderFrame} from './order-frame.js';
import type {OrderUse, OrderUseTable} from './order-use-table.js';
import {tellPending} from './tell-pending.js';

export interface UseFeederOptions {
  readonly log: SyncLog;
  readonly store: CloudStore;
  readonly uses: OrderUseTable;
  readonly frame: OrderFrame;
  readonly onGateways: (gateways: readonly string[]) => void;
}

/** What an order hears of the use of its right. */
export interface SessionInput {
  readonly kind: 'session';
  readonly session: string;
  readonly phase: string;
  readonly closeCause: string | null;
  readonly durationMs: number;
  readonly atMs: number | null;
}

/** Tells orders what gateways told of the use of their rights: each once, whichever worker does it. */
export class UseFeeder {
  readonly #options: UseFeederOptions;

  constructor(options: UseFeederOptions) {
    this.#options = options;
  }

  /** Gives how many. What fails waits for the next time and holds up no other. */
  run(): Promise<number> {
    const {store, uses, log, onGateways} = this.#options;
    return tellPending({
      ...{log, onGateways},
      next: except => store.read(db => uses.firstPending(db, except)),
      tell: use => this.#tell(use),
    });
  }

  #tell(use: OrderUse): Promise<readonly string[]> {
    const {store, uses, frame} = this.#options;
    const {session, phase, closeCause, durationMs, atWall: atMs, epochNo, seq} = use;
    const input: SessionInput = {kind: 'session', session, phase, closeCause, durationMs, atMs};
    return store.transaction(async tx => {
      // Two workers meet at the order; the second finds that the input was there before.
      const result = await frame.feed(tx, use.order, input, `use:${use.gateway}:${epochNo}.${seq}`);
      await uses.settle(tx, use);
      return result.kind === 'moved' ? result.gateways : [];
    });
  }
}
