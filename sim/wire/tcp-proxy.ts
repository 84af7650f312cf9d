import {type AddressInfo, connect, createServer, type Server, type Socket} from 'node:net';
import type {Clock, Millis, Timer} from '../../protocols/base/clock.js';

const LOOPBACK = '127.0.0.1';

interface Parcel {
  readonly dueMs: Millis;
  readonly bytes: Uint8Array;
}

/** How the network between two ends is now; each change holds for what is sent from then on. */
export interface LinkWeather {
  /** One way; a round trip takes twice this. */
  readonly delayMs: Millis;
  /** Half-open: bytes are taken and go nowhere, nobody is told. */
  readonly silent: boolean;
}

const FAIR: LinkWeather = {delayMs: 0, silent: false};

/** One direction of one connection. Order is kept whatever the delay does meanwhile. */
class Lane {
  readonly #clock: Clock;
  readonly #to: Socket;
  readonly #parcels: Parcel[] = [];
  #timer: Timer | undefined;
  #budgetBytes = Number.POSITIVE_INFINITY;
  #onSpent: () => void = () => {};

  constructor(clock: Clock, to: Socket) {
    this.#clock = clock;
    this.#to = to;
  }

  carry(bytes: Uint8Array, delayMs: Millis): void {
    const last = this.#parcels.at(-1)?.dueMs ?? 0;
    this.#parcels.push({dueMs: Math.max(last, this.#clock.nowMs() + delayMs), bytes});
    this.#deliverDue();
  }

  /** After so many more bytes the rest is lost and `onSpent` runs: a cut amid a packet. */
  cutAfter(bytes: number, onSpent: () => void): void {
    this.#budgetBytes = bytes;
    this.#onSpent = onSpent;
  }

  close(): void {
    this.#timer?.cancel();
    this.#timer = undefined;
    this.#parcels.length = 0;
  }

  #deliverDue(): void {
    if (this.#timer) return;
    for (let head = this.#parcels[0]; head; head = this.#parcels[0]) {
      const waitMs = head.dueMs - this.#clock.nowMs();
      if (waitMs > 0) {
        this.#timer = this.#clock.timer('proxy', waitMs, () => {
          this.#timer = undefined;
          this.#deliverDue();
        });
        return;
      }
      this.#parcels.shift();
      this.#deliver(head.bytes);
    }
  }

  #deliver(bytes: Uint8Array): void {
    const part = bytes.subarray(0, this.#budgetBytes);
    this.#budgetBytes -= part.length;
    if (part.length > 0) this.#to.write(part);
    if (part.length < bytes.length) this.#onSpent();
  }
}

interface Passage {
  readonly near: Socket;
  readonly far: Socket;
  /** Towards the far end. */
  readonly up: Lane;
  readonly down: Lane;
}

/**
 * The network between a client and a TCP server of this machine: late, half-open, or cut amid a packet.
 * Both ends are real sockets on the loopback.
 */
export class TcpProxy {
  readonly host = LOOPBACK;
  readonly #clock: Clock;
  readonly #toPort: number;
  readonly #server: Server;
  readonly #passages = new Set<Passage>();
  #weather = FAIR;
  #swallowed = 0;
  #isCut = false;

  private constructor(clock: Clock, toPort: number) {
    this.#clock = clock;
    this.#toPort = toPort;
    this.#server = createServer(near => this.#accept(near));
  }

  /** Listen on a free port and lead to `toPort`. */
  static async open(clock: Clock, toPort: number): Promise<TcpProxy> {
    const proxy = new TcpProxy(clock, toPort);
    await new Promise<void>((resolve, reject) => {
      proxy.#server.once('error', reject);
      proxy.#server.listen(0, LOOPBACK, resolve);
    });
    return proxy;
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  /** Connections that stand. */
  get connections(): number {
    return this.#passages.size;
  }

  /** Bytes that a half-open link has taken. */
  get swallowedBytes(): number {
    return this.#swallowed;
  }

  set(weather: Partial<LinkWeather>): void {
    this.#weather = {...this.#weather, ...weather};
  }

  /** Reset every connection and turn new ones away, until `mend`. */
  cut(): void {
    this.#isCut = true;
    for (const passage of this.#passages) destroy(passage);
  }

  mend(): void {
    this.#isCut = false;
  }

  /** Let `bytes` more through in that direction, lose the rest of the packet, then reset. */
  cutAfter(direction: 'up' | 'down', bytes: number): void {
    for (const passage of this.#passages) {
      passage[direction].cutAfter(bytes, () => destroy(passage));
    }
  }

  async close(): Promise<void> {
    this.cut();
    await new Promise<void>(resolve => this.#server.close(() => resolve()));
  }

  #accept(near: Socket): void {
    if (this.#isCut) {
      near.destroy();
      return;
    }
    const far = connect(this.#toPort, LOOPBACK);
    const up = new Lane(this.#clock, far);
    const passage: Passage = {near, far, up, down: new Lane(this.#clock, near)};
    this.#passages.add(passage);
    for (const socket of [near, far]) {
      socket.setNoDelay(true);
      socket.on('error', () => {});
      socket.once('close', () => {
        this.#passages.delete(passage);
        destroy(passage);
      });
    }
    near.on('data', bytes => this.#carry(passage.up, bytes));
    far.on('data', bytes => this.#carry(passage.down, bytes));
  }

  #carry(lane: Lane, bytes: Uint8Array): void {
    const {delayMs, silent} = this.#weather;
    if (silent) this.#swallowed += bytes.length;
    else lane.carry(bytes, delayMs);
  }
}

function destroy({near, far, up, down}: Passage): void {
  up.close();
  down.close();
  near.destroy();
  far.destroy();
}
