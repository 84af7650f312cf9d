/** Longest input: longer than any frame, short enough to be quick. */
const MOST_BYTES = 2048;
/** Ends of ranges, marks, and the signs of JSON. */
const TELLING = Uint8Array.from([
  ...[0x00, 0x01, 0x02, 0x03, 0x7f, 0x80, 0x81, 0xfe, 0xff, 0x0d, 0x0a, 0x10, 0x40],
  ...Array.from('"{}[]:,-0129eE.\\/u ', sign => sign.charCodeAt(0)),
]);

/**
 * Small random numbers fast (xorshift32): a fuzzer makes hundreds of millions. The same seed, name and
 * number of an input always give the same input.
 */
export class FuzzRandom {
  #state: number;

  constructor(seed: number, name: string, index: number) {
    let hash = 0x811c9dc5 ^ seed;
    for (let at = 0; at < name.length; at += 1) {
      hash = Math.imul(hash ^ name.charCodeAt(at), 0x01000193);
    }
    hash = Math.imul(hash ^ index, 0x9e3779b1);
    hash ^= hash >>> 15;
    hash = Math.imul(hash + Math.floor(index / 2 ** 32), 0x85ebca6b) ^ (hash >>> 13);
    this.#state = hash | 0 || 1;
    this.below(1);
    this.below(1);
  }

  /** 0..`count` - 1. */
  below(count: number): number {
    let state = this.#state;
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    this.#state = state;
    return (state >>> 0) % count;
  }
}

export interface InputOptions {
  readonly seeds: readonly Uint8Array[];
  readonly mend?: ((bytes: Uint8Array) => Uint8Array) | undefined;
}

const scratch = new Uint8Array(MOST_BYTES);

/** One in five inputs is noise, the others are sound ones after one to four kinds of damage. */
export function makeInput(random: FuzzRandom, {seeds, mend}: InputOptions): Uint8Array {
  if (seeds.length === 0 || random.below(5) === 0) return noise(random);
  let length = put(seeds[random.below(seeds.length)], 0);
  for (let times = 1 + random.below(4); times > 0; times -= 1) {
    length = damage(random, length, seeds);
  }
  const bytes = scratch.slice(0, length);
  return mend && random.below(2) === 0 ? mend(bytes) : bytes;
}

function noise(random: FuzzRandom): Uint8Array {
  const kind = random.below(64);
  const length = random.below(kind === 0 ? MOST_BYTES : kind < 32 ? 16 : 96);
  const bytes = new Uint8Array(length);
  for (let at = 0; at < length; at += 1) bytes[at] = random.below(256);
  return bytes;
}

function put(bytes: Uint8Array = new Uint8Array(0), at: number): number {
  const fitting = bytes.subarray(0, MOST_BYTES - at);
  scratch.set(fitting, at);
  return at + fitting.length;
}

/** Damages what stands in `scratch`; gives its new length. */
function damage(random: FuzzRandom, length: number, seeds: readonly Uint8Array[]): number {
  const at = random.below(length + 1);
  const byte = scratch[at] ?? 0;
  const isInside = at < length;
  switch (random.below(10)) {
    case 0:
      if (isInside) scratch[at] = byte ^ (1 << random.below(8));
      return length;
    case 1:
      if (isInside) scratch[at] = random.below(256);
      return length;
    case 2:
      if (isInside) scratch[at] = TELLING[random.below(TELLING.length)] ?? 0;
      return length;
    // A little more or less: what a length field or a count is most afraid of.
    case 3:
      if (isInside) scratch[at] = byte + random.below(9) - 4;
      return length;
    case 4:
      return at;
    case 5:
      return dropRange(random, at, length);
    case 6:
      return doubleRange(random, at, length);
    case 7:
      return put(seeds[random.below(seeds.length)], random.below(2) === 0 ? length : at);
    case 8:
      return insertNoise(random, at, length);
    default:
      return put(scratch.slice(0, length), length);
  }
}

function dropRange(random: FuzzRandom, at: number, length: number): number {
  const count = Math.min(length - at, 1 + random.below(8));
  scratch.copyWithin(at, at + count, length);
  return length - count;
}

function doubleRange(random: FuzzRandom, at: number, length: number): number {
  const count = Math.min(length - at, MOST_BYTES - length, 1 + random.below(16));
  scratch.copyWithin(at + count, at, length);
  return length + count;
}

function insertNoise(random: FuzzRandom, at: number, length: number): number {
  const count = Math.min(MOST_BYTES - length, 1 + random.below(8));
  scratch.copyWithin(at + count, at, length);
  for (let index = 0; index < count; index += 1) scratch[at + index] = random.below(256);
  return length + count;
}
