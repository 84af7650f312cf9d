import {createCipheriv, createDecipheriv} from 'node:crypto';
import {concatBytes} from '../../protocols/base/bytes.js';
import type {Entropy} from '../../protocols/base/clock.js';
import {errorText, StoreError, UsageError} from '../../protocols/base/errors.js';

const KEY_BYTES = 32;
const NONCE_BYTES = 12;
const TAG_BYTES = 16;

/** Card secrets at rest: AES-256-GCM, a fresh nonce each, bound to the row they belong to. */
export class SecretBox {
  readonly #key: Uint8Array;
  readonly #entropy: Entropy;

  constructor(key: Uint8Array, entropy: Entropy) {
    if (key.length !== KEY_BYTES) {
      throw new UsageError('usage/key-length', `key of ${key.length} bytes, ${KEY_BYTES} needed`);
    }
    this.#key = key;
    this.#entropy = entropy;
  }

  /** Nonce, ciphertext and tag in one array. */
  seal(secret: Uint8Array, owner: string): Uint8Array {
    const nonce = this.#entropy.bytes(NONCE_BYTES);
    const cipher = createCipheriv('aes-256-gcm', this.#key, nonce).setAAD(Buffer.from(owner));
    const hidden = concatBytes(cipher.update(secret), cipher.final());
    return concatBytes(nonce, hidden, cipher.getAuthTag());
  }

  /** @throws StoreError `store/secret-key` when the key is another one or the row was changed */
  open(sealed: Uint8Array, owner: string): Uint8Array {
    const nonce = sealed.subarray(0, NONCE_BYTES);
    const hidden = sealed.subarray(NONCE_BYTES, -TAG_BYTES);
    try {
      const decipher = createDecipheriv('aes-256-gcm', this.#key, nonce)
        .setAAD(Buffer.from(owner))
        .setAuthTag(sealed.subarray(-TAG_BYTES));
      return concatBytes(decipher.update(hidden), decipher.final());
    } catch (thrown) {
      const text = `secret of ${owner} does not open: ${errorText(thrown)}`;
      throw new StoreError('store/secret-key', text, {owner}, thrown);
    }
  }
}
