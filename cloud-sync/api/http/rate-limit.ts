import type {Clock, Millis} from '../../../protocols/base/clock.js';
import {SECOND_MS} from '../../../protocols/base/units.js';

export interface Rate {
  /** So many at once after a pause. */
  readonly burst: number;
  /** And so many for good. */
  readonly perSecond: number;
}

interface Bucket {
  readonly level: number;
  readonly atMs: Millis;
}

/** Names that are remembered. Beyond, the one that was quiet for longest is forgotten: it starts full. */
const MAX_NAMES = 20_000;

/** Bounds how often each name may do something: one token bucket each, in the memory of one worker. */
export class RateLimit {
  readonly #clock: Clock;
  readonly #rate: Rate;
  readonly #maxNames: number;
  /** The quietest first. */
  readonly #buckets = new Map<string, Bucket>();

  constructor(clock: Clock, rate: Rate, maxNames = MAX_NAMES) {
    this.#clock = clock;
    this.#rate = rate;
    this.#maxNames = maxNames;
  }

  /** Undefined: go on, it is counted. Otherwise in how many whole seconds it is worth another try. */
  take(name: string): number | undefined {
    const level = this.#levelOf(name);
    const isAllowed = level >= 1;
    this.#buckets.delete(name);
    this.#buckets.set(name, {
      level: isAllowed ? level - 1 : level,
      atMs: this.#clock.nowMs(),
    });
    for (const quietest of this.#buckets.keys()) {
      if (this.#buckets.size <= this.#maxNames) break;
      this.#buckets.delete(quietest);
    }
    return isAllowed ? undefined : this.#waitS(level);
  }

  /** The same without counting. */
  look(name: string): number | undefined {
    const level = this.#levelOf(name);
    return level >= 1 ? undefined : this.#waitS(level);
  }

  /** How many names are remembered. */
  get size(): number {
    return this.#buckets.size;
  }

  #levelOf(name: string): number {
    const bucket = this.#buckets.get(name);
    const {burst, perSecond} = this.#rate;
    if (!bucket) return burst;
    const passedS = (this.#clock.nowMs() - bucket.atMs) / SECOND_MS;
    return Math.min(burst, bucket.level + passedS * perSecond);
  }

  #waitS(level: number): number {
    return Math.max(1, Math.ceil((1 - level) / this.#rate.perSecond));
  }
}
