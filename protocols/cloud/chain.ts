import {hash} from 'node:crypto';

const HASH_BYTES = 32;
/** The hash before, and the number. */
const PREFIX_BYTES = HASH_BYTES + 8;

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
  const input = Buffer.allocUnsafe(PREFIX_BYTES + Buffer.byteLength(body));
  input.set(previous, 0);
  input.writeBigUInt64BE(BigInt(seq), HASH_BYTES);
  input.write(body, PREFIX_BYTES);
  // As text and back: a buffer of its own from the library takes longer than the hash.
  return new Uint8Array(Buffer.from(hash('sha256', input, 'binary'), 'binary'));
}
