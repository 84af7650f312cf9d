import type {Millis, UnixMillis} from '../../protocols/base/clock.js';

/** How well the time is known: synced lately, drifting since, or only a lower bound. */
export type ClockState = 'ok' | 'holdover' | 'floor';

/** Both clocks at one instant, and what the wall clock is worth. */
export interface Stamp {
  readonly nowMs: Millis;
  readonly wallMs: UnixMillis;
  readonly clk: ClockState;
}
