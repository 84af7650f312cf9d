import type {Millis} from '../../protocols/base/clock.js';

/** Steps of 0.2 s: a whole number of seconds comes out only when the instant is within 100 ms of it. */
const STEPS_PER_SECOND = 5;

/** Instants as seconds after `fromMs`, to the tolerance of the requirements (100 ms either way). */
export function secondsSince(fromMs: Millis, instants: readonly Millis[]): readonly number[] {
  return instants.map(
    atMs => Math.round(((atMs - fromMs) / 1000) * STEPS_PER_SECOND) / STEPS_PER_SECOND,
  );
}
