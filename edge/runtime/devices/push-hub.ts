import {type PushHandler, PushServer} from '../../../drivers/plate-camera/push-server.js';
import type {Clock, Millis, Timer} from '../../../protocols/base/clock.js';
import {EdgeError} from '../../../protocols/base/errors.js';

/** Where a device posts to. */
export interface PushPlace {
  readonly host: string;
  readonly port: number;
  readonly resource: string;
}

type TroubleListener = (code: string, text: string) => void;

interface Address {
  readonly host: string;
  readonly port: number;
  readonly handlers: Map<string, PushHandler>;
  readonly onTrouble: TroubleListener;
}

/** A port that somebody else has taken may become free. */
const AGAIN_MS: Millis = 30_000;

/** The HTTP servers that devices of a site post to, one for each port. */
export class PushHub {
  readonly #clock: Clock;
  readonly #addresses = new Map<string, Address>();
  readonly #servers = new Set<PushServer>();
  readonly #retries = new Set<Timer>();
  #isClosed = false;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** `onTrouble` of the first device of a port hears why it cannot be opened. */
  listen(
    {host, port, resource}: PushPlace,
    handler: PushHandler,
    onTrouble: TroubleListener,
  ): void {
    const key = `${host}:${port}`;
    const address = this.#addresses.get(key) ?? {host, port, handlers: new Map(), onTrouble};
    address.handlers.set(resource, handler);
    this.#addresses.set(key, address);
  }

  start(): void {
    for (const address of this.#addresses.values()) void this.#open(address, false);
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    for (const retry of this.#retries) retry.cancel();
    await Promise.allSettled([...this.#servers].map(server => server.close()));
  }

  async #open(address: Address, isTold: boolean): Promise<void> {
    const server = new PushServer(address);
    this.#servers.add(server);
    try {
      await server.open();
      // Closed while it was being opened.
      if (this.#isClosed) await server.close();
    } catch (thrown) {
      this.#servers.delete(server);
      if (!(thrown instanceof EdgeError)) throw thrown;
      if (this.#isClosed) return;
      if (!isTold) address.onTrouble(thrown.code, thrown.message);
      const retry = this.#clock.timer('push server', AGAIN_MS, () => {
        this.#retries.delete(retry);
        void this.#open(address, true);
      });
      this.#retries.add(retry);
    }
  }
}
