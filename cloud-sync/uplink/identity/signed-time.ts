import type {Clock, Millis, UnixMillis} from '../../../protocols/base/clock.js';
import {LONE_REACH_MS} from '../../../protocols/site/time-trust.js';

/** assumed: 100 ppm bounds the drift of an uncompensated crystal (sync.md 5.4). */
const DRIFT = 100e-6;

/** What is surely past by signed words alone, carried on by the monotonic clock. Never goes back. */
export class SignedTime {
  readonly #clock: Clock;
  #floorMs: number;
  #monoMs: Millis;

  constructor(clock: Clock, floorMs: UnixMillis) {
    this.#clock = clock;
    this.#floorMs = floorMs;
    this.#monoMs = clock.nowMs();
  }

  /**
   * It is not earlier, however long the word was under way. One that reaches too far ahead is of a cloud
   * whose clock is wrong: by it the broker's own certificate would have ended.
   */
  raise(floorMs: UnixMillis): void {
    if (floorMs - this.floorMs() > LONE_REACH_MS) return;
    this.#floorMs = Math.max(this.floorMs(), floorMs);
    this.#monoMs = this.#clock.nowMs();
  }

  floorMs(): UnixMillis {
    const passedMs = (this.#clock.nowMs() - this.#monoMs) * (1 - DRIFT);
    return Math.floor(this.#floorMs + passedMs) as UnixMillis;
  }
}
