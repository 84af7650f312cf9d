import type {Clock, Entropy, Millis, Timer} from '../../protocols/base/clock.js';

/** What happens to messages on their way, each as a share 0..1; `holdMs` = the longest a reordered one
 *  is held back. */
export interface MessageFaults {
  readonly loss: number;
  readonly duplicate: number;
  readonly reorder: number;
  readonly holdMs: Millis;
  /** How long every message is under way; 0 when left out. */
  readonly delayMs?: Millis;
}

export const NO_FAULTS: MessageFaults = {loss: 0, duplicate: 0, reorder: 0, holdMs: 0};

/** Carries messages one way and loses, doubles and swaps some of them. */
export class FaultyWay<Message> {
  readonly #clock: Clock;
  readonly #entropy: Entropy;
  readonly #faults: MessageFaults;
  readonly #deliver: (message: Message) => void;
  readonly #held = new Set<Timer>();

  constructor(
    parts: {readonly clock: Clock; readonly entropy: Entropy; readonly faults: MessageFaults},
    deliver: (message: Message) => void,
  ) {
    this.#clock = parts.clock;
    this.#entropy = parts.entropy;
    this.#faults = parts.faults;
    this.#deliver = deliver;
  }

  send(message: Message): void {
    const {loss, duplicate} = this.#faults;
    if (this.#happens(loss)) return;
    this.#pass(message);
    if (this.#happens(duplicate)) this.#pass(message);
  }

  /** What is still held is lost with the connection. */
  close(): void {
    for (const timer of this.#held) timer.cancel();
    this.#held.clear();
  }

  #pass(message: Message): void {
    const {reorder, holdMs, delayMs = 0} = this.#faults;
    const heldMs = this.#happens(reorder) ? this.#entropy.fraction() * holdMs : 0;
    if (heldMs + delayMs === 0) {
      this.#deliver(message);
      return;
    }
    const afterMs = heldMs + delayMs;
    const timer = this.#clock.timer('held message', afterMs, () => {
      this.#held.delete(timer);
      this.#deliver(message);
    });
    this.#held.add(timer);
  }

  #happens(share: number): boolean {
    return share > 0 && this.#entropy.fraction() < share;
  }
}
