import type {Clock, Millis, Timer} from '../../protocols/base/clock.js';

/** One running wait of a line, which may turn out to be too long. */
export class Patience {
  readonly #clock: Clock;
  #timer: Timer | undefined;
  #dueMs: Millis = Number.NEGATIVE_INFINITY;
  #name = '';
  #over: () => void = () => {};

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  start(name: string, afterMs: Millis, over: () => void): void {
    this.#name = name;
    this.#over = over;
    this.#arm(this.#clock.nowMs() + afterMs);
  }

  /** End it at `atMs` when that is sooner. */
  shorten(atMs: Millis): void {
    if (this.#timer && atMs < this.#dueMs) this.#arm(atMs);
  }

  cancel(): void {
    this.#timer?.cancel();
    this.#timer = undefined;
  }

  #arm(dueMs: Millis): void {
    this.#timer?.cancel();
    this.#dueMs = dueMs;
    this.#timer = this.#clock.timer(this.#name, dueMs - this.#clock.nowMs(), () => {
      this.#timer = undefined;
      this.#over();
    });
  }
}
