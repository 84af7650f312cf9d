import {closeSync, fstatSync, openSync, readSync} from 'node:fs';
import {UsageError} from '../../protocols/base/errors.js';

export const SECTOR_BYTES = 512;
/** `WLOGSMAG`, read as a little-endian number. */
const MAGIC = 0x6a736677736872n;
const FLUSH = 1;
const DISCARD = 4;
const ENTRY_BYTES = 32;

/** One thing that a disk was told, in the order in which it was told. */
export interface BlockEntry {
  readonly firstSector: number;
  /** 0 for a flush or a discard. */
  readonly sectors: number;
  readonly isFlush: boolean;
  /** Where its data lies in the log. */
  readonly dataAt: number;
  /** Length of the log once it was written: what a note of the harness compares with. */
  readonly end: number;
}

/**
 * The log of a `blklogwrites` device: a super block `{magic, version, entries, sectorSize}`, then
 * entries `{sector, sectors, flags, dataLength}`, each in a sector of its own and followed by its data.
 * The count in the super block lags behind, so the length of the file decides.
 * @see sync.md 4, recipe of rung 3
 */
export class BlockLog {
  readonly entries: readonly BlockEntry[];
  readonly #fd: number;

  /** @throws UsageError `crash/log` for a file that is no such log */
  constructor(path: string) {
    this.#fd = openSync(path, 'r');
    this.entries = this.#parse(path);
  }

  /** The bytes that an entry wrote. */
  data({dataAt, sectors}: BlockEntry): Buffer {
    const data = Buffer.alloc(sectors * SECTOR_BYTES);
    readSync(this.#fd, data, 0, data.length, dataAt);
    return data;
  }

  close(): void {
    closeSync(this.#fd);
  }

  #parse(path: string): readonly BlockEntry[] {
    const head = Buffer.alloc(ENTRY_BYTES);
    readSync(this.#fd, head, 0, ENTRY_BYTES, 0);
    if (head.readBigUInt64LE(0) !== MAGIC || head.readUInt32LE(24) !== SECTOR_BYTES) {
      throw new UsageError('crash/log', `${path} is no log of 512-byte sectors`);
    }
    const size = fstatSync(this.#fd).size;
    const entries: BlockEntry[] = [];
    for (let at = SECTOR_BYTES; at + SECTOR_BYTES <= size; ) {
      readSync(this.#fd, head, 0, ENTRY_BYTES, at);
      const flags = Number(head.readBigUInt64LE(16));
      const carriesData = (flags & DISCARD) === 0;
      const sectors = carriesData ? Number(head.readBigUInt64LE(8)) : 0;
      const dataAt = at + SECTOR_BYTES;
      const end = dataAt + sectors * SECTOR_BYTES;
      if (end > size) break;
      const firstSector = Number(head.readBigUInt64LE(0));
      entries.push({firstSector, sectors, isFlush: (flags & FLUSH) !== 0, dataAt, end});
      at = end;
    }
    return entries;
  }
}
