import type {Clock, Millis, Timer, UnixMillis} from '../../protocols/base/clock.js';

interface Entry {
  readonly dueMs: Millis;
  readonly callback: () => void;
}

/** Longest delay that setTimeout takes; anything above fires at once. */
const LONGEST_DELAY_MS = 2 ** 31 - 1;
/** A timer of Node may be late by its whole tick, so the last stretch of a silence is slept on a futex. */
const FUTEX_STRETCH_MS = 2;

/**
 * The machine's own time. All timers hang on one native timeout and run from one ordered list, so that
 * "in due order" holds across durations, which Node's timers do not promise.
 */
export class SystemClock implements Clock {
  readonly #entries: Entry[] = [];
  readonly #futex = new Int32Array(new SharedArrayBuffer(4));
  #native: NodeJS.Timeout | undefined;
  #nativeDueMs: Millis = Number.POSITIVE_INFINITY;

  nowMs(): Millis {
    return performance.now();
  }

  wallMs(): UnixMillis {
    return Date.now() as UnixMillis;
  }

  timer(_name: string, afterMs: Millis, callback: () => void): Timer {
    const entry: Entry = {dueMs: this.nowMs() + Math.max(0, afterMs), callback};
    this.#entries.splice(this.#placeOf(entry.dueMs), 0, entry);
    if (entry.dueMs < this.#nativeDueMs) this.#arm();
    return {cancel: () => this.#remove(entry)};
  }

  sleep(afterMs: Millis, signal?: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      if (signal?.aborted) {
        reject(signal.reason);
        return;
      }
      const onAbort = () => {
        timer.cancel();
        reject(signal?.reason);
      };
      const timer = this.timer('sleep', afterMs, () => {
        signal?.removeEventListener('abort', onAbort);
        resolve();
      });
      signal?.addEventListener('abort', onAbort, {once: true});
    });
  }

  waitUntil(atMs: Millis, callback: () => void): Timer {
    const remainingMs = atMs - this.nowMs();
    if (remainingMs <= 0) {
      callback();
      return {cancel: () => {}};
    }
    const finish = () => {
      this.#block(atMs);
      callback();
    };
    if (remainingMs > FUTEX_STRETCH_MS) {
      const timeout = setTimeout(finish, Math.floor(remainingMs) - 1);
      return {cancel: () => clearTimeout(timeout)};
    }
    // One turn of the loop even for a short rest: promises and other lines' bytes get their chance.
    const turn = setImmediate(finish);
    return {cancel: () => clearImmediate(turn)};
  }

  /** Sleep the thread to the instant; a timer that fired early for its millisecond is caught here too. */
  #block(atMs: Millis): void {
    for (;;) {
      const remainingMs = atMs - this.nowMs();
      if (remainingMs <= 0) return;
      Atomics.wait(this.#futex, 0, 0, remainingMs);
    }
  }

  /** First place behind everything due at or before `dueMs`: equal times keep their order of creation. */
  #placeOf(dueMs: Millis): number {
    let low = 0;
    let high = this.#entries.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((this.#entries[middle]?.dueMs ?? dueMs) <= dueMs) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  #remove(entry: Entry): void {
    const place = this.#entries.indexOf(entry);
    if (place < 0) return;
    this.#entries.splice(place, 1);
    // A native timeout left behind would keep a finished process alive.
    if (this.#entries.length === 0) this.#arm();
  }

  #arm(): void {
    clearTimeout(this.#native);
    this.#native = undefined;
    this.#nativeDueMs = Number.POSITIVE_INFINITY;
    const first = this.#entries[0];
    if (!first) return;
    this.#nativeDueMs = first.dueMs;
    const delayMs = Math.min(Math.ceil(first.dueMs - this.nowMs()), LONGEST_DELAY_MS);
    this.#native = setTimeout(() => this.#runDue(), delayMs);
  }

  #runDue(): void {
    // Timers created by these callbacks wait for the next turn, or one at 0 ms would starve the ports.
    const nowMs = this.nowMs();
    const due = this.#entries.slice(0, this.#placeOf(nowMs));
    try {
      for (const entry of due) {
        const place = this.#entries.indexOf(entry);
        if (place < 0) continue;
        this.#entries.splice(place, 1);
        entry.callback();
      }
    } finally {
      this.#arm();
    }
  }
}
