import {createCipheriv} from 'node:crypto';
import {concatBytes} from '../base/bytes.js';
import {CodecMisuse} from '../base/errors.js';

const BLOCK_BYTES = 16;
/** Goes before the diversification input of AES-128. @see NXP AN10922, 2.2 */
const AES128_CONSTANT = 0x01;
const MOST_INPUT_BYTES = 31;
/** R128 of the sub-key doubling. @see NIST SP 800-38B, 5.3 */
const REDUCTION = 0x87;
const MIFARE_KEY_BYTES = 6;
/** Keeps our keys apart from other uses of one site key; 8 ASCII letters. */
const SYSTEM_ID = 'LATCHKEY';

/**
 * A key of its own for each card: CMAC under the master key over constant, input and padding to two
 * blocks. `input`: 1 to 31 bytes that name the card, its number first.
 * @throws CodecMisuse `codec/diversify` for a key that has not 16 bytes or an input of a wrong length.
 * @see NXP AN10922, 2.2 and example 2.2.1; NIST SP 800-38B
 */
export function diversifyAes128(masterKey: Uint8Array, input: Uint8Array): Uint8Array {
  const isInput = input.length >= 1 && input.length <= MOST_INPUT_BYTES;
  if (masterKey.length !== BLOCK_BYTES || !isInput) {
    throw new CodecMisuse('codec/diversify', 'a 16-byte key and 1 to 31 bytes of input', {
      keyBytes: masterKey.length,
      inputBytes: input.length,
    });
  }
  const [whole, padded] = subKeys(masterKey);
  const isWhole = input.length === MOST_INPUT_BYTES;
  const message = new Uint8Array(2 * BLOCK_BYTES);
  message.set([AES128_CONSTANT]);
  message.set(input, 1);
  if (!isWhole) message[1 + input.length] = 0x80;
  const mask = isWhole ? whole : padded;
  mask.forEach((byte, index) => {
    message[BLOCK_BYTES + index] = (message[BLOCK_BYTES + index] ?? 0) ^ byte;
  });
  const cipher = createCipheriv('aes-128-cbc', masterKey, new Uint8Array(BLOCK_BYTES));
  cipher.setAutoPadding(false);
  return Uint8Array.from(cipher.update(message).subarray(BLOCK_BYTES));
}

/**
 * The key of one sector of one MIFARE Classic card, 6 bytes: the front of the diversified AES key over
 * uid, sector and `LATCHKEY`. `uid`: 4, 7 or 10 bytes.
 * `assumed:` AN10922 gives no form for 6-byte keys; cards must be issued by the same rule.
 * @throws CodecMisuse `codec/diversify` for a site key that has not 16 bytes.
 */
export function mifareSectorKey(siteKey: Uint8Array, uid: Uint8Array, sector: number): Uint8Array {
  const system = Uint8Array.from(SYSTEM_ID, letter => letter.charCodeAt(0));
  const input = concatBytes(uid, Uint8Array.of(sector), system);
  return diversifyAes128(siteKey, input).slice(0, MIFARE_KEY_BYTES);
}

function subKeys(key: Uint8Array): readonly [Uint8Array, Uint8Array] {
  const cipher = createCipheriv('aes-128-ecb', key, null);
  cipher.setAutoPadding(false);
  const whole = doubled(cipher.update(new Uint8Array(BLOCK_BYTES)));
  return [whole, doubled(whole)];
}

/** Twice the value in the field of the cipher: shift left, and reduce what falls out. */
function doubled(block: Uint8Array): Uint8Array {
  const twice = Uint8Array.from(
    block,
    (byte, index) => (byte << 1) | ((block[index + 1] ?? 0) >> 7),
  );
  if ((block[0] ?? 0) & 0x80) twice[BLOCK_BYTES - 1] = (twice[BLOCK_BYTES - 1] ?? 0) ^ REDUCTION;
  return twice;
}
