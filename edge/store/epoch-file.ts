import {fromHex, toHex} from '../../protocols/base/bytes.js';
import {readFileIfThere, writeFileAtomic} from '../platform/atomic-file.js';

const FILE_BYTES = 4096;
const TEXT = /^latchkey epoch ([0-9a-f]{32})\n/;

/**
 * Second copy of the epoch, outside the database: when a backup of the database alone is put back, or
 * the file is copied to another gateway, the two differ and numbering starts anew.
 */
export class EpochFile {
  readonly #path: string;

  constructor(databasePath: string) {
    this.#path = `${databasePath}.epoch`;
  }

  /** 16 bytes; undefined when there is no file or it holds something else. */
  read(): Uint8Array | undefined {
    const content = readFileIfThere(this.#path);
    const digits = content && TEXT.exec(Buffer.from(content).toString('latin1'))?.[1];
    return digits === undefined ? undefined : fromHex(digits);
  }

  write(epoch: Uint8Array): void {
    const page = Buffer.alloc(FILE_BYTES, '\n');
    page.write(`latchkey epoch ${toHex(epoch)}\n`);
    writeFileAtomic(this.#path, page);
  }
}
