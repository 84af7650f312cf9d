import type {Clock, Millis} from '../../../protocols/base/clock.js';
import {errorText, StoreError} from '../../../protocols/base/errors.js';
import {DAY_MS, SECOND_MS} from '../../../protocols/base/units.js';
import type {SyncLog} from '../../log.js';
import {DueRunner} from '../orders/due-runner.js';
import type {CloudTransaction} from '../store/cloud-schema.js';
import type {CloudStore} from '../store/cloud-store.js';
import type {CallDesk} from './call-desk.js';
import type {CallTable} from './call-table.js';
import type {NoticeTests} from './notice-tests.js';
import type {SilenceWatch} from './silence-watch.js';

export interface CallWatchOptions {
  readonly clock: Clock;
  readonly log: SyncLog;
  readonly store: CloudStore;
  readonly calls: CallTable;
  readonly desk: CallDesk;
  readonly silence: SilenceWatch;
  readonly tests: NoticeTests;
  /** Tell a gateway who took a call; false when it does not hear. */
  readonly tell: (
    gateway: string,
    said: {readonly alarm: string; readonly by: string},
  ) => Promise<boolean>;
}

const AT_ONCE = 100;
/** Until its gateway says that it knows, it is told again so often. */
const TELL_EVERY_MS: Millis = 10 * SECOND_MS;
/** A gateway that has not said so by then knows nothing of the call. */
const TOLD_FOR_MS: Millis = DAY_MS;

/**
 * Goes on with calls: with what gateways told of them and with what falls due, each once, whichever worker is
 * first. After a start it goes on with whatever fell into the time that nobody was up.
 */
export class CallWatch {
  readonly #options: CallWatchOptions;
  readonly #runner: DueRunner;
  #silenceDueMs: Millis = 0;
  #tellDueMs: Millis = 0;
  #hasUntold = false;

  constructor(options: CallWatchOptions) {
    this.#options = options;
    const {clock, log, store} = options;
    this.#runner = new DueRunner({
      ...{name: 'cloud.calls', clock, log, isShared: store.isShared},
      runDue: () => this.run(),
      nextDue: () => this.#nextDue(),
    });
  }

  start(): void {
    this.#runner.start();
  }

  stop(): Promise<void> {
    return this.#runner.stop();
  }

  /** Something was told of a call, or was done with one. */
  wake(): void {
    this.#tellDueMs = 0;
    this.#runner.wake(this.#options.clock.wallMs());
  }

  /** Gives how many calls went on. What fails waits for the next time and holds up no other. */
  async run(): Promise<number> {
    const {clock, store, calls, desk, silence, tests} = this.#options;
    let count = 0;
    for (;;) {
      const fresh = await store.read(db => calls.fresh(db, AT_ONCE));
      const done = await this.#each(fresh, (tx, id) => desk.follow(tx, id));
      count += done;
      if (done === 0 || fresh.length < AT_ONCE) break;
    }
    const due = await store.read(db => calls.due(db, clock.wallMs(), AT_ONCE));
    count += await this.#each(due, (tx, id) => desk.feed(tx, id, {kind: 'due'}));
    if (clock.nowMs() >= this.#silenceDueMs) this.#silenceDueMs = await silence.run();
    await tests.run();
    await this.#tellGateways();
    return count;
  }

  async #nextDue(): Promise<number | undefined> {
    const {clock, store, calls, tests} = this.#options;
    const inMs = (dueMs: Millis) => clock.wallMs() + Math.max(0, Math.ceil(dueMs - clock.nowMs()));
    const due = await store.read(db => calls.nextDue(db));
    const test = await tests.nextDue();
    return Math.min(
      inMs(this.#silenceDueMs),
      due ?? Number.POSITIVE_INFINITY,
      test ?? Number.POSITIVE_INFINITY,
      this.#hasUntold ? inMs(this.#tellDueMs) : Number.POSITIVE_INFINITY,
    );
  }

  async #tellGateways(): Promise<void> {
    const {clock, store, calls, tell} = this.#options;
    if (clock.nowMs() < this.#tellDueMs) return;
    this.#tellDueMs = clock.nowMs() + TELL_EVERY_MS;
    const sinceWall = clock.wallMs() - TOLD_FOR_MS;
    const untold = await store.read(db => calls.untold(db, sinceWall, AT_ONCE));
    this.#hasUntold = untold.length > 0;
    for (const {gateway, alarm, ackedBy} of untold) {
      await tell(gateway, {alarm, by: ackedBy ?? ''});
    }
  }

  async #each(
    ids: readonly string[],
    work: (tx: CloudTransaction, id: string) => Promise<boolean>,
  ): Promise<number> {
    const {store, log} = this.#options;
    let count = 0;
    for (const id of ids) {
      try {
        if (await store.transaction(tx => work(tx, id))) count += 1;
      } catch (error) {
        if (error instanceof StoreError && error.code !== 'store/failed') throw error;
        log.error('call.not_followed', {call: id, why: errorText(error)});
      }
    }
    return count;
  }
}
