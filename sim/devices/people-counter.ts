import type {Clock, Millis} from '../../protocols/base/clock.js';

export interface PeopleCounterOptions {
  readonly clock: Clock;
  /** Where both 16-bit counters stand at power-up. */
  readonly count?: number;
}

/** How long a person takes from one beam to the other. */
const STEP_MS: Millis = 400;

/** A door with two beams, A outside, on the counting inputs of a board. */
export class PeopleCounter {
  isUnplugged = false;
  readonly #clock: Clock;
  #a: number;
  #b: number;

  constructor({clock, count = 0}: PeopleCounterOptions) {
    this.#clock = clock;
    this.#a = count;
    this.#b = count;
  }

  /** What the board counts: it runs over at 16 bits. */
  get counts(): {readonly a: number; readonly b: number} {
    return {a: this.#a & 0xffff, b: this.#b & 0xffff};
  }

  async pass(way: 'in' | 'out'): Promise<void> {
    this.#break(way === 'in' ? 'a' : 'b');
    await this.#clock.sleep(STEP_MS);
    this.#break(way === 'in' ? 'b' : 'a');
    await this.#clock.sleep(STEP_MS);
  }

  /** Low and fast: both beams at once, as far as anybody can tell. */
  dog(): void {
    this.#break('a');
    this.#break('b');
  }

  /** Wheels, handle, bag: many breaks of the first beam, then of the second. */
  async suitcase(): Promise<void> {
    this.#break('a', 4);
    await this.#clock.sleep(STEP_MS);
    this.#break('b', 4);
    await this.#clock.sleep(STEP_MS);
  }

  /** Cloth in the draught, in both beams all the time. */
  async curtain(times: number): Promise<void> {
    for (let no = 0; no < times; no += 1) {
      this.#break('a');
      this.#break('b');
      await this.#clock.sleep(STEP_MS);
    }
  }

  async turnBack(): Promise<void> {
    this.#break('a');
    await this.#clock.sleep(2 * STEP_MS);
    this.#break('a');
    await this.#clock.sleep(2000);
  }

  /** The board lost its power: it counts from 0. */
  reset(): void {
    this.#a = 0;
    this.#b = 0;
  }

  #break(beam: 'a' | 'b', times = 1): void {
    if (beam === 'a') this.#a += times;
    else this.#b += times;
  }
}
