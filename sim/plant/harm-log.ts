import type {Clock, Millis} from '../../protocols/base/clock.js';
import type {BayId} from '../../protocols/site/ids.js';

/** Something that must never happen, and did. */
export interface Harm {
  readonly bay: BayId;
  readonly what: string;
  readonly atMs: Millis;
}

/** The damage done at a site. A scenario that is not about damage asserts that it is empty. */
export class HarmLog {
  readonly #clock: Clock;
  readonly #entries: Harm[] = [];

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  get entries(): readonly Harm[] {
    return this.#entries;
  }

  record(bay: BayId, what: string): void {
    this.#entries.push({bay, what, atMs: this.#clock.nowMs()});
  }
}
