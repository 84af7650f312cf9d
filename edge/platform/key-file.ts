import {fromHex, toHex} from '../../protocols/base/bytes.js';
import type {Entropy} from '../../protocols/base/clock.js';
import {ConfigError, errorText} from '../../protocols/base/errors.js';
import {readFileIfThere, writeFileAtomic} from './atomic-file.js';

const KEY_BYTES = 32;

/**
 * The 32-byte key that `path` holds in hex; made at the first start, readable by its owner only.
 * @throws ConfigError `config/key-file` when the file holds something else, or is not ours to read or make
 */
export function loadOrMakeKey(path: string, entropy: Entropy): Uint8Array {
  const stored = stepOf(path, 'read', () => readFileIfThere(path));
  if (stored === undefined) {
    const key = entropy.bytes(KEY_BYTES);
    stepOf(path, 'made', () => writeFileAtomic(path, Buffer.from(`${toHex(key)}\n`)));
    return key;
  }
  const text = Buffer.from(stored).toString('latin1').trim();
  if (/^[0-9a-f]{64}$/i.test(text)) return fromHex(text);
  const sizeBytes = stored.length;
  const why = `${path} does not hold 32 bytes in hex: expected 64 digits, got ${sizeBytes} bytes`;
  throw new ConfigError('config/key-file', why, {path, sizeBytes});
}

function stepOf<Result>(path: string, what: string, step: () => Result): Result {
  try {
    return step();
  } catch (thrown) {
    const why = `${path}: expected a key file of this user, but it cannot be ${what}: ${errorText(thrown)}`;
    throw new ConfigError('config/key-file', why, {path}, thrown);
  }
}
