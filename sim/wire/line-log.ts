import type {Millis} from '../../protocols/base/clock.js';

export interface LineLogEntry {
  /** When its first bit was on the wire. */
  readonly atMs: Millis;
  readonly direction: 'toDevices' | 'toMaster';
  readonly bytes: Uint8Array;
}

/** The last frames of a line, oldest first: a bounded ring, since a site runs for months. */
export class LineLog {
  readonly #limit: number;
  #entries: LineLogEntry[] = [];

  constructor(limit: number) {
    this.#limit = limit;
  }

  add(entry: LineLogEntry): void {
    this.#entries.push(entry);
    // Cut by halves, not at every frame: shifting a long array per frame costs more than the frame.
    if (this.#entries.length >= this.#limit * 2) this.#entries = this.#entries.slice(-this.#limit);
  }

  get entries(): readonly LineLogEntry[] {
    return this.#entries.slice(-this.#limit);
  }

  /** Frames of the master that begin with `unit`. */
  framesTo(unit: number): readonly LineLogEntry[] {
    return this.entries.filter(entry => entry.direction === 'toDevices' && entry.bytes[0] === unit);
  }

  clear(): void {
    this.#entries = [];
  }
}
