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

/** The last frames of a line, oldest first, kept as bytes and spelt out only when somebody asks: dumped with a fault. */
export class WireTrace {
  readonly #records: RawRecord[] = [];
  readonly #capacity: number;
  #next = 0;

  constructor(capacity = 256) {
    this.#capacity = capacity;
  }

  note(
    kind: WireRecord['kind'],
    atMs: Millis,
    bytes: Uint8Array = NOTHING,
    isSecret: boolean | undefined = false,
  ): void {
    // A copy, not a view: the rest must not stay in memory behind it.
    const shown = isSecret ? bytes.slice(0, SHOWN_BYTES) : bytes;
    const hiddenBytes = bytes.length - shown.length;
    this.#records[this.#next] = {kind, atMs, bytes: shown, hiddenBytes};
    this.#next = (this.#next + 1) % this.#capacity;
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
