import type {Clock, Millis} from '../../protocols/base/clock.js';
import {LastValueWriter} from '../lifecycle/last-value-writer.js';
import type {HeldOutput, RelayBoard} from './contract.js';

export interface HeldRelayOptions {
  readonly name: string;
  readonly clock: Clock;
  readonly relays: RelayBoard;
  readonly output: number;
}

const RETRY_MS: Millis = 1000;
const REFRESH_MS: Millis = 30_000;

/**
 * One relay held at the last value asked for: sent again every 30 s, 1 s after a failure, when its
 * board comes back, and at once when the board is seen to have it otherwise. Nothing goes out before
 * the first `set`.
 */
export class HeldRelay implements HeldOutput {
  readonly #writer: LastValueWriter<boolean>;
  readonly #leave: () => void;
  #wanted: boolean | undefined;

  constructor({name, clock, relays, output}: HeldRelayOptions) {
    this.#writer = new LastValueWriter<boolean>({
      name,
      clock,
      settleMs: 0,
      retryMs: RETRY_MS,
      refreshMs: REFRESH_MS,
      send: async on => {
        const outcome = await relays.set(output, on);
        return outcome === 'proven' || outcome === 'acknowledged';
      },
    });
    this.#leave = relays.watch({
      onOutputs: outputs => {
        const isLost = this.#wanted !== undefined && outputs[output] !== this.#wanted;
        if (isLost) this.#writer.resend();
      },
      onHealth: health => this.#writer.follow(health),
    });
    this.#writer.follow(relays.health);
  }

  set(on: boolean): void {
    this.#wanted = on;
    this.#writer.set(on);
  }

  close(): void {
    this.#leave();
    this.#writer.close();
  }
}
