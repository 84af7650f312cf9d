import {appendFileSync, rmSync, statSync} from 'node:fs';
import {dirname} from 'node:path';
import {syncFolder} from '../platform/atomic-file.js';
import type {Disk} from './disk.js';
import {WAL_ROOM_BYTES} from './quota.js';

const MB = 1024 * 1024;
const SIZE_BYTES = 4 * MB;
/** Written at a time, without a sync: nobody at the arms notices. */
const SLICE = Buffer.alloc(MB / 4, 0xa5);
/** With less free than this a commit that finds no room was crowded out by others. */
const SHORT_BYTES = MB;
const PRIVATE_MODE = 0o600;

/**
 * 4 MB beside the database that are of no use but to be given up once others have filled the disk:
 * then what happens at the arms is stored for some thousand events more. @see sync.md 3.3
 */
export class Ballast {
  readonly #path: string;
  readonly #disk: Disk;

  constructor(databasePath: string, disk: Disk) {
    this.#path = `${databasePath}.ballast`;
    this.#disk = disk;
  }

  /** Have others left next to nothing? */
  isCrowdedOut(): boolean {
    return this.#freeBytes() < SHORT_BYTES;
  }

  /** Leave the room to the database. True: there is more of it than before. */
  giveUp(): boolean {
    if (this.#freeBytes() >= WAL_ROOM_BYTES || this.#sizeBytes() === 0) return false;
    try {
      rmSync(this.#path);
      // Blocks count as free only after the file system's own commit.
      syncFolder(dirname(this.#path));
      return true;
    } catch {
      return false;
    }
  }

  /** Once a second: a slice more, as long as nobody else is short of it. */
  grow(): void {
    const missing = SIZE_BYTES - this.#sizeBytes();
    if (missing <= 0 || this.#disk.partitionOf(dirname(this.#path)) === undefined) return;
    // What is left must not raise an alarm for want of room.
    if (this.#freeBytes() < 2 * WAL_ROOM_BYTES + missing) return;
    try {
      appendFileSync(this.#path, SLICE, {mode: PRIVATE_MODE});
    } catch {
      // A disk that takes no ballast has no room to keep, or fails where it matters soon enough.
    }
  }

  #freeBytes(): number {
    return this.#disk.partitionOf(dirname(this.#path))?.freeBytes ?? Number.POSITIVE_INFINITY;
  }

  #sizeBytes(): number {
    return statSync(this.#path, {throwIfNoEntry: false})?.size ?? 0;
  }
}
