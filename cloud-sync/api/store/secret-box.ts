import {createHmac, hkdfSync, type KeyObject} from 'node:crypto';
import type {Entropy} from '../../../protocols/base/clock.js';
import {StoreError} from '../../../protocols/base/errors.js';
import {seal, unseal} from './sealing.js';

/** Seals texts for the database with AES-256-GCM, so that a copied file gives away no card secret. The
 *  key is derived from the cloud's signing key, which lies elsewhere. */
export class SecretBox {
  readonly #key: Uint8Array;
  readonly #markKey: Uint8Array;
  readonly #entropy: Entropy;

  constructor(signingKey: KeyObject, entropy: Entropy) {
    const secret = signingKey.export({format: 'der', type: 'pkcs8'});
    this.#key = new Uint8Array(hkdfSync('sha256', secret, '', 'latchkey-cloud-at-rest-v1', 32));
    this.#markKey = new Uint8Array(hkdfSync('sha256', secret, '', 'latchkey-cloud-marks-v1', 32));
    this.#entropy = entropy;
  }

  /** What a secret can be looked up by, and a copied file not be searched with: 64 hex digits. */
  mark(text: string): string {
    return createHmac('sha256', this.#markKey).update(text).digest('hex');
  }

  seal(text: string): string {
    const sealed = seal(this.#key, Buffer.from(text), {entropy: this.#entropy});
    return Buffer.from(sealed).toString('base64');
  }

  /** @throws StoreError `store/unseal` when the text was sealed under another key or changed. */
  open(sealed: string): string {
    try {
      return Buffer.from(unseal(this.#key, Buffer.from(sealed, 'base64'))).toString('utf8');
    } catch (error) {
      throw new StoreError('store/unseal', 'sealed under another signing key', {}, error);
    }
  }
}
