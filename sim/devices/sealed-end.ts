import type {FarEnd} from '../../drivers/port/byte-link.js';
import {concatBytes} from '../../protocols/base/bytes.js';
import type {Clock, Millis, Timer} from '../../protocols/base/clock.js';
import {wireTimeMs} from '../../protocols/base/units.js';
import {type DownMessage, decodeDown} from '../../protocols/collector/down-message.js';
import {EMPTY_REPLAY_WINDOW, type ReplayWindow} from '../../protocols/collector/replay-window.js';
import {decodeSealed, openSealed, sealFrame} from '../../protocols/collector/sealed-frame.js';
import {encodeUp, type UpMessage} from '../../protocols/collector/up-message.js';

export interface SealedEndOptions {
  readonly clock: Clock;
  readonly farEnd: FarEnd;
  readonly collector: string;
  /** 32 bytes. */
  readonly key: Uint8Array;
  /** Of a serial link, default 115,200. */
  readonly baudRate?: number;
  /** Default: far above everything that an earlier run at an earlier time can have used. */
  readonly firstCounter?: bigint;
}

/** A frame as somebody with a wiretap holds it. */
export interface CapturedFrame {
  readonly kind: UpMessage['kind'];
  readonly frame: Uint8Array;
  readonly atMs: Millis;
}

export type RefusedFrame = 'BAD_MAC' | 'REPLAY' | 'noise' | 'unreadable';

const DEFAULT_BAUD_RATE = 115_200;
const HISTORY_LIMIT = 200;
/** More frames than a collector can send in a millisecond. */
const COUNTERS_PER_MS = 4096n;

/** The collector's end of a sealed link: counters up, window down, and the pace of a serial wire. */
export class SealedEnd {
  readonly #clock: Clock;
  readonly #farEnd: FarEnd;
  readonly #collector: string;
  readonly #key: Uint8Array;
  readonly #baudRate: number;
  readonly #underway = new Set<Timer>();
  readonly #captured: CapturedFrame[] = [];
  readonly #refused: RefusedFrame[] = [];
  #counter: bigint;
  #window: ReplayWindow = EMPTY_REPLAY_WINDOW;
  #received: Uint8Array = new Uint8Array(0);
  #wireFreeMs: Millis = Number.NEGATIVE_INFINITY;

  constructor(options: SealedEndOptions, onMessage: (message: DownMessage) => void) {
    this.#clock = options.clock;
    this.#farEnd = options.farEnd;
    this.#collector = options.collector;
    this.#key = options.key;
    this.#baudRate = options.baudRate ?? DEFAULT_BAUD_RATE;
    this.#counter = options.firstCounter ?? BigInt(options.clock.wallMs()) * COUNTERS_PER_MS;
    options.farEnd.onBytes(bytes => this.#receive(bytes, onMessage));
  }

  /** The latest frames sent, oldest first. */
  get captured(): readonly CapturedFrame[] {
    return this.#captured;
  }

  /** Why frames from the gateway were not taken, oldest first. */
  get refused(): readonly RefusedFrame[] {
    return this.#refused;
  }

  send(message: UpMessage): void {
    const channel = {key: this.#key, collector: this.#collector, direction: 'up'} as const;
    const frame = sealFrame(channel, this.#counter, encodeUp(message));
    this.#counter += 1n;
    this.#captured.push({kind: message.kind, frame, atMs: this.#clock.nowMs()});
    if (this.#captured.length > HISTORY_LIMIT) this.#captured.shift();
    this.sendRaw(frame);
  }

  /** Put bytes on the wire as they are: a captured frame again, a damaged one, noise. */
  sendRaw(bytes: Uint8Array): void {
    const nowMs = this.#clock.nowMs();
    const startMs = Math.max(nowMs, this.#wireFreeMs);
    this.#wireFreeMs = startMs + wireTimeMs(bytes.length, this.#baudRate);
    const timer = this.#clock.timer('collector wire', this.#wireFreeMs - nowMs, () => {
      this.#underway.delete(timer);
      this.#farEnd.send(bytes);
    });
    this.#underway.add(timer);
  }

  /** Forget what is half received and half sent, as a loss of power does. */
  reset(): void {
    for (const timer of this.#underway) timer.cancel();
    this.#underway.clear();
    this.#received = new Uint8Array(0);
  }

  #receive(bytes: Uint8Array, onMessage: (message: DownMessage) => void): void {
    this.#received = concatBytes(this.#received, bytes);
    for (;;) {
      const decoded = decodeSealed(this.#received);
      if (decoded.kind === 'wait') return;
      this.#received = this.#received.slice(decoded.used);
      if (decoded.kind === 'discard') this.#refuse('noise');
      else this.#open(decoded.frame, onMessage);
    }
  }

  #open(frame: Uint8Array, onMessage: (message: DownMessage) => void): void {
    const channel = {key: this.#key, collector: this.#collector, direction: 'down'} as const;
    const opened = openSealed(channel, frame, this.#window);
    if (opened.kind !== 'ok') {
      this.#refuse(opened.kind);
      return;
    }
    this.#window = opened.window;
    const decoded = decodeDown(opened.plaintext);
    if (decoded.kind === 'message') onMessage(decoded.message);
    else this.#refuse('unreadable');
  }

  #refuse(why: RefusedFrame): void {
    this.#refused.push(why);
    if (this.#refused.length > HISTORY_LIMIT) this.#refused.shift();
  }
}

/** A copy with one bit inverted, counted from the lowest bit of the first byte. */
export function flipBit(frame: Uint8Array, bit: number): Uint8Array {
  const copy = frame.slice();
  const index = bit >> 3;
  copy[index] = (copy[index] ?? 0) ^ (1 << (bit & 7));
  return copy;
}
