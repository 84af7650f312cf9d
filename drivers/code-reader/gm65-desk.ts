import {concatBytes} from '../../protocols/base/bytes.js';
import type {Clock, Millis, Timer} from '../../protocols/base/clock.js';
import {
  decodeGm65Reply,
  encodeGm65Command,
  type Gm65Command,
  type Gm65Reply,
} from '../../protocols/code-reader/gm65.js';

/** How long a module may take to answer. `assumed:` far above what it takes. */
const REPLY_MS: Millis = 500;
/** A head that no reply follows was part of a code. */
const HELD_MS: Millis = 100;

export interface Gm65DeskOptions {
  readonly name: string;
  readonly clock: Clock;
  write(bytes: Uint8Array): boolean;
  /** Bytes that are no reply: codes. */
  onCodes(bytes: Uint8Array): void;
}

interface Question {
  readonly patience: Timer;
  resolve(reply: Gm65Reply | undefined): void;
}

/**
 * Takes a module's replies out of the stream in which it also sends its codes, and asks one question
 * at a time. A reply that nobody waits for any more is dropped, never taken for a code.
 */
export class Gm65Desk {
  readonly #options: Gm65DeskOptions;
  #held: Uint8Array = new Uint8Array(0);
  #holding: Timer | undefined;
  #question: Question | undefined;

  constructor(options: Gm65DeskOptions) {
    this.#options = options;
  }

  /** Undefined: not sent, or not answered in time. One question at a time. */
  ask(command: Gm65Command): Promise<Gm65Reply | undefined> {
    return new Promise(resolve => {
      const {clock, name, write} = this.#options;
      if (!write(encodeGm65Command(command))) {
        resolve(undefined);
        return;
      }
      const patience = clock.timer(`gm65 reply ${name}`, REPLY_MS, () => this.#settle());
      this.#question = {patience, resolve};
    });
  }

  hear(bytes: Uint8Array): void {
    this.#holding?.cancel();
    let rest = concatBytes(this.#held, bytes);
    while (rest.length > 0) {
      const decoded = decodeGm65Reply(rest);
      if (decoded.kind === 'wait') break;
      if (decoded.kind === 'frame') this.#settle(decoded.frame);
      else this.#options.onCodes(rest.slice(0, decoded.used));
      rest = rest.subarray(decoded.used);
    }
    this.#held = rest.slice();
    if (rest.length > 0) this.#hold();
  }

  /** The port came or went, or the reader closes. */
  reset(): void {
    this.#holding?.cancel();
    this.#held = new Uint8Array(0);
    this.#settle();
  }

  #hold(): void {
    const {clock, name, onCodes} = this.#options;
    this.#holding = clock.timer(`gm65 held ${name}`, HELD_MS, () => {
      const codes = this.#held;
      this.#held = new Uint8Array(0);
      onCodes(codes);
    });
  }

  #settle(reply?: Gm65Reply): void {
    const question = this.#question;
    this.#question = undefined;
    question?.patience.cancel();
    question?.resolve(reply);
  }
}
