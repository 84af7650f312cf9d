import {createCipheriv, createDecipheriv, hkdfSync, type KeyObject} from 'node:crypto';
import type {Entropy} from '../../../protocols/base/clock.js';
import {StoreError} from '../../../protocols/base/errors.js';

const NONCE_BYTES = 12;
const TAG_BYTES = 16;

/** Seals texts for the database with AES-256-GCM, so that a copied file gives away no card secret. The
 *  key is derived from the cloud's signing key, which lies elsewhere. */
export class SecretBox {
  readonly #key: Uint8Array;
  readonly #entropy: Entropy;

  constructor(signingKey: KeyObject, entropy: Entropy) {
    const secret = signingKey.export({format: 'der', type: 'pkcs8'});
    this.#key = new Uint8Array(hkdfSync('sha256', secret, '', 'latchkey-cloud-at-rest-v1', 32));
    this.#entropy = entropy;
  }

  seal(text: string): string {
    const nonce = this.#entropy.bytes(NONCE_BYTES);
    const cipher = createCipheriv('aes-256-gcm', this.#key, nonce);
    const sealed = Buffer.concat([cipher.update(text, 'utf8'), cipher.final()]);
    return Buffer.concat([nonce, cipher.getAuthTag(), sealed]).toString('base64');
  }

  /** @throws StoreError `store/unseal` when the text was sealed under another key or changed. */
  open(sealed: string): string {
    const bytes = Buffer.from(sealed, 'base64');
    const bodyAt = NONCE_BYTES + TAG_BYTES;
    try {
      const opener = createDecipheriv('aes-256-gcm', this.#key, bytes.subarray(0, NONCE_BYTES));
      opener.setAuthTag(bytes.subarray(NONCE_BYTES, bodyAt));
      const text = Buffer.concat([opener.update(bytes.subarray(bodyAt)), opener.final()]);
      return text.toString('utf8');
    } catch (error) {
      throw new StoreError('store/unseal', 'sealed under another signing key', {}, error);
    }
  }
}
