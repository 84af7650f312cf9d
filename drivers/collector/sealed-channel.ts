import {concatBytes} from '../../protocols/base/bytes.js';
import {EdgeError, unreachable} from '../../protocols/base/errors.js';
import {type DownMessage, encodeDown} from '../../protocols/collector/down-message.js';
import {EMPTY_REPLAY_WINDOW, type ReplayWindow} from '../../protocols/collector/replay-window.js';
import {
  decodeSealed,
  openSealed,
  type SealDirection,
  sealFrame,
} from '../../protocols/collector/sealed-frame.js';
import {nextSendCounter, resumeSendCounter} from '../../protocols/collector/send-counter.js';
import {decodeUp, type UpMessage} from '../../protocols/collector/up-message.js';
import type {CollectorId} from '../../protocols/site/ids.js';
import type {TroubleListener} from '../lifecycle/polled-unit.js';
import type {CounterStore, SealFault} from './contract.js';

export interface SealedChannelOptions {
  readonly collector: CollectorId;
  /** 32 bytes, this collector's own. */
  readonly key: Uint8Array;
  /** Counters we send, and those we took; two stores that nobody else uses. */
  readonly outgoing: CounterStore;
  readonly incoming: CounterStore;
  readonly onTrouble?: TroubleListener | undefined;
}

/** `genuine`: a sealed frame that says nothing to this version, and still proves the collector alive. */
export type Arrival =
  | {readonly kind: 'message'; readonly message: UpMessage}
  | {readonly kind: 'fault'; readonly fault: SealFault}
  | {readonly kind: 'genuine'};

const ALL_SEEN = (1n << 64n) - 1n;

/**
 * The gateway's end of a sealed link: seals what goes down, opens what comes up, once each. Bytes in,
 * messages out; it owns no port and no time. Source: requirements A11, P12.
 */
export class SealedChannel {
  readonly #options: SealedChannelOptions;
  #sendCounter;
  #leaps: number;
  #window: ReplayWindow;
  #pending: Uint8Array = new Uint8Array(0);
  #discardedBytes = 0;

  constructor(options: SealedChannelOptions) {
    this.#options = options;
    this.#leaps = options.outgoing.leaps();
    this.#sendCounter = resumeSendCounter(options.outgoing.load());
    const spentBelow = options.incoming.load();
    this.#window =
      spentBelow === 0n ? EMPTY_REPLAY_WINDOW : {highest: spentBelow - 1n, seen: ALL_SEEN};
  }

  /** Bytes that belonged to no frame, since start. */
  get discardedBytes(): number {
    return this.#discardedBytes;
  }

  /** A frame for the wire; undefined when its counter cannot be stored: it must not be used then. */
  seal(message: DownMessage): Uint8Array | undefined {
    if (!this.#follow()) return undefined;
    const taken = nextSendCounter(this.#sendCounter);
    const {outgoing} = this.#options;
    if (taken.storeFirst !== undefined && !this.#reserve(outgoing, taken.storeFirst)) {
      return undefined;
    }
    this.#sendCounter = taken.state;
    return sealFrame(this.#channel('down'), taken.counter, encodeDown(message));
  }

  /** What the bytes, together with those before them, complete. */
  receive(bytes: Uint8Array): readonly Arrival[] {
    const arrivals: Arrival[] = [];
    let rest = concatBytes(this.#pending, bytes);
    for (;;) {
      const decoded = decodeSealed(rest);
      if (decoded.kind === 'wait') break;
      rest = rest.subarray(decoded.used);
      if (decoded.kind === 'frame') arrivals.push(...this.#open(decoded.frame));
      else this.#discardedBytes += decoded.used;
    }
    this.#pending = rest.slice();
    return arrivals;
  }

  /** The link was interrupted: half a frame is void. */
  interrupt(): void {
    this.#discardedBytes += this.#pending.length;
    this.#pending = new Uint8Array(0);
  }

  #open(frame: Uint8Array): readonly Arrival[] {
    const opened = openSealed(this.#channel('up'), frame, this.#window);
    switch (opened.kind) {
      case 'BAD_MAC':
      case 'REPLAY':
        return [{kind: 'fault', fault: opened.kind}];
      case 'ok':
        return this.#accept(opened.plaintext, opened.window);
      default:
        return unreachable(opened, 'opened frame');
    }
  }

  /**
   * What has an effect is taken only when a restart cannot take it again. A heartbeat has none, and
   * one write to the disk every few seconds would be all it buys.
   */
  #accept(plaintext: Uint8Array, window: ReplayWindow): readonly Arrival[] {
    const decoded = decodeUp(plaintext);
    if (decoded.kind === 'malformed') {
      this.#trouble('collector/malformed', `sealed, but not a message: ${decoded.why}`);
    }
    const acts = decoded.kind === 'message' && decoded.message.kind !== 'heartbeat';
    if (acts && !this.#reserve(this.#options.incoming, window.highest + 1n)) return [];
    this.#window = window;
    return [decoded.kind === 'message' ? decoded : {kind: 'genuine'}];
  }

  /** An older copy was put back: counters in hand may have been spent before it. */
  #follow(): boolean {
    const {outgoing} = this.#options;
    const leaps = outgoing.leaps();
    if (leaps === this.#leaps) return true;
    return this.#attempt(() => {
      const below = outgoing.load();
      const {reservedBelow} = this.#sendCounter;
      this.#sendCounter = resumeSendCounter(below > reservedBelow ? below : reservedBelow);
      this.#leaps = leaps;
    });
  }

  #channel(direction: SealDirection) {
    const {key, collector} = this.#options;
    return {key, collector, direction};
  }

  #reserve(store: CounterStore, below: bigint): boolean {
    return this.#attempt(() => store.reserve(below));
  }

  #attempt(work: () => void): boolean {
    try {
      work();
      return true;
    } catch (error) {
      if (!(error instanceof EdgeError)) throw error;
      this.#trouble(error.code, error.message);
      return false;
    }
  }

  #trouble(code: string, text: string): void {
    this.#options.onTrouble?.(code, `${this.#options.collector}: ${text}`);
  }
}
