import type {Millis} from '../../protocols/base/clock.js';
import type {SimStall} from './sim-house.js';

const TENTH_ML = 100;

/** How long a tenth of a litre waits for its display, for each that a writing brings. */
export class DisplayLag {
  readonly #stall: SimStall;
  readonly #lagsMs: number[];
  readonly #startMl: number;
  /** When each tenth had run, by its number. */
  readonly #ranMs: number[] = [];
  #written = 0;
  #shown = 0;

  constructor(stall: SimStall, lagsMs: number[]) {
    this.#stall = stall;
    this.#lagsMs = lagsMs;
    this.#startMl = stall.pipe.totalMl;
    this.#written = stall.display.history.length;
  }

  look(nowMs: Millis): void {
    const {pipe, display} = this.#stall;
    const tenths = Math.floor((pipe.totalMl - this.#startMl) / TENTH_ML);
    while (this.#ranMs.length <= tenths) this.#ranMs.push(nowMs);
    for (const {screen, atMs} of display.history.slice(this.#written)) {
      this.#written += 1;
      const litres = Number(/^([\d.]+)L /.exec(screen.lines[0] ?? '')?.[1] ?? 0);
      const shown = Math.round(litres * 10);
      for (let tenth = this.#shown + 1; tenth <= shown; tenth += 1) {
        const ranMs = this.#ranMs[tenth];
        if (ranMs !== undefined) this.#lagsMs.push(Math.max(0, atMs - ranMs));
      }
      this.#shown = Math.max(this.#shown, shown);
    }
  }
}
