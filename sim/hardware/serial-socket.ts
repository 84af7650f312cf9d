import {connect, type Socket} from 'node:net';
import type {FarEnd} from '../../drivers/port/byte-link.js';

/**
 * The line's side of a USB adapter that QEMU emulates: its bytes come and go over a socket that stays,
 * whether the adapter is plugged in or not.
 */
export class SerialSocket implements FarEnd {
  readonly #socket: Socket;
  #plugged = true;

  constructor(path: string) {
    this.#socket = connect(path);
    this.#socket.setNoDelay(true);
    this.#socket.on('error', () => this.#socket.destroy());
  }

  send(bytes: Uint8Array): void {
    if (this.#plugged && !this.#socket.destroyed) this.#socket.write(bytes);
  }

  onBytes(listener: (bytes: Uint8Array) => void): void {
    this.#socket.on('data', (data: Buffer) => {
      if (this.#plugged) listener(Uint8Array.from(data));
    });
  }

  /** Nothing passes any more; the adapter itself is pulled out of the guest. */
  unplug(): void {
    this.#plugged = false;
  }

  replug(): void {
    this.#plugged = true;
  }

  async close(): Promise<void> {
    this.#socket.destroy();
    await Promise.resolve();
  }
}
