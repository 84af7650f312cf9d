import {hash} from 'node:crypto';

/** Of one link of the chain. */
export const HASH_BYTES = 32;
/** The hash before, and the number. */
const PREFIX_BYTES = HASH_BYTES + 8;
/** Of one UTF-16 code unit. */
const MAX_UTF8_BYTES = 3;

/** Nearly all bodies are shorter; what they are hashed from is put together in one place. */
const SHORT_CHARS = 1000;
const SHORT = Buffer.alloc(PREFIX_BYTES + SHORT_CHARS * MAX_UTF8_BYTES);

/** Hash before the first event of an epoch: 32 zero bytes. */
export const CHAIN_START: Uint8Array = new Uint8Array(HASH_BYTES);

/**
 * Link one event to its predecessor: SHA-256(`previous` || `seq` || `body`), so that a gap, a reused
 * number or a changed body breaks every later hash.
 *
 * `previous`: 32 bytes, `CHAIN_START` for the first row of an epoch. `seq`: 8 bytes big-endian.
 * `body`: the JSON text exactly as the gateway stored it, in UTF-8; it is never parsed and printed
 * again on the way, since two printers need not agree. Returns 32 bytes.
 * @see sync.md 3.1, hash chain
 */
export function chainHash(previous: Uint8Array, seq: number, body: string): Uint8Array {
  // In one piece and one call: it is part of what every durable decision costs.
  const isShort = body.length <= SHORT_CHARS;
  const input = isShort ? SHORT : Buffer.allocUnsafe(PREFIX_BYTES + body.length * MAX_UTF8_BYTES);
  input.set(previous, 0);
  input.writeUInt32BE(Math.floor(seq / 2 ** 32), HASH_BYTES);
  input.writeUInt32BE(seq % 2 ** 32, HASH_BYTES + 4);
  const length = PREFIX_BYTES + input.write(body, PREFIX_BYTES);
  // As text and back: a buffer of its own from the library takes longer than the hash.
  const text = hash('sha256', new Uint8Array(input.buffer, input.byteOffset, length), 'binary');
  const linked = new Uint8Array(HASH_BYTES);
  for (let index = 0; index < HASH_BYTES; index += 1) linked[index] = text.charCodeAt(index);
  return linked;
}

/**
 * The hashes of events in a row, 32 bytes each: what `chainHash` gives for one after the other, at
 * little more than half its cost. `previous`: hash before the first. `from`: number of the first.
 */
export function chainHashes(
  previous: Uint8Array,
  from: number,
  bodies: readonly string[],
): Uint8Array {
  const hashes = Buffer.allocUnsafe(bodies.length * HASH_BYTES);
  const longest = bodies.reduce((most, body) => Math.max(most, body.length), 0);
  // Each hash is written where the next one is computed from, so that nothing is made per event but the
  // view that the library reads.
  const input = Buffer.allocUnsafe(PREFIX_BYTES + longest * MAX_UTF8_BYTES);
  const {buffer, byteOffset} = input;
  const numbers = new DataView(buffer, byteOffset, PREFIX_BYTES);
  input.set(previous, 0);
  for (let index = 0; index < bodies.length; index += 1) {
    const seq = from + index;
    numbers.setUint32(HASH_BYTES, Math.floor(seq / 2 ** 32));
    numbers.setUint32(HASH_BYTES + 4, seq % 2 ** 32);
    const length = PREFIX_BYTES + input.write(bodies[index] as string, PREFIX_BYTES);
    const next = hash('sha256', new Uint8Array(buffer, byteOffset, length), 'binary');
    input.write(next, 0, 'latin1');
    hashes.write(next, index * HASH_BYTES, 'latin1');
  }
  return hashes;
}
