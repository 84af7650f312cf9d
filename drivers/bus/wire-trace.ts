import {toHex} from '../../protocols/base/bytes.js';
import type {Millis} from '../../protocols/base/clock.js';

/** One thing that happened on the wire. */
export interface WireRecord {
  readonly atMs: Millis;
  /** `tx` our frame, `rx` a frame we took, `drop` bytes we refused, `none` no reply came. */
  readonly kind: 'tx' | 'rx' | 'drop' | 'none';
  /** Lower-case hex, empty for `none`. Of a secret frame the first two bytes, and `..` for each other. */
  readonly hex: string;
}

interface RawRecord {
  readonly atMs: Millis;
  readonly kind: WireRecord['kind'];
  /** Of a secret frame no more than may be shown. */
  readonly bytes: Uint8Array;
  readonly hiddenBytes: number;
}

const NOTHING = new Uint8Array(0);
/** Enough to know the protocol and mostly the unit. */
const SHOWN_BYTES = 2;
/** So long after a secret frame a late piece of the reply may come, whatever was asked since. */
const SECRET_ECHO_MS = 5000;

/** The last frames of a line, oldest first, kept as bytes and spelt out only when somebody asks: dumped with a fault. */
export class WireTrace {
  readonly #records: RawRecord[] = [];
  readonly #capacity: number;
  #next = 0;
  #secretSentMs: Millis = Number.NEGATIVE_INFINITY;
  /** Dropped bytes may be a piece of a secret: since our last frame, and since the one before it. */
  #isEchoSecret = false;
  #wasEchoSecret = false;

  constructor(capacity = 256) {
    this.#capacity = capacity;
  }

  /** `isSecret` is said of frames; of dropped bytes the trace knows by itself. */
  note(
    kind: WireRecord['kind'],
    atMs: Millis,
    bytes: Uint8Array = NOTHING,
    isSecret: boolean | undefined = false,
  ): void {
    if (kind === 'tx') this.#sent(atMs, isSecret);
    // What is dropped when our next frame leaves came before that.
    const isHidden = kind === 'drop' ? this.#isEchoSecret || this.#wasEchoSecret : isSecret;
    // A copy, not a view: the rest must not stay in memory behind it.
    const shown = isHidden ? bytes.slice(0, SHOWN_BYTES) : bytes;
    const hiddenBytes = bytes.length - shown.length;
    this.#records[this.#next] = {kind, atMs, bytes: shown, hiddenBytes};
    this.#next = (this.#next + 1) % this.#capacity;
  }

  #sent(atMs: Millis, isSecret: boolean): void {
    if (isSecret) this.#secretSentMs = atMs;
    this.#wasEchoSecret = this.#isEchoSecret;
    this.#isEchoSecret = atMs - this.#secretSentMs < SECRET_ECHO_MS;
  }

  dump(): readonly WireRecord[] {
    const inOrder = [...this.#records.slice(this.#next), ...this.#records.slice(0, this.#next)];
    return inOrder.map(({kind, atMs, bytes, hiddenBytes}) => ({
      kind,
      atMs,
      hex: toHex(bytes) + '..'.repeat(hiddenBytes),
    }));
  }
}
