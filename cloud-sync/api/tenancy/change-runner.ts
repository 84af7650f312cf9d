import type {Clock, Millis, Timer} from '../../../protocols/base/clock.js';
import {errorText} from '../../../protocols/base/errors.js';
import {MINUTE_MS, SECOND_MS} from '../../../protocols/base/units.js';
import type {SyncLog} from '../../log.js';
import type {ChangeFeed} from './change-feed.js';

export interface ChangeRunnerOptions {
  readonly clock: Clock;
  readonly log: SyncLog;
  readonly changes: ChangeFeed;
  /** Several workers write: one may have died before he numbered what he wrote. */
  readonly isShared: boolean;
  /** After changes were numbered: whoever follows them may look. */
  readonly onNumbered?: (() => void) | undefined;
}

/** A change is numbered so soon after it was written. @see requirements P31 */
const SOON_MS: Millis = SECOND_MS / 4;
/** What was written may not be committed yet: so often it is looked for again. */
const AGAIN_MS: Millis = SECOND_MS;
const AGAIN_TIMES = 5;
/** What another worker wrote, who died before he numbered it; alone there is nobody else. */
const IDLE_SHARED_MS: Millis = 30 * SECOND_MS;
const IDLE_ALONE_MS: Millis = 10 * MINUTE_MS;

/** Numbers changes soon after they were written, and asks the database little while nothing happens. */
export class ChangeRunner {
  readonly #options: ChangeRunnerOptions;
  #timer: Timer | undefined;
  #running: Promise<void> | undefined;
  #looksLeft = 0;
  #isNoted = false;
  #isStopped = false;

  constructor(options: ChangeRunnerOptions) {
    this.#options = options;
  }

  start(): void {
    this.#options.changes.onNote(() => this.#noted());
    this.#look();
  }

  async stop(): Promise<void> {
    this.#isStopped = true;
    this.#timer?.cancel();
    await this.#running;
  }

  #noted(): void {
    if (this.#isStopped || this.#isNoted) return;
    this.#isNoted = true;
    this.#looksLeft = AGAIN_TIMES;
    if (!this.#running) this.#arm(SOON_MS);
  }

  #look(): void {
    this.#isNoted = false;
    this.#running = this.#number().finally(() => {
      this.#running = undefined;
      if (this.#isStopped) return;
      if (this.#isNoted) {
        this.#arm(SOON_MS);
        return;
      }
      const isIdle = this.#looksLeft === 0;
      this.#looksLeft = Math.max(0, this.#looksLeft - 1);
      const idleMs = this.#options.isShared ? IDLE_SHARED_MS : IDLE_ALONE_MS;
      this.#arm(isIdle ? idleMs : AGAIN_MS);
    });
  }

  async #number(): Promise<void> {
    const {log, changes, onNumbered} = this.#options;
    try {
      if ((await changes.number()) > 0) onNumbered?.();
    } catch (error) {
      log.warn('changes.not_numbered', {why: errorText(error)});
    }
  }

  #arm(afterMs: Millis): void {
    this.#timer?.cancel();
    this.#timer = this.#options.clock.timer('cloud.changes', afterMs, () => this.#look());
  }
}
