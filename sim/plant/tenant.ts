import type {Clock, Millis} from '../../protocols/base/clock.js';
import type {CardField, SimCard} from '../devices/sim-card.js';

/** How long people hold a card to a reader. */
const HOLD_MS: Millis = 600;

export interface TapRhythm {
  readonly times: number;
  /** Start to start; longer than `holdMs`. */
  readonly everyMs: Millis;
  readonly holdMs: Millis;
}

/** Somebody with a card in his hand. */
export class Tenant {
  readonly card: SimCard;
  readonly #clock: Clock;

  constructor(options: {readonly clock: Clock; readonly card: SimCard}) {
    this.#clock = options.clock;
    this.card = options.card;
  }

  /** Hold the card to a reader, and take it away again. */
  async tap(field: CardField, holdMs: Millis = HOLD_MS): Promise<void> {
    field.present(this.card);
    await this.#clock.sleep(holdMs);
    field.remove(this.card.uid);
  }

  /** An impatient person: the same card again and again. */
  async tapAgainAndAgain(field: CardField, rhythm: TapRhythm): Promise<void> {
    for (let tap = 1; tap <= rhythm.times; tap += 1) {
      await this.tap(field, rhythm.holdMs);
      if (tap < rhythm.times) await this.#clock.sleep(rhythm.everyMs - rhythm.holdMs);
    }
  }
}
