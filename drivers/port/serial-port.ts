import {SerialPort} from 'serialport';
import type {Clock} from '../../protocols/base/clock.js';
import {errorText, LinkError} from '../../protocols/base/errors.js';
import type {ByteLink} from './byte-link.js';
import {type Carrier, type CarrierEvents, ReopeningLink} from './reopening-link.js';

export interface SerialLinkOptions {
  /** `/dev/serial/by-id/...` or another name that survives a replug. */
  readonly path: string;
  readonly baudRate: number;
  readonly parity?: 'none' | 'even' | 'odd';
  readonly stopBits?: 1 | 2;
  readonly clock: Clock;
  /** Uniform in [0, 1): jitter of the reopening. */
  readonly fraction: () => number;
}

/** More than this unsent means that the driver is stuck: a late command must not wait in a buffer. */
const LONGEST_BACKLOG_BYTES = 4096;
/** `set` writes every modem line, so all are named: those left out would be raised silently. */
const PORT_FLAGS = {brk: false, cts: false, dsr: false, dtr: true, rts: true, lowLatency: true};

/**
 * A serial port, 8 data bits, locked for this process. A new port object for every opening, since
 * serialport keeps what was written to a closed port and sends it after the next open.
 * Codes: `port/missing` no such device, `port/denied` no permission, `port/locked` another process
 * holds it, `port/lost` anything else: every error of an open port means that it is gone.
 */
export function createSerialLink(options: SerialLinkOptions): ByteLink {
  return new ReopeningLink({
    name: options.path,
    clock: options.clock,
    fraction: options.fraction,
    openCarrier: events => new SerialCarrier(options, events),
  });
}

class SerialCarrier implements Carrier {
  readonly #path: string;
  readonly #clock: Clock;
  readonly #port: SerialPort;
  readonly #events: CarrierEvents;
  readonly #opening: Promise<void>;
  #stalled = false;

  constructor(options: SerialLinkOptions, events: CarrierEvents) {
    this.#path = options.path;
    this.#clock = options.clock;
    this.#events = events;
    this.#port = new SerialPort({
      path: options.path,
      baudRate: options.baudRate,
      dataBits: 8,
      parity: options.parity ?? 'none',
      stopBits: options.stopBits ?? 1,
      lock: true,
      autoOpen: false,
    });
    // Without a data listener an unplugged port is noticed only at the next write.
    this.#port.on('data', (bytes: Uint8Array) => events.received(bytes));
    this.#port.on('error', (error: Error) => this.#lost(error.message, error));
    this.#port.on('close', (error: Error | null) => this.#lost(error?.message ?? 'closed', error));
    this.#port.on('end', () => this.#lost('the system ended the stream'));
    this.#opening = new Promise(resolve => {
      this.#port.open(error => {
        resolve();
        if (error) events.lost(openFailure(options.path, error));
        else this.#begin();
      });
    });
  }

  write(bytes: Uint8Array): boolean {
    if (!this.#port.isOpen || this.#stalled) return false;
    if (this.#port.writableLength > LONGEST_BACKLOG_BYTES) {
      this.#stalled = true;
      this.#clock.timer(`stalled ${this.#path}`, 0, () => this.#lost('takes no more bytes'));
      return false;
    }
    this.#port.write(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength));
    return true;
  }

  async close(): Promise<void> {
    await this.#opening;
    if (!this.#port.isOpen) return;
    // A failing close has released nothing we could still release; the object is thrown away either way.
    await new Promise<void>(resolve => this.#port.close(() => resolve()));
  }

  #begin(): void {
    // Pseudo-terminals and some drivers know no low latency; the port works without it.
    this.#port.set(PORT_FLAGS, () => {
      if (this.#port.isOpen) this.#events.opened();
    });
  }

  #lost(why: string, cause?: unknown): void {
    const context = {path: this.#path};
    this.#events.lost(
      new LinkError('port/lost', `${this.#path} is lost: ${why}`, context, cause ?? undefined),
    );
  }
}

/** What an opening that failed means; serialport gives no error codes, only the text of strerror. */
export function openFailure(path: string, error: Error): LinkError {
  const text = errorText(error);
  const known: readonly (readonly [RegExp, string, string])[] = [
    [/no such (file|device)|ENOENT/i, 'port/missing', 'is not there'],
    [/permission denied|EACCES/i, 'port/denied', 'may not be opened by this user'],
    [/cannot lock|temporarily unavailable|busy/i, 'port/locked', 'is held by another process'],
  ];
  const match = known.find(([pattern]) => pattern.test(text));
  const [, code, what] = match ?? [undefined, 'port/lost', 'cannot be opened'];
  return new LinkError(code, `${path} ${what}: ${text}`, {path}, error);
}
