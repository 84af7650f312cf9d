import type {Clock} from '../../protocols/base/clock.js';
import type {ScannerFamily} from '../../protocols/code-reader/scanner-family.js';
import type {DeviceId} from '../../protocols/site/ids.js';
import type {DeviceHealth} from '../bus/contract.js';
import type {TroubleListener} from '../lifecycle/polled-unit.js';
import type {ByteLink} from '../port/byte-link.js';
import {CodeStream} from './code-stream.js';
import type {CodeReader, CodeReaderListener} from './contract.js';

export interface SerialCodeReaderOptions {
  readonly id: DeviceId;
  /** Handed over: the reader opens it, and closes it with itself. */
  readonly link: ByteLink;
  readonly clock: Clock;
  readonly family: ScannerFamily;
  readonly listener: CodeReaderListener;
  /** `reader/noise`: bytes came that are no code; `port/..`: why the port is gone. Never a code. */
  readonly onTrouble?: TroubleListener | undefined;
}

/**
 * Any scanner on a serial port, or on USB in COM mode, that ends its codes with the suffix of its
 * family. Source: device notes 4.6.
 */
export class SerialCodeReader implements CodeReader {
  readonly id: DeviceId;
  readonly #options: SerialCodeReaderOptions;
  readonly #stream: CodeStream;
  #health: DeviceHealth = 'unknown';
  #closed = false;

  constructor(options: SerialCodeReaderOptions) {
    const {id, link, clock, family, listener, onTrouble} = options;
    this.id = id;
    this.#options = options;
    this.#stream = new CodeStream({
      name: id,
      clock,
      suffix: family.suffix,
      listener,
      onNoise: bytes => onTrouble?.('reader/noise', `${id}: ${bytes} bytes dropped since start`),
    });
    link.open({
      onBytes: bytes => this.#stream.push(bytes),
      onUp: () => this.#turn('ok'),
      onDown: reason => {
        if (!this.#closed) onTrouble?.(reason.code, reason.message);
        this.#turn('offline');
      },
    });
  }

  get health(): DeviceHealth {
    return this.#health;
  }

  look(on: boolean): boolean {
    const {family, link} = this.#options;
    if (!family.trigger || this.#closed) return false;
    return link.write(on ? family.trigger.on : family.trigger.off);
  }

  async close(): Promise<void> {
    this.#closed = true;
    this.#stream.close();
    await this.#options.link.close();
  }

  #turn(health: DeviceHealth): void {
    if (this.#closed) return;
    this.#stream.reset();
    this.#health = health;
    this.#options.listener.onHealth(health);
  }
}
