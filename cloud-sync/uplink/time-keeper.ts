import type {Clock, Millis, UnixMillis} from '../../protocols/base/clock.js';
import {DAY_MS, SECOND_MS} from '../../protocols/base/units.js';
import type {ClockState} from '../../protocols/cloud/wire-words.js';

/** What is known of the time of day: `utcMs` off by at most `errorMs`, or in `floor` only "not
 *  earlier than". */
export interface TimeReading {
  readonly clk: ClockState;
  readonly utcMs: UnixMillis;
  readonly errorMs: Millis;
}

interface Sync {
  readonly utcMs: number;
  readonly monoMs: Millis;
  readonly errorMs: Millis;
}

const FRESH_FOR_MS = DAY_MS;
/** assumed: 100 ppm bounds the drift of an uncompensated crystal (sync.md 5.4). */
const DRIFT = 100e-6;

/**
 * Time of day for a gateway whose clock may be dead: taken from signed messages, carried on by the
 * monotonic clock, never earlier than anything once known. @see sync.md 5.4
 */
export class TimeKeeper {
  readonly #clock: Clock;
  readonly #onOffer: ((utcMs: UnixMillis, roundTripMs: Millis) => void) | undefined;
  #floorMs: number;
  #sync: Sync | undefined;

  /** `floorMs`: the latest of the build time and what was stored of `floorMs()` before. `onOffer` hears
   *  what every trusted source said. */
  constructor(
    clock: Clock,
    floorMs: UnixMillis,
    onOffer?: (utcMs: UnixMillis, roundTripMs: Millis) => void,
  ) {
    this.#clock = clock;
    this.#floorMs = floorMs;
    this.#onOffer = onOffer;
  }

  /** A trusted source said `utcMs` at some instant within the last `roundTripMs`. A reading worse than
   *  what is known already is ignored. */
  offer(utcMs: UnixMillis, roundTripMs: Millis): void {
    this.#onOffer?.(utcMs, roundTripMs);
    const errorMs = roundTripMs / 2;
    if (this.#sync && this.#errorOf(this.#sync) < errorMs) return;
    this.#sync = {utcMs: utcMs + errorMs, monoMs: this.#clock.nowMs(), errorMs};
    this.#floorMs = Math.max(this.#floorMs, utcMs);
  }

  /** It is not earlier than this either. */
  raiseFloor(floorMs: UnixMillis): void {
    this.#floorMs = Math.max(this.#floorMs, floorMs);
  }

  read(): TimeReading {
    const sync = this.#sync;
    if (!sync) return {clk: 'floor', utcMs: this.floorMs(), errorMs: Number.POSITIVE_INFINITY};
    const elapsedMs = this.#clock.nowMs() - sync.monoMs;
    const utcMs = Math.round(Math.max(sync.utcMs + elapsedMs, this.#floorMs)) as UnixMillis;
    const clk = elapsedMs < FRESH_FOR_MS ? 'ok' : 'holdover';
    return {clk, utcMs, errorMs: this.#errorOf(sync)};
  }

  /** Surely past; to be stored every 10 minutes and handed to the next start. */
  floorMs(): UnixMillis {
    const sync = this.#sync;
    if (sync) {
      const sure = sync.utcMs + this.#clock.nowMs() - sync.monoMs - this.#errorOf(sync);
      this.#floorMs = Math.max(this.#floorMs, Math.floor(sure));
    }
    return this.#floorMs as UnixMillis;
  }

  #errorOf(sync: Sync): Millis {
    const elapsedMs = this.#clock.nowMs() - sync.monoMs;
    return (
      sync.errorMs + (elapsedMs < FRESH_FOR_MS ? elapsedMs * DRIFT : elapsedMs * DRIFT + SECOND_MS)
    );
  }
}
