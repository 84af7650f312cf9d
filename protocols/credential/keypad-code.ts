import {createHmac, scryptSync} from 'node:crypto';
import {toHex} from '../base/bytes.js';

/** What one try costs: about 50 ms of a desktop core, several times that of a small board. @see sync.md 5.2 */
export const CODE_SCRYPT = {N: 16_384, r: 8, p: 1} as const;
export const CODE_DIGEST_BYTES = 32;
const CONTEXT = 'latchkey-code-v1';
/** Codes that a thousandth must hold: 900 tries a month for each live code. Source: requirements 2. */
const SPACE_PER_CODE = 900_000;
const FEWEST_DIGITS = 6;

/** Digits a site with so many live codes must give each: 8 for 20. Source: requirements 2. */
export function codeDigits(liveCodes: number): number {
  let digits = FEWEST_DIGITS;
  while (10 ** digits < SPACE_PER_CODE * liveCodes) digits += 1;
  return digits;
}

/**
 * One salt for all codes of a site, so that a try costs one scrypt however many codes are live. The
 * epoch counts up when all of them are made anew.
 */
export function codeSalt(site: string, epoch: number): Uint8Array {
  return new TextEncoder().encode(`${CONTEXT}\0${site}\0${epoch}`);
}

/** What the cloud sends of a code instead of its digits: 32 bytes of scrypt. Blocks for as long as it takes. */
export function digestCode(digits: string, salt: Uint8Array): Uint8Array {
  return new Uint8Array(scryptSync(digits, salt, CODE_DIGEST_BYTES, CODE_SCRYPT));
}

/**
 * Under which name a gateway keeps a digest: without the pepper, which lies in a file of its own, the
 * database alone cannot be searched for a code. 64 hex digits.
 */
export function pepperDigest(pepper: Uint8Array, digest: Uint8Array): string {
  return toHex(createHmac('sha256', pepper).update(digest).digest());
}
