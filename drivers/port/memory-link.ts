import type {Clock, Timer} from '../../protocols/base/clock.js';
import {LinkError} from '../../protocols/base/errors.js';
import type {ByteLink, FarEnd} from './byte-link.js';
import {type Carrier, type CarrierEvents, ReopeningLink} from './reopening-link.js';

export interface MemoryLinkOptions {
  readonly clock: Clock;
  readonly name: string;
  /** Jitter of the reopening; without it the delays are the plan's own. */
  readonly fraction?: () => number;
}

export interface MemoryPair {
  readonly link: ByteLink;
  readonly far: FarEnd;
}

/** A link and its far side in one process: bytes arrive at the instant they were sent, never inside the call that sent them. */
export function createMemoryPair(options: MemoryLinkOptions): MemoryPair {
  const cable = new MemoryCable(options);
  const link = new ReopeningLink({
    name: `memory:${options.name}`,
    clock: options.clock,
    fraction: options.fraction ?? (() => 0.5),
    openCarrier: events => cable.plugIn(events),
  });
  return {link, far: cable};
}

class MemoryCable implements FarEnd {
  readonly #clock: Clock;
  readonly #name: string;
  readonly #underway = new Set<Timer>();
  #events: CarrierEvents | undefined;
  #listener: ((bytes: Uint8Array) => void) | undefined;
  #isPlugged = true;

  constructor(options: MemoryLinkOptions) {
    this.#clock = options.clock;
    this.#name = options.name;
  }

  plugIn(events: CarrierEvents): Carrier {
    this.#events = events;
    this.#soon(() => {
      if (this.#isPlugged) events.opened();
      else events.lost(this.#error('port/missing', 'is unplugged'));
    });
    return {
      write: bytes => {
        const copy = bytes.slice();
        this.#soon(() => this.#listener?.(copy));
        return true;
      },
      close: () => {
        if (!this.#events || this.#events === events) this.#cut();
        return Promise.resolve();
      },
    };
  }

  send(bytes: Uint8Array): void {
    const events = this.#events;
    if (!this.#isPlugged || !events) return;
    const copy = bytes.slice();
    this.#soon(() => events.received(copy));
  }

  onBytes(listener: (bytes: Uint8Array) => void): void {
    this.#listener = listener;
  }

  unplug(): void {
    if (!this.#isPlugged) return;
    this.#isPlugged = false;
    const events = this.#events;
    this.#cut();
    if (events) this.#soon(() => events.lost(this.#error('port/lost', 'was unplugged')));
  }

  replug(): void {
    this.#isPlugged = true;
  }

  close(): Promise<void> {
    this.#listener = undefined;
    this.unplug();
    return Promise.resolve();
  }

  /** What is on the way when a cable is cut arrives nowhere. */
  #cut(): void {
    this.#events = undefined;
    for (const timer of this.#underway) timer.cancel();
    this.#underway.clear();
  }

  #soon(deliver: () => void): void {
    const timer = this.#clock.timer(`memory ${this.#name}`, 0, () => {
      this.#underway.delete(timer);
      deliver();
    });
    this.#underway.add(timer);
  }

  #error(code: string, what: string): LinkError {
    return new LinkError(code, `memory:${this.#name} ${what}`, {link: this.#name});
  }
}
