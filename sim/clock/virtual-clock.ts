import type {Clock, Millis, Timer, UnixMillis} from '../../protocols/base/clock.js';
import {UsageError} from '../../protocols/base/errors.js';
import {HOUR_MS} from '../../protocols/base/units.js';
import {type HeapEntry, TimerHeap} from './timer-heap.js';

/** A timer that re-arms itself this often without time moving is a busy loop, not a schedule. */
const MAX_CALLBACKS_PER_INSTANT = 10_000;

export interface VirtualClockOptions {
  readonly startMs?: Millis;
  readonly wallMs?: number;
  /** Yield to the event loop so that streams and promises between two timers make progress. */
  readonly yieldTurn: () => Promise<void>;
}

/**
 * Time that stands still until a test moves it. Every callback is followed by a turn of the event
 * loop, so promises, streams and in-memory sockets settle at the instant that caused them.
 *
 * Guards: 10,000 callbacks at one instant fail as a busy loop; `settle` fails after one virtual hour;
 * `assertIdle` names timers that a closed daemon left behind.
 */
export class VirtualClock implements Clock {
  readonly #yieldTurn: () => Promise<void>;
  readonly #timers = new TimerHeap();
  #nowMs: Millis;
  #wallMs: number;
  #order = 0;

  constructor(options: VirtualClockOptions) {
    this.#yieldTurn = options.yieldTurn;
    this.#nowMs = options.startMs ?? 0;
    this.#wallMs = options.wallMs ?? 1_700_000_000_000;
  }

  nowMs(): Millis {
    return this.#nowMs;
  }

  wallMs(): UnixMillis {
    return Math.floor(this.#wallMs) as UnixMillis;
  }

  timer(name: string, afterMs: Millis, callback: () => void): Timer {
    this.#order += 1;
    const dueMs = this.#nowMs + Math.max(0, afterMs);
    const entry: HeapEntry = {name, dueMs, order: this.#order, callback, isGone: false};
    this.#timers.add(entry);
    return {cancel: () => this.#timers.cancel(entry)};
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
    if (atMs <= this.#nowMs) {
      callback();
      return {cancel: () => {}};
    }
    return this.timer('waitUntil', atMs - this.#nowMs, callback);
  }

  /** Move the wall clock alone, as NTP or a dead RTC does. */
  stepWall(byMs: number): void {
    this.#wallMs += byMs;
  }

  /** Run everything due within `byMs`, each at its own instant, and leave the clock `byMs` later. */
  async advance(byMs: Millis): Promise<void> {
    const untilMs = this.#nowMs + byMs;
    await this.#runDue(untilMs, () => false);
    this.#moveTo(untilMs);
    await this.#yieldTurn();
  }

  /** Advance until `condition` holds. @throws UsageError `sim/stuck` when it has not within `limitMs`. */
  async until(condition: () => boolean, limitMs: Millis = HOUR_MS): Promise<void> {
    const untilMs = this.#nowMs + limitMs;
    await this.#yieldTurn();
    if (condition()) return;
    const met = await this.#runDue(untilMs, condition);
    if (!met) {
      throw new UsageError('sim/stuck', `condition not met within ${limitMs} ms of virtual time`, {
        limitMs,
      });
    }
  }

  /** Advance until `promise` settles, and give its value. */
  async settle<Value>(promise: Promise<Value>, limitMs: Millis = HOUR_MS): Promise<Value> {
    let settled = false;
    const mark = () => {
      settled = true;
    };
    promise.then(mark, mark);
    await this.until(() => settled, limitMs);
    return promise;
  }

  /** Names of the timers still armed. */
  get pending(): readonly string[] {
    return this.#timers
      .live()
      .toSorted((one, other) => one.order - other.order)
      .map(({name}) => name);
  }

  assertIdle(): void {
    if (this.#timers.size > 0) {
      throw new UsageError('sim/timers-left', `timers left behind: ${this.pending.join(', ')}`);
    }
  }

  async #runDue(untilMs: Millis, stop: () => boolean): Promise<boolean> {
    let sameInstant = 0;
    for (;;) {
      const next = this.#timers.take(untilMs);
      if (!next) return false;
      sameInstant = next.dueMs > this.#nowMs ? 0 : sameInstant + 1;
      if (sameInstant > MAX_CALLBACKS_PER_INSTANT) {
        throw new UsageError('sim/busy-loop', `"${next.name}" re-arms without time moving`);
      }
      this.#moveTo(next.dueMs);
      next.callback();
      await this.#yieldTurn();
      if (stop()) return true;
    }
  }

  #moveTo(toMs: Millis): void {
    this.#wallMs += toMs - this.#nowMs;
    this.#nowMs = toMs;
  }
}
