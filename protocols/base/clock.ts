/** Milliseconds on a monotonic clock whose zero means nothing; fractions allowed. Also every duration. */
export type Millis = number;

declare const unixBrand: unique symbol;
/** Milliseconds since 1970-01-01T00:00Z. Branded: a monotonic reading never passes for a date. */
export type UnixMillis = number & {readonly [unixBrand]: true};

export interface Timer {
  /** Idempotent; after it the callback never runs. */
  cancel(): void;
}

/**
 * Time as everything above `edge/platform` sees it. One instance per daemon, handed in, never global,
 * so that a test owns its time.
 *
 * - `nowMs` is monotonic: deadlines, durations and bills use it alone.
 * - `wallMs` may jump either way (no RTC, NTP): it is shown and stored, never compared with `nowMs`.
 * - Callbacks run on the owner's thread, in due order; equal times run in order of creation.
 */
export interface Clock {
  nowMs(): Millis;
  wallMs(): UnixMillis;
  /** Run `callback` once, `afterMs` from now or later. `name` shows in diagnostics and leak reports. */
  timer(name: string, afterMs: Millis, callback: () => void): Timer;
  /** Settles after `afterMs`; rejects with `signal.reason` when aborted first. */
  sleep(afterMs: Millis, signal?: AbortSignal): Promise<void>;
  /**
   * Run `callback` as closely after `atMs` as the platform can, never before it: made for the end of
   * a line's silence (t3.5), where a whole timer tick of lateness costs throughput and a tick of
   * earliness breaks the protocol. May block the thread for the last <= 2 ms. When `atMs` has passed
   * the callback runs before `waitUntil` returns.
   */
  waitUntil(atMs: Millis, callback: () => void): Timer;
}

/** Randomness and ids, injected like time. */
export interface Entropy {
  /** `length` bytes fit for keys and nonces. */
  bytes(length: number): Uint8Array;
  /** Uniform in [0, 1), for jitter. */
  fraction(): number;
  /** A new ULID: 26 characters, ordered by the wall clock and unique on this gateway. */
  ulid(): string;
}
