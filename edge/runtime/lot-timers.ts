import type {Clock, Millis, Timer} from '../../protocols/base/clock.js';
import type {LotTimer} from '../domain/lot/contract.js';

/** The named timers of the lot machine: one per distinct value, restarted when started again. */
export class LotTimers {
  readonly #clock: Clock;
  readonly #onDue: (timer: LotTimer) => void;
  readonly #armed = new Map<string, Timer>();

  constructor(clock: Clock, onDue: (timer: LotTimer) => void) {
    this.#clock = clock;
    this.#onDue = onDue;
  }

  start(timer: LotTimer, afterMs: Millis): void {
    const key = keyOf(timer);
    this.#armed.get(key)?.cancel();
    const armed = this.#clock.timer(key, afterMs, () => {
      this.#armed.delete(key);
      this.#onDue(timer);
    });
    this.#armed.set(key, armed);
  }

  cancel(timer: LotTimer): void {
    const key = keyOf(timer);
    this.#armed.get(key)?.cancel();
    this.#armed.delete(key);
  }

  cancelAll(): void {
    for (const timer of this.#armed.values()) timer.cancel();
    this.#armed.clear();
  }
}

function keyOf(timer: LotTimer): string {
  return Object.values(timer).join(':');
}
