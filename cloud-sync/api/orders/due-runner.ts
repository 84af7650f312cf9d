import type {Clock, Millis, Timer} from '../../../protocols/base/clock.js';
import {errorText} from '../../../protocols/base/errors.js';
import {MINUTE_MS, SECOND_MS} from '../../../protocols/base/units.js';
import type {SyncLog} from '../../log.js';

export interface DueRunnerOptions {
  /** Shows in diagnostics and in the log. */
  readonly name: string;
  readonly clock: Clock;
  readonly log: SyncLog;
  /** Several workers share the database: any of them may set what is due next. */
  readonly isShared: boolean;
  readonly runDue: () => Promise<number>;
  /** Wall time of the next; undefined: nothing waits. */
  readonly nextDue: () => Promise<number | undefined>;
}

/** How often a shared database is asked, and one that did not answer. */
const LOOK_EVERY_MS: Millis = SECOND_MS;
/** Where nobody else writes only a wall clock that was set makes a look before its time worthwhile. */
const LOOK_ALONE_MS: Millis = 5 * MINUTE_MS;

/** Does what falls due: orders, messages; at the start, whatever fell into the time that nobody was up. */
export class DueRunner {
  readonly #options: DueRunnerOptions;
  #timer: Timer | undefined;
  /** When the timer ends, by the monotonic clock. */
  #wakeMs = 0;
  #running: Promise<void> | undefined;
  /** The earliest that is due of what was told while it ran. */
  #toldWall: number | undefined;
  #isStopped = false;

  constructor(options: DueRunnerOptions) {
    this.#options = options;
  }

  start(): void {
    this.#look();
  }

  /** Something is, or will be, due at `dueWall`. */
  wake(dueWall: number): void {
    const {clock} = this.#options;
    this.#toldWall = Math.min(dueWall, this.#toldWall ?? dueWall);
    if (this.#isStopped || this.#running || !this.#timer) return;
    const afterMs = Math.max(0, dueWall - clock.wallMs());
    if (clock.nowMs() + afterMs < this.#wakeMs) this.#arm(afterMs);
  }

  async stop(): Promise<void> {
    this.#isStopped = true;
    this.#timer?.cancel();
    await this.#running;
  }

  #look(): void {
    this.#timer = undefined;
    this.#toldWall = undefined;
    this.#running = this.#run().then(afterMs => {
      this.#running = undefined;
      if (this.#isStopped) return;
      const toldMs = (this.#toldWall ?? Number.POSITIVE_INFINITY) - this.#options.clock.wallMs();
      this.#arm(Math.max(0, Math.min(afterMs, toldMs)));
    });
  }

  async #run(): Promise<Millis> {
    const {name, clock, log, isShared, runDue, nextDue} = this.#options;
    try {
      await runDue();
      const nextWall = await nextDue();
      const longestMs = isShared ? LOOK_EVERY_MS : LOOK_ALONE_MS;
      return nextWall === undefined
        ? longestMs
        : Math.min(longestMs, Math.max(0, nextWall - clock.wallMs()));
    } catch (error) {
      log.warn('chores.failed', {name, why: errorText(error)});
      return LOOK_EVERY_MS;
    }
  }

  #arm(afterMs: Millis): void {
    const {clock, name} = this.#options;
    this.#timer?.cancel();
    this.#wakeMs = clock.nowMs() + afterMs;
    this.#timer = clock.timer(name, afterMs, () => this.#look());
  }
}
