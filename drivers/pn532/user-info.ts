import {concatBytes} from '../../protocols/base/bytes.js';

/**
 * The text on a card: UTF-8 up to the first zero byte, without control characters; empty when it is
 * none, as on a card that nobody has written (all FF or 00). `assumed:` our own layout.
 */
export function userInfoOf(blocks: readonly Uint8Array[]): string {
  const bytes = concatBytes(...blocks);
  const end = bytes.indexOf(0);
  const text = bytes.subarray(0, end < 0 ? bytes.length : end);
  try {
    return new TextDecoder('utf-8', {fatal: true}).decode(text).replaceAll(/\p{Cc}/gu, '');
  } catch {
    // Not text: what lies there was not written by us, and is worth nothing to anybody.
    return '';
  }
}
