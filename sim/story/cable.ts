import {type AddressInfo, connect, createServer, type Server, type Socket} from 'node:net';

const LOOPBACK = '127.0.0.1';

/** The internet between gateway and cloud: a TCP cable that can be cut and mended. */
export class Cable {
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();
  #isCut = false;

  private constructor(target: {readonly host: string; readonly port: number}) {
    this.#server = createServer(near => {
      if (this.#isCut) {
        near.destroy();
        return;
      }
      this.#join(near, connect(target.port, target.host));
    });
  }

  /** Lay a cable to `host:port`; the gateway dials `url` instead. */
  static async lay(host: string, port: number): Promise<Cable> {
    const cable = new Cable({host, port});
    await new Promise<void>((resolve, reject) => {
      cable.#server.once('error', reject);
      cable.#server.listen(0, LOOPBACK, resolve);
    });
    return cable;
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  cut(): void {
    this.#isCut = true;
    for (const socket of this.#sockets) socket.destroy();
  }

  mend(): void {
    this.#isCut = false;
  }

  async close(): Promise<void> {
    this.cut();
    await new Promise<void>(resolve => {
      this.#server.close(() => resolve());
    });
  }

  #join(near: Socket, far: Socket): void {
    for (const [socket, other] of [
      [near, far],
      [far, near],
    ] as const) {
      this.#sockets.add(socket);
      socket.setNoDelay(true);
      socket.on('error', () => other.destroy());
      socket.on('close', () => {
        this.#sockets.delete(socket);
        other.destroy();
      });
      socket.pipe(other);
    }
  }
}
