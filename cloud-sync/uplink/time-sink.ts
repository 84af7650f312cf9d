import type {Millis, UnixMillis} from '../../protocols/base/clock.js';
import type {ClockState} from '../../protocols/cloud/wire-words.js';

/** Whoever keeps the gateway's time of day: told what signed messages say, asked what it is worth. */
export interface TimeSink {
  read(): {readonly clk: ClockState};
  /** The cloud said `utcMs` at some instant within the last `roundTripMs`. */
  offer(utcMs: UnixMillis, roundTripMs: Millis): void;
}
