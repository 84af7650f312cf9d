import type {Clock, Millis} from '../../protocols/base/clock.js';
import type {Bay, EntryOutcome} from './bay.js';

/** How often a waiting driver looks at the arm. */
const LOOK_MS: Millis = 250;

/** A car with a driver who obeys what he sees, unless he is told to ram. */
export class Car {
  readonly plate: string;
  readonly #clock: Clock;
  #bay: Bay | undefined;

  constructor(options: {readonly clock: Clock; readonly plate: string}) {
    this.#clock = options.clock;
    this.plate = options.plate;
  }

  /** Where it stands. */
  get bay(): Bay | undefined {
    return this.#bay;
  }

  /** Drive onto a bay after some time, if its arm lies flat by then. */
  async enter(bay: Bay, afterMs: Millis = 0): Promise<EntryOutcome> {
    await this.#clock.sleep(afterMs);
    return this.#took(bay, bay.enter(this.plate));
  }

  /** Wait in front of a bay until its arm lies flat, at most `patienceMs`, then drive in. */
  async enterWhenDown(
    bay: Bay,
    {patienceMs, manoeuvreMs = 0}: {readonly patienceMs: Millis; readonly manoeuvreMs?: Millis},
  ): Promise<EntryOutcome> {
    const untilMs = this.#clock.nowMs() + patienceMs;
    while (bay.lock.position > 0 && this.#clock.nowMs() < untilMs) {
      await this.#clock.sleep(LOOK_MS);
    }
    return this.enter(bay, manoeuvreMs);
  }

  /** Drive onto a bay over whatever is there. */
  ram(bay: Bay): EntryOutcome {
    return this.#took(bay, bay.ram(this.plate));
  }

  async leave(afterMs: Millis = 0): Promise<void> {
    await this.#clock.sleep(afterMs);
    this.#bay?.leave();
    this.#bay = undefined;
  }

  #took(bay: Bay, outcome: EntryOutcome): EntryOutcome {
    if (outcome === 'entered') this.#bay = bay;
    return outcome;
  }
}
