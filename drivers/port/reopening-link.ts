import type {Clock, Timer} from '../../protocols/base/clock.js';
import {LinkError} from '../../protocols/base/errors.js';
import {backoffDelayMs, REOPEN_BACKOFF} from './backoff.js';
import type {ByteLink, ByteLinkListener} from './byte-link.js';

/** What one opened carrier tells. `lost` ends it; nothing counts after that. */
export interface CarrierEvents {
  opened(): void;
  received(bytes: Uint8Array): void;
  lost(reason: LinkError): void;
}

/** One serial port object, one socket: used for a single opening and then thrown away. */
export interface Carrier {
  /** Hand all bytes over in order; `false`: nothing was taken. */
  write(bytes: Uint8Array): boolean;
  /** Settles when the carrier is released, also while it is still opening; never rejects. */
  close(): Promise<void>;
}

/** Start to open a fresh carrier. Events never come before this returns. */
export type OpenCarrier = (events: CarrierEvents) => Carrier;

export interface ReopeningLinkOptions {
  readonly name: string;
  readonly clock: Clock;
  /** Uniform in [0, 1): jitter of the reopening. */
  readonly fraction: () => number;
  readonly openCarrier: OpenCarrier;
}

/**
 * The life of a link whatever carries it: open, lose, wait, open again with a fresh carrier. Bytes and
 * losses of an earlier carrier are never taken for those of the present one.
 */
export class ReopeningLink implements ByteLink {
  readonly name: string;
  readonly #options: ReopeningLinkOptions;
  #listener: ByteLinkListener | undefined;
  #carrier: Carrier | undefined;
  #releasing: Promise<void> = Promise.resolve();
  #retry: Timer | undefined;
  #attempt = 0;
  #isUp = false;
  #lossTold = false;
  #closed = false;

  constructor(options: ReopeningLinkOptions) {
    this.name = options.name;
    this.#options = options;
  }

  get isUp(): boolean {
    return this.#isUp;
  }

  open(listener: ByteLinkListener): void {
    if (this.#listener || this.#closed) return;
    this.#listener = listener;
    this.#openFresh();
  }

  write(bytes: Uint8Array): boolean {
    return this.#isUp && (this.#carrier?.write(bytes) ?? false);
  }

  reopen(why: string): void {
    if (!this.#listener || this.#closed) return;
    this.#retry?.cancel();
    this.#drop(new LinkError('port/lost', `${this.name} is given up: ${why}`, {link: this.name}));
    this.#afterRelease(() => this.#openFresh());
  }

  async close(): Promise<void> {
    this.#closed = true;
    this.#isUp = false;
    this.#retry?.cancel();
    this.#release();
    await this.#releasing;
  }

  #openFresh(): void {
    let mine: Carrier | undefined;
    const current = () => mine !== undefined && this.#carrier === mine;
    mine = this.#options.openCarrier({
      opened: () => {
        if (!current()) return;
        this.#isUp = true;
        this.#lossTold = false;
        this.#listener?.onUp();
      },
      received: bytes => {
        if (!current() || !this.#isUp) return;
        // Only bytes prove a port: one that opens and dies again must keep its growing delay.
        this.#attempt = 0;
        this.#listener?.onBytes(bytes);
      },
      lost: reason => {
        if (!current()) return;
        this.#drop(reason);
        this.#retryLater();
      },
    });
    this.#carrier = mine;
  }

  #drop(reason: LinkError): void {
    this.#isUp = false;
    this.#release();
    if (this.#lossTold) return;
    this.#lossTold = true;
    this.#listener?.onDown(reason);
  }

  #release(): void {
    const carrier = this.#carrier;
    this.#carrier = undefined;
    if (carrier) this.#releasing = Promise.all([this.#releasing, carrier.close()]).then(() => {});
  }

  #retryLater(): void {
    if (this.#closed) return;
    const {clock, fraction} = this.#options;
    const delayMs = backoffDelayMs(REOPEN_BACKOFF, this.#attempt, fraction());
    this.#attempt += 1;
    this.#retry = clock.timer(`reopen ${this.name}`, delayMs, () => {
      this.#afterRelease(() => this.#openFresh());
    });
  }

  /** The old object may still hold the lock of the port: opening before it let go would fail. */
  #afterRelease(next: () => void): void {
    const releasing = this.#releasing;
    void releasing.then(() => {
      const overtaken = this.#releasing !== releasing || this.#carrier !== undefined;
      if (!this.#closed && !overtaken) next();
    });
  }
}
