import type {Clock, Millis, Timer} from '../../../protocols/base/clock.js';
import {errorText} from '../../../protocols/base/errors.js';
import {SECOND_MS} from '../../../protocols/base/units.js';
import type {SyncLog} from '../../log.js';

export interface DueRunnerOptions {
  readonly clock: Clock;
  readonly log: SyncLog;
  readonly runDue: () => Promise<number>;
}

/** Another worker may have set what is due next: the database is asked this often. */
const LOOK_EVERY_MS: Millis = SECOND_MS;

/** Wakes the orders whose time has come; at the start, whatever fell into the time that nobody was up. */
export class DueRunner {
  readonly #options: DueRunnerOptions;
  #timer: Timer | undefined;
  #running: Promise<void> | undefined;
  #isStopped = false;

  constructor(options: DueRunnerOptions) {
    this.#options = options;
  }

  start(): void {
    this.#look();
  }

  async stop(): Promise<void> {
    this.#isStopped = true;
    this.#timer?.cancel();
    await this.#running;
  }

  #look(): void {
    const {clock, log, runDue} = this.#options;
    this.#running = runDue()
      .then(
        () => {},
        error => log.warn('orders.not_run', {why: errorText(error)}),
      )
      .finally(() => {
        if (this.#isStopped) return;
        this.#timer = clock.timer('cloud.orders', LOOK_EVERY_MS, () => this.#look());
      });
  }
}
