import {fromHex, toHex} from '../../protocols/base/bytes.js';
import type {Entropy} from '../../protocols/base/clock.js';
import {ConfigError} from '../../protocols/base/errors.js';
import {readFileIfThere, writeFileAtomic} from './atomic-file.js';

const KEY_BYTES = 32;

/**
 * The 32-byte key that `path` holds in hex; made at the first start, readable by its owner only.
 * @throws ConfigError `config/key-file` when the file holds something else
 */
export function loadOrMakeKey(path: string, entropy: Entropy): Uint8Array {
  const stored = readFileIfThere(path);
  if (stored === undefined) {
    const key = entropy.bytes(KEY_BYTES);
    writeFileAtomic(path, Buffer.from(`${toHex(key)}\n`));
    return key;
  }
  const text = Buffer.from(stored).toString('latin1').trim();
  if (/^[0-9a-f]{64}$/i.test(text)) return fromHex(text);
  throw new ConfigError('config/key-file', `${path} does not hold 32 bytes in hex`, {path});
}
