import {type AddressInfo, createServer, type Server, type Socket} from 'node:net';
import type {FarEnd} from '../../drivers/port/byte-link.js';

const LOOPBACK = '127.0.0.1';

/**
 * An RS-485-to-Ethernet converter: raw bytes over TCP, one client at a time. A second client is
 * turned away, as the usual converters do, so that two masters never share a line.
 */
export class TcpFarEnd implements FarEnd {
  readonly host = LOOPBACK;
  #port = 0;
  #server: Server | undefined;
  #client: Socket | undefined;
  #listener: (bytes: Uint8Array) => void = () => {};

  private constructor() {}

  /** Listen on a free port of the loopback, or on the one named. */
  static async listen(port = 0): Promise<TcpFarEnd> {
    const farEnd = new TcpFarEnd();
    farEnd.#port = port;
    await farEnd.#plug();
    return farEnd;
  }

  get port(): number {
    return this.#port;
  }

  get hasClient(): boolean {
    return this.#client !== undefined;
  }

  send(bytes: Uint8Array): void {
    this.#client?.write(bytes);
  }

  onBytes(listener: (bytes: Uint8Array) => void): void {
    this.#listener = listener;
  }

  unplug(): void {
    void this.close();
  }

  replug(): void {
    if (!this.#server) void this.#plug();
  }

  async close(): Promise<void> {
    const server = this.#server;
    if (!server) return;
    this.#server = undefined;
    this.#client?.destroy();
    this.#client = undefined;
    await new Promise<void>(resolve => server.close(() => resolve()));
  }

  #plug(): Promise<void> {
    const server = createServer(socket => this.#accept(socket));
    this.#server = server;
    return new Promise((resolve, reject) => {
      server.once('error', reject);
      server.listen(this.#port, LOOPBACK, () => {
        this.#port = (server.address() as AddressInfo).port;
        resolve();
      });
    });
  }

  #accept(socket: Socket): void {
    if (this.#client || !this.#server) {
      socket.destroy();
      return;
    }
    this.#client = socket;
    socket.setNoDelay(true);
    socket.on('data', data => {
      this.#listener(new Uint8Array(data.buffer, data.byteOffset, data.length));
    });
    socket.on('error', () => socket.destroy());
    socket.on('close', () => {
      if (this.#client === socket) this.#client = undefined;
    });
  }
}
