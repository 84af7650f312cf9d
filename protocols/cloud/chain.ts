import {createHash} from 'node:crypto';

/** Hash before the first event of an epoch: 32 zero bytes. */
export const CHAIN_START: Uint8Array = new Uint8Array(32);

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
  const number = Buffer.alloc(8);
  number.writeBigUInt64BE(BigInt(seq));
  return new Uint8Array(createHash('sha256').update(previous).update(number).update(body).digest());
}
