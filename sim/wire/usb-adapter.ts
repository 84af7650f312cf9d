import type {FarEnd} from '../../drivers/port/byte-link.js';
import {concatBytes} from '../../protocols/base/bytes.js';
import type {Clock, Millis, Timer} from '../../protocols/base/clock.js';

export interface UsbAdapterOptions {
  readonly clock: Clock;
  readonly farEnd: FarEnd;
  /** Latency timer; default 16, as FTDI chips come. */
  readonly latencyMs?: Millis;
  /** Bytes of the next packet to the host; default 62, a full one of a full-speed FTDI chip. */
  readonly packetBytes?: () => number;
}

const FULL_PACKET_BYTES = 62;
const DEFAULT_LATENCY_MS: Millis = 16;
const NOTHING = new Uint8Array(0);

/**
 * A USB adapter between a line and its master: what it receives reaches the host when a packet is full
 * or when its latency timer ticks, whichever comes first. Sending is not delayed.
 * @see FTDI AN232B-04, Data Throughput, Latency and Handshaking, 3.1
 */
export class UsbAdapter implements FarEnd {
  readonly #options: UsbAdapterOptions;
  readonly #latencyMs: Millis;
  #held: Uint8Array = NOTHING;
  #wantedBytes: number;
  #tick: Timer | undefined;

  constructor(options: UsbAdapterOptions) {
    this.#options = options;
    this.#latencyMs = options.latencyMs ?? DEFAULT_LATENCY_MS;
    this.#wantedBytes = this.#nextPacket();
  }

  send(bytes: Uint8Array): void {
    this.#held = concatBytes(this.#held, bytes);
    while (this.#held.length >= this.#wantedBytes) this.#deliver(this.#wantedBytes);
    if (this.#held.length > 0) this.#arm();
  }

  onBytes(listener: (bytes: Uint8Array) => void): void {
    this.#options.farEnd.onBytes(listener);
  }

  unplug(): void {
    this.#forget();
    this.#options.farEnd.unplug();
  }

  replug(): void {
    this.#options.farEnd.replug();
  }

  close(): Promise<void> {
    this.#forget();
    return this.#options.farEnd.close();
  }

  /** The timer runs freely: how long a byte waits depends on when it comes. */
  #arm(): void {
    const {clock} = this.#options;
    const restMs = this.#latencyMs - (clock.nowMs() % this.#latencyMs);
    this.#tick ??= clock.timer('usb latency', restMs, () => {
      this.#tick = undefined;
      this.#deliver(this.#held.length);
    });
  }

  #deliver(count: number): void {
    const packet = this.#held.slice(0, count);
    this.#held = this.#held.slice(count);
    this.#wantedBytes = this.#nextPacket();
    if (packet.length > 0) this.#options.farEnd.send(packet);
  }

  #forget(): void {
    this.#held = NOTHING;
    this.#tick?.cancel();
    this.#tick = undefined;
  }

  #nextPacket(): number {
    return this.#options.packetBytes?.() ?? FULL_PACKET_BYTES;
  }
}
