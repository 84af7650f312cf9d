import type {Clock, Millis} from '../../protocols/base/clock.js';

export interface NoiseMeterOptions {
  readonly clock: Clock;
  /** `bytes`: dropped in all since the start. */
  tell(bytes: number): void;
}

const TELL_EVERY_MS: Millis = 60_000;

/**
 * Tells how many bytes belonged to no frame: at the first, then at most once a minute while more
 * come. A loose plug makes thousands a second, and a log line for each would hide everything else.
 */
export class NoiseMeter {
  readonly #options: NoiseMeterOptions;
  #told = 0;
  #toldMs = Number.NEGATIVE_INFINITY;

  constructor(options: NoiseMeterOptions) {
    this.#options = options;
  }

  /** `bytes`: the running total, whenever it may have grown. */
  follow(bytes: number): void {
    const nowMs = this.#options.clock.nowMs();
    if (bytes === this.#told || nowMs - this.#toldMs < TELL_EVERY_MS) return;
    this.#told = bytes;
    this.#toldMs = nowMs;
    this.#options.tell(bytes);
  }
}
