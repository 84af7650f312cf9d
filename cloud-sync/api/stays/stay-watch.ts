import type {Clock, Millis} from '../../../protocols/base/clock.js';
import {errorText, StoreError} from '../../../protocols/base/errors.js';
import {MINUTE_MS, SECOND_MS} from '../../../protocols/base/units.js';
import {MOVE_AHEAD_MS} from '../../../protocols/site/stay-rules.js';
import type {SyncLog} from '../../log.js';
import {DueRunner} from '../orders/due-runner.js';
import type {CloudTransaction} from '../store/cloud-schema.js';
import type {CloudStore} from '../store/cloud-store.js';
import type {StayActed, StayDesk} from './stay-desk.js';
import type {StayTable} from './stay-table.js';

export interface StayWatchOptions {
  readonly clock: Clock;
  readonly log: SyncLog;
  readonly store: CloudStore;
  readonly stays: StayTable;
  readonly desk: StayDesk;
  readonly onGateways: (gateways: readonly string[]) => void;
}

/** While a bay is not free for who is due there: how soon it is looked at again. */
const AGAIN_MS: Millis = 30 * SECOND_MS;
/** Ends of which nobody told have stood for minutes when they count: seldom is soon enough. */
const ENDS_EVERY_MS: Millis = MINUTE_MS;
/** Orders hear of what came with the same message first. */
const FEED_FIRST_MS: Millis = SECOND_MS;

/** Looks after stays that end without a word, and after bays that are not free for who is due there. */
export class StayWatch {
  readonly #options: StayWatchOptions;
  readonly #runner: DueRunner;
  #endsDueMs = 0;
  #isTaken = false;

  constructor(options: StayWatchOptions) {
    this.#options = options;
    const {clock, log, store} = options;
    this.#runner = new DueRunner({
      ...{name: 'cloud.stays', clock, log, isShared: store.isShared},
      runDue: () => this.run(),
      nextDue: async () => (this.#isTaken ? clock.wallMs() + AGAIN_MS : undefined),
    });
  }

  start(): void {
    this.#runner.start();
  }

  /** Somebody is where he is not to be; the transaction of that may still be undone. */
  wake(): void {
    this.#runner.wake(this.#options.clock.wallMs() + FEED_FIRST_MS);
  }

  stop(): Promise<void> {
    return this.#runner.stop();
  }

  /** Gives how many orders were helped. What fails waits for the next time and holds up no other. */
  async run(): Promise<number> {
    return (await this.#endStays()) + (await this.#freeBays());
  }

  async #endStays(): Promise<number> {
    const {clock, store, stays, desk} = this.#options;
    if (clock.nowMs() < this.#endsDueMs) return 0;
    this.#endsDueMs = clock.nowMs() + ENDS_EVERY_MS;
    const ended = await store.read(db => stays.ended(db, clock.wallMs()));
    let count = 0;
    for (const stay of ended) {
      if (await this.#try(stay.order, tx => desk.endStay(tx, stay))) count += 1;
    }
    return count;
  }

  async #freeBays(): Promise<number> {
    const {clock, store, stays, desk} = this.#options;
    const nowWall = clock.wallMs();
    const taken = await store.read(db => stays.taken(db, nowWall));
    this.#isTaken = taken.length > 0;
    let count = 0;
    for (const bay of taken) {
      const when = {nowWall, beforeWall: nowWall + MOVE_AHEAD_MS};
      const due = await store.read(db => stays.dueAt(db, bay, when));
      for (const order of due) {
        if (order === bay.order) continue;
        if (await this.#try(order, tx => desk.relieve(tx, order, bay))) count += 1;
      }
    }
    return count;
  }

  async #try(
    order: string,
    work: (tx: CloudTransaction) => Promise<StayActed | undefined>,
  ): Promise<boolean> {
    const {store, log, onGateways} = this.#options;
    try {
      const acted = await store.transaction(work);
      if (acted) onGateways(acted.gateways);
      return acted !== undefined;
    } catch (error) {
      if (error instanceof StoreError && error.code !== 'store/failed') throw error;
      log.error('stay.not_helped', {order, why: errorText(error)});
      return false;
    }
  }
}
