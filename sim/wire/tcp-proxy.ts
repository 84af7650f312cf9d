import {type AddressInfo, connect, createServer, type Server, type Socket} from 'node:net';
import type {Clock, Millis, Timer} from '../../protocols/base/clock.js';

const LOOPBACK = '127.0.0.1';
/** A slow link lets through so many bytes at a time: less than any packet of MQTT that carries a message. */
const TRICKLE_BYTES = 16;

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
  /** Each way; what is faster waits its turn. */
  readonly bytesPerS: number;
}

/** Where a connection breaks: after so many bytes that way, whatever packet they end in. */
export interface BreakingPoint {
  readonly direction: 'up' | 'down';
  readonly bytes: number;
}

const FAIR: LinkWeather = {delayMs: 0, silent: false, bytesPerS: Number.POSITIVE_INFINITY};

/** One direction of one connection. Order is kept whatever the delay does meanwhile. */
class Lane {
  readonly #clock: Clock;
  readonly #to: Socket;
  readonly #parcels: Parcel[] = [];
  #timer: Timer | undefined;
  #isHeld = false;
  #budgetBytes = Number.POSITIVE_INFINITY;
  #onSpent: () => void = () => {};

  constructor(clock: Clock, to: Socket) {
    this.#clock = clock;
    this.#to = to;
  }

  get bytes(): number {
    return this.#parcels.reduce((sum, parcel) => sum + parcel.bytes.length, 0);
  }

  carry(bytes: Uint8Array, {delayMs, bytesPerS}: LinkWeather): void {
    const last = this.#parcels.at(-1)?.dueMs ?? 0;
    let dueMs = Math.max(last, this.#clock.nowMs() + delayMs);
    const step = Number.isFinite(bytesPerS) ? TRICKLE_BYTES : bytes.length;
    for (let from = 0; from < bytes.length; from += step) {
      const part = bytes.subarray(from, from + step);
      dueMs += (1000 * part.length) / bytesPerS;
      this.#parcels.push({dueMs, bytes: part});
    }
    this.#deliverDue();
  }

  /** Keep everything back, in its order, until `release`. */
  hold(): void {
    this.#isHeld = true;
  }

  release(): void {
    this.#isHeld = false;
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
    if (this.#timer || this.#isHeld) return;
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
  /** Neither end hears of the other any more, not even that it has gone. */
  isStranded: boolean;
}

/**
 * The network between a client and a TCP server of this machine: late, slow, half-open, standing still,
 * reset, or cut amid a packet. Both ends are real sockets on the loopback.
 */
export class TcpProxy {
  readonly host = LOOPBACK;
  readonly #clock: Clock;
  readonly #toPort: number;
  readonly #server: Server;
  readonly #passages = new Set<Passage>();
  readonly #breaking: BreakingPoint[] = [];
  #weather = FAIR;
  #isHeld = false;
  #accepted = 0;
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

  /** Connections that ever stood. */
  get accepted(): number {
    return this.#accepted;
  }

  /** Bytes under way in both directions. */
  get waitingBytes(): number {
    return [...this.#passages].reduce((sum, {up, down}) => sum + up.bytes + down.bytes, 0);
  }

  /** Bytes that a half-open link has taken. */
  get swallowedBytes(): number {
    return this.#swallowed;
  }

  set(weather: Partial<LinkWeather>): void {
    this.#weather = {...this.#weather, ...weather};
  }

  /** Stand still and lose nothing, as TCP does that sends again what was lost, until `release`. */
  hold(): void {
    this.#isHeld = true;
    for (const {up, down} of this.#passages) for (const lane of [up, down]) lane.hold();
  }

  release(): void {
    this.#isHeld = false;
    for (const {up, down} of this.#passages) for (const lane of [up, down]) lane.release();
  }

  /** What stands is dead for good: each end believes in the other until it loses patience. */
  strand(): void {
    for (const passage of this.#passages) passage.isStranded = true;
  }

  /** An answer of TCP that somebody between the two gives to both: RST. */
  reset(): void {
    for (const {near, far, up, down} of this.#passages) {
      for (const lane of [up, down]) lane.close();
      for (const socket of [near, far]) socket.resetAndDestroy();
    }
  }

  /** End every connection and turn new ones away, until `mend`. */
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

  /** The next connection breaks there, and each one after it at the next of these points. */
  breakNext(...points: readonly BreakingPoint[]): void {
    this.#breaking.push(...points);
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
    const down = new Lane(this.#clock, near);
    const passage: Passage = {near, far, up, down, isStranded: false};
    this.#passages.add(passage);
    this.#accepted += 1;
    const breaking = this.#breaking.shift();
    if (breaking) {
      passage[breaking.direction].cutAfter(breaking.bytes, () => destroy(passage));
    }
    if (this.#isHeld) for (const lane of [up, down]) lane.hold();
    for (const socket of [near, far]) {
      socket.setNoDelay(true);
      socket.on('error', () => {});
      socket.once('close', () => {
        const isOver = near.destroyed && far.destroyed;
        if (passage.isStranded && !isOver) return;
        this.#passages.delete(passage);
        destroy(passage);
      });
    }
    near.on('data', bytes => this.#carry(passage, 'up', bytes));
    far.on('data', bytes => this.#carry(passage, 'down', bytes));
  }

  #carry(passage: Passage, way: 'up' | 'down', bytes: Uint8Array): void {
    if (this.#weather.silent || passage.isStranded) this.#swallowed += bytes.length;
    else passage[way].carry(bytes, this.#weather);
  }
}

function destroy({near, far, up, down}: Passage): void {
  up.close();
  down.close();
  near.destroy();
  far.destroy();
}
