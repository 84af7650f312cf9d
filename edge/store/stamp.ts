import type {Millis, UnixMillis} from '../../protocols/base/clock.js';
import type {ClockState} from '../domain/time/time-machine.js';

/** Both clocks at one instant, and what the wall clock is worth. */
export interface Stamp {
  readonly nowMs: Millis;
  readonly wallMs: UnixMillis;
  readonly clk: ClockState;
}
