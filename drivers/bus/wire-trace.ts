import {toHex} from '../../protocols/base/bytes.js';
import type {Millis} from '../../protocols/base/clock.js';

/** One thing that happened on the wire. */
export interface WireRecord {
  readonly atMs: Millis;
  /** `tx` our frame, `rx` a frame we took, `drop` bytes we refused, `none` no reply came. */
  readonly kind: 'tx' | 'rx' | 'drop' | 'none';
  /** Lower-case hex, empty for `none`. */
  readonly hex: string;
}

interface RawRecord {
  readonly atMs: Millis;
  readonly kind: WireRecord['kind'];
  readonly bytes: Uint8Array;
}

const NOTHING = new Uint8Array(0);

/** The last frames of a line, oldest first, kept as bytes and spelt out only when somebody asks: dumped with a fault. */
export class WireTrace {
  readonly #records: RawRecord[] = [];
  readonly #capacity: number;
  #next = 0;

  constructor(capacity = 256) {
    this.#capacity = capacity;
  }

  note(kind: WireRecord['kind'], atMs: Millis, bytes: Uint8Array = NOTHING): void {
    this.#records[this.#next] = {kind, atMs, bytes};
    this.#next = (this.#next + 1) % this.#capacity;
  }

  dump(): readonly WireRecord[] {
    const inOrder = [...this.#records.slice(this.#next), ...this.#records.slice(0, this.#next)];
    return inOrder.map(({kind, atMs, bytes}) => ({kind, atMs, hex: toHex(bytes)}));
  }
}
