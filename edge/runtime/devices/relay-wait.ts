import type {RelayBoard} from '../../../drivers/relay-board/contract.js';
import type {Clock, Millis} from '../../../protocols/base/clock.js';

/** At the start the line of the relays may come up a moment later than that of the counters. */
const WITHIN_MS: Millis = 2000;

/** Waits for a relay board to answer, for an order that must not be lost. */
export class RelayWait {
  readonly #relays: RelayBoard;
  readonly #clock: Clock;
  readonly #waiting = new Set<() => void>();
  #isClosed = false;

  constructor(relays: RelayBoard, clock: Clock) {
    this.#relays = relays;
    this.#clock = clock;
  }

  /** Until the board answers, or not much longer. */
  untilReachable(): Promise<void> {
    if (this.#isClosed || this.#relays.health === 'ok') return Promise.resolve();
    return new Promise(resolve => {
      const end = () => {
        leave();
        limit.cancel();
        this.#waiting.delete(end);
        resolve();
      };
      const limit = this.#clock.timer(`relays ${this.#relays.id}`, WITHIN_MS, end);
      const leave = this.#relays.watch({
        onOutputs: () => {},
        onHealth: health => {
          if (health === 'ok') end();
        },
      });
      this.#waiting.add(end);
    });
  }

  /** Nobody waits any more. */
  close(): void {
    this.#isClosed = true;
    for (const end of [...this.#waiting]) end();
  }
}
