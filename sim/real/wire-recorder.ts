import type {FarEnd} from '../../drivers/port/byte-link.js';
import {toHex} from '../../protocols/base/bytes.js';

interface Chunk {
  readonly atMs: number;
  readonly bytes: Uint8Array;
}

/** What passes a point of the wire in one direction, with the instant at which it came. */
export class WireRecorder {
  readonly #chunks: Chunk[] = [];

  note(bytes: Uint8Array): void {
    this.#chunks.push({atMs: performance.now(), bytes: bytes.slice()});
  }

  get byteCount(): number {
    return this.#chunks.reduce((sum, chunk) => sum + chunk.bytes.length, 0);
  }

  /** When each occurrence of `frame` began, however the port cut the bytes. */
  timesOf(frame: Uint8Array): readonly number[] {
    const text = this.#chunks.map(chunk => toHex(chunk.bytes)).join('');
    const wanted = toHex(frame);
    const times: number[] = [];
    for (let at = text.indexOf(wanted); at >= 0; at = text.indexOf(wanted, at + wanted.length)) {
      // An odd offset is the second digit of a byte: chance, not a frame.
      if (at % 2 === 0) times.push(this.#timeOf(at / 2));
    }
    return times;
  }

  forget(): void {
    this.#chunks.length = 0;
  }

  #timeOf(offset: number): number {
    let passed = 0;
    for (const chunk of this.#chunks) {
      passed += chunk.bytes.length;
      if (offset < passed) return chunk.atMs;
    }
    return Number.NaN;
  }
}

/** A null modem with a recorder in the way from `master` to `slave`. */
export function recordedNullModem(master: FarEnd, slave: FarEnd): WireRecorder {
  const recorder = new WireRecorder();
  master.onBytes(bytes => {
    recorder.note(bytes);
    slave.send(bytes);
  });
  slave.onBytes(bytes => master.send(bytes));
  return recorder;
}
