import type {Clock, Millis, Timer, UnixMillis} from '../../protocols/base/clock.js';

/** The clock of one machine: the common monotonic time, and a wall clock that may be wrong. */
export class SkewedClock implements Clock {
  readonly #truth: Clock;
  /** How far its wall clock is ahead of the truth. */
  aheadMs: number;

  constructor(truth: Clock, aheadMs = 0) {
    this.#truth = truth;
    this.aheadMs = aheadMs;
  }

  nowMs(): Millis {
    return this.#truth.nowMs();
  }

  wallMs(): UnixMillis {
    return (this.#truth.wallMs() + this.aheadMs) as UnixMillis;
  }

  timer(name: string, afterMs: Millis, callback: () => void): Timer {
    return this.#truth.timer(name, afterMs, callback);
  }

  sleep(afterMs: Millis, signal?: AbortSignal): Promise<void> {
    return this.#truth.sleep(afterMs, signal);
  }

  waitUntil(atMs: Millis, callback: () => void): Timer {
    return this.#truth.waitUntil(atMs, callback);
  }
}
