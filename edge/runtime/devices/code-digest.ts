import {createHmac} from 'node:crypto';
import {toHex} from '../../../protocols/base/bytes.js';

const DIGEST_BYTES = 8;

/**
 * Names codes without telling them: two showings of one code have one name, and without the key of the
 * site nobody finds the code to a name by trying. 16 hex digits.
 */
export function codeDigest(secretKey: Uint8Array): (code: Uint8Array) => string {
  // A key of its own: what names codes must say nothing of what seals secrets.
  const key = createHmac('sha256', secretKey).update('latchkey code digest').digest();
  return code => toHex(createHmac('sha256', key).update(code).digest().subarray(0, DIGEST_BYTES));
}
