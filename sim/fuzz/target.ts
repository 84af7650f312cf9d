import {concatBytes, readUint16} from '../../protocols/base/bytes.js';

/** One decoder under fuzz: a new decoder is a new value in `sim/fuzz/targets`. */
export interface FuzzTarget {
  /** As `--only` names it: `modbus decodeReply`. */
  readonly name: string;
  /** What it proves, as `protocols/modbus/rtu-frame.ts decodeReply`; the first is called, others by it. */
  readonly covers: readonly string[];
  /** Sound inputs that are mutated. */
  readonly seeds: readonly Uint8Array[];
  readonly run: (bytes: Uint8Array) => unknown;
  /**
   * Decoders of streams, whose result is a `Decoded`: the most bytes at which they may still say
   * `wait`. Undefined: it reads a whole message.
   */
  readonly waitsUpTo?: number;
  /** Makes the checks of a damaged frame fit again, so that what stands behind them is reached. */
  readonly mend?: (bytes: Uint8Array) => Uint8Array;
}

/** Bytes as register words, high byte first, as a Modbus reply brings them. */
export function wordsOf(bytes: Uint8Array): readonly number[] {
  return Array.from({length: bytes.length >> 1}, (_, index) => readUint16(bytes, index * 2));
}

/** The other way round. */
export function bytesOfWords(words: readonly number[]): Uint8Array {
  return Uint8Array.from(words.flatMap(word => [(word >> 8) & 0xff, word & 0xff]));
}

/** A text as its bytes are: one byte a character. */
export function latin(bytes: Uint8Array): string {
  return String.fromCharCode(...bytes.subarray(0, 4096));
}

/** UTF-8 bytes of a text. */
export function utf8(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}

/** The frame with its last bytes replaced by `check` over what stands before them. */
export function mendTail(
  bytes: Uint8Array,
  tailBytes: number,
  check: (body: Uint8Array) => Uint8Array,
): Uint8Array {
  if (bytes.length <= tailBytes) return bytes;
  const body = bytes.subarray(0, -tailBytes);
  return concatBytes(body, check(body));
}
