import type {FarEnd} from '../../drivers/port/byte-link.js';
import {toHex} from '../../protocols/base/bytes.js';
import type {Clock, Millis} from '../../protocols/base/clock.js';

/** A far end without a link: it keeps what was sent, and a test plays the owner. */
export class RecordingEnd implements FarEnd {
  readonly #clock: Clock;
  readonly #sent: {readonly atMs: Millis; readonly bytes: Uint8Array}[] = [];
  #listener: (bytes: Uint8Array) => void = () => {};
  #isPlugged = true;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  get sent(): readonly {readonly atMs: Millis; readonly bytes: Uint8Array}[] {
    return this.#sent;
  }

  get sentHex(): readonly string[] {
    return this.#sent.map(entry => toHex(entry.bytes));
  }

  /** Speak as the owner of the link. */
  write(bytes: Uint8Array): void {
    if (this.#isPlugged) this.#listener(bytes);
  }

  forget(): void {
    this.#sent.length = 0;
  }

  send(bytes: Uint8Array): void {
    if (this.#isPlugged) this.#sent.push({atMs: this.#clock.nowMs(), bytes});
  }

  onBytes(listener: (bytes: Uint8Array) => void): void {
    this.#listener = listener;
  }

  unplug(): void {
    this.#isPlugged = false;
  }

  replug(): void {
    this.#isPlugged = true;
  }

  close(): Promise<void> {
    return Promise.resolve();
  }
}
