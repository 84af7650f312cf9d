import type {Clock, Millis, Timer, UnixMillis} from '../../protocols/base/clock.js';

/** Real time with gaps: for bringing backoffs to their ceiling without living through them. */
export class SkippingClock implements Clock {
  readonly #real: Clock;
  #skippedMs: Millis = 0;

  constructor(real: Clock) {
    this.#real = real;
  }

  /** From now on it is `byMs` later. Timers that run already keep their real length. */
  skip(byMs: Millis): void {
    this.#skippedMs += byMs;
  }

  nowMs(): Millis {
    return this.#real.nowMs() + this.#skippedMs;
  }

  wallMs(): UnixMillis {
    return this.#real.wallMs();
  }

  timer(name: string, afterMs: Millis, callback: () => void): Timer {
    return this.#real.timer(name, afterMs, callback);
  }

  sleep(afterMs: Millis, signal?: AbortSignal): Promise<void> {
    return this.#real.sleep(afterMs, signal);
  }

  waitUntil(atMs: Millis, callback: () => void): Timer {
    return this.#real.waitUntil(atMs - this.#skippedMs, callback);
  }
}
