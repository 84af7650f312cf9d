import {fromHex, toHex} from '../../../protocols/base/bytes.js';
import {readFileIfThere, writeFileAtomic} from '../../platform/atomic-file.js';

const KEY_LINE = /^[0-9a-f]{32}$/i;
/** The one in the reader, the one before it, and one more for a key change cut short twice. */
const MOST_KEYS = 3;

/** Keys that were handed to a reader, the newest first, readable by their owner only. */
export class OsdpKeyFile {
  readonly #path: string;

  constructor(path: string) {
    this.#path = path;
  }

  /** 16 bytes each; lines that hold anything else are passed over. */
  read(): readonly Uint8Array[] {
    const content = readFileIfThere(this.#path);
    if (!content) return [];
    const lines = Buffer.from(content).toString('latin1').split('\n');
    return lines.filter(line => KEY_LINE.test(line)).map(line => fromHex(line));
  }

  /** On the disk when this returns: before a key is proven the old ones stay beside it. */
  keep({key, isProven}: {readonly key: Uint8Array; readonly isProven: boolean}): void {
    const before = isProven ? [] : this.read().map(toHex);
    const keys = [toHex(key), ...before.filter(old => old !== toHex(key))].slice(0, MOST_KEYS);
    writeFileAtomic(this.#path, Buffer.from(`${keys.join('\n')}\n`));
  }
}
