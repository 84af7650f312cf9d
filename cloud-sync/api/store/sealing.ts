import {createCipheriv, createDecipheriv} from 'node:crypto';
import type {Entropy} from '../../../protocols/base/clock.js';

const NONCE_BYTES = 12;
const TAG_BYTES = 16;

/** AES-256-GCM: nonce, tag and text in one. What it is `about` is not in it, and must be said to open it. */
export function seal(
  key: Uint8Array,
  plain: Uint8Array,
  {entropy, about = ''}: {readonly entropy: Entropy; readonly about?: string},
): Uint8Array {
  const nonce = entropy.bytes(NONCE_BYTES);
  const cipher = createCipheriv('aes-256-gcm', key, nonce).setAAD(Buffer.from(about));
  const sealed = Buffer.concat([cipher.update(plain), cipher.final()]);
  return Buffer.concat([nonce, cipher.getAuthTag(), sealed]);
}

/** @throws Error of node:crypto under another key, about something else, or of changed bytes */
export function unseal(key: Uint8Array, sealed: Uint8Array, about = ''): Uint8Array {
  const bodyAt = NONCE_BYTES + TAG_BYTES;
  const opener = createDecipheriv('aes-256-gcm', key, sealed.subarray(0, NONCE_BYTES));
  opener.setAAD(Buffer.from(about));
  opener.setAuthTag(sealed.subarray(NONCE_BYTES, bodyAt));
  return Buffer.concat([opener.update(sealed.subarray(bodyAt)), opener.final()]);
}
