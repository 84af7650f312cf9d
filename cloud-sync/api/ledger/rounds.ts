import type {Clock, Millis, Timer} from '../../../protocols/base/clock.js';
import {errorText} from '../../../protocols/base/errors.js';
import type {SyncLog} from '../../log.js';

export interface RoundsOptions {
  readonly clock: Clock;
  readonly log: SyncLog;
  /** Of its timer and in the log: `cloud.ledger`. */
  readonly name: string;
  readonly everyMs: Millis;
  readonly run: () => Promise<unknown>;
}

/** Does the same again and again, never twice at once, and at once when it is called. */
export class Rounds {
  readonly #options: RoundsOptions;
  #timer: Timer | undefined;
  #running: Promise<void> | undefined;
  #isCalled = false;
  #isStopped = false;

  constructor(options: RoundsOptions) {
    this.#options = options;
  }

  /** Begin, or do not wait for the next round. */
  call(): void {
    this.#isCalled = true;
    if (!this.#running && !this.#isStopped) this.#running = this.#work();
  }

  async stop(): Promise<void> {
    this.#isStopped = true;
    this.#timer?.cancel();
    await this.#running;
  }

  async #work(): Promise<void> {
    const {clock, log, name, everyMs, run} = this.#options;
    this.#timer?.cancel();
    while (this.#isCalled && !this.#isStopped) {
      this.#isCalled = false;
      try {
        await run();
      } catch (error) {
        log.warn('round.failed', {round: name, why: errorText(error)});
      }
    }
    this.#running = undefined;
    if (!this.#isStopped) this.#timer = clock.timer(name, everyMs, () => this.call());
  }
}
