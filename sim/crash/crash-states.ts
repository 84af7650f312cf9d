import {readFileSync} from 'node:fs';
import type {SeededEntropy} from '../clock/seeded-entropy.js';
import {type BlockEntry, type BlockLog, SECTOR_BYTES} from './block-log.js';

/** How a disk loses power: after how many entries of the log, and which of its flushes were lies. */
export interface Cut {
  /** Entries that had reached the disk, on it for good or not. */
  readonly entries: number;
  /** Flushes from this entry on did nothing; none when absent. */
  readonly lyingFrom?: number;
}

/**
 * What a disk may hold after a power cut: everything before the last flush, and of the rest any
 * sectors at all: whole writes, none, or some of their sectors.
 */
export class CrashStates {
  readonly #log: BlockLog;
  readonly #solid: Buffer;
  /** Fresh memory for each state would cost more than all else. */
  readonly #image: Buffer;
  #solidEntries = 0;

  /** `basePath`: the disk before the log. */
  constructor(log: BlockLog, basePath: string) {
    this.#log = log;
    this.#solid = readFileSync(basePath);
    this.#image = Buffer.allocUnsafe(this.#solid.length);
  }

  /** Entries that are on the disk whatever else is. */
  solidEntries({entries, lyingFrom = entries}: Cut): number {
    const before = Math.min(entries, lyingFrom);
    const last = this.#log.entries.slice(0, before).findLastIndex(entry => entry.isFlush);
    return last + 1;
  }

  /** The image of one crash, until the next one is asked for. Cuts must come in the order of the log. */
  image(cut: Cut, chance: SeededEntropy): Buffer {
    const solid = this.solidEntries(cut);
    for (; this.#solidEntries < solid; this.#solidEntries += 1) {
      const entry = this.#log.entries[this.#solidEntries];
      if (entry) this.#write(this.#solid, entry, () => true);
    }
    const image = this.#image;
    this.#solid.copy(image);
    // The share that got through differs from cut to cut, from next to nothing to nearly all.
    const share = chance.fraction();
    for (const entry of this.#log.entries.slice(solid, cut.entries)) {
      const luck = chance.fraction();
      const isTorn = chance.fraction() < 0.2;
      if (isTorn) this.#write(image, entry, () => chance.fraction() < share);
      else if (luck < share) this.#write(image, entry, () => true);
    }
    return image;
  }

  #write(image: Buffer, entry: BlockEntry, survives: () => boolean): void {
    if (entry.sectors === 0) return;
    const data = this.#log.data(entry);
    for (let sector = 0; sector < entry.sectors; sector += 1) {
      const from = sector * SECTOR_BYTES;
      const to = (entry.firstSector + sector) * SECTOR_BYTES;
      if (survives()) data.copy(image, to, from, from + SECTOR_BYTES);
    }
  }
}
