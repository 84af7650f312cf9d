import {readFileSync} from 'node:fs';
import {type FileHandle, open} from 'node:fs/promises';
import {dirname} from 'node:path';
import {errorText, StoreError} from '../../protocols/base/errors.js';
import {makeOwn, syncFolder, writeFileSynced} from '../platform/atomic-file.js';
import {partitionOf} from '../platform/partition.js';
import type {SafeDisk} from '../platform/safe-disk.js';
import type {BackupSecret} from './backup-key.js';
import {type PartSink, readContainer} from './container.js';
import type {BackupPart} from './manifest.js';

/** A part of a backup on its way. */
export interface Place {
  readonly part: BackupPart;
  readonly draft: string;
  readonly final: string;
}

const PRIVATE_MODE = 0o600;
/** Left free beside what is restored, for the first log of the database. */
const SPARE_BYTES = 8 * 1024 * 1024;

/** @throws StoreError `backup/no-room` */
export function checkRoom(places: readonly Place[]): void {
  const needed = places.reduce((sum, {part}) => sum + part.sizeBytes, SPARE_BYTES);
  for (const {final} of places) {
    const folder = dirname(final);
    const free = partitionOf(folder)?.freeBytes;
    if (free === undefined || free >= needed) continue;
    const text = `${folder}: expected ${needed} bytes free for what is restored, got ${free}`;
    throw new StoreError('backup/no-room', text, {folder, needed, free});
  }
}

/**
 * Write each part beside its place, synced, and mark the identity.
 * @throws StoreError `backup/unwritable`, and what `readContainer` throws
 */
export async function writeDrafts(
  path: string,
  parts: {
    readonly secret: BackupSecret;
    readonly disk: SafeDisk;
    readonly places: readonly Place[];
  },
): Promise<void> {
  const {secret, disk, places} = parts;
  await readContainer(path, secret, new DraftSink(disk, places));
  const identity = places.find(({part}) => part.role === 'identity');
  if (identity) markRestored(identity.draft);
  for (const folder of new Set(places.map(({draft}) => dirname(draft)))) syncFolder(folder);
}

export function removeDrafts(disk: SafeDisk, places: readonly Place[]): void {
  for (const {draft} of places) disk.remove(draft);
}

/** The gateway that the backup was made on may still hold this key: another is asked for at once. */
function markRestored(draft: string): void {
  const identity = JSON.parse(readFileSync(draft, 'utf8')) as object;
  const text = `${JSON.stringify({...identity, restored: true}, null, 2)}\n`;
  writeFileSynced(draft, Buffer.from(text));
}

class DraftSink implements PartSink {
  readonly #disk: SafeDisk;
  readonly #places: readonly Place[];
  #file: FileHandle | undefined;
  #draft = '';

  constructor(disk: SafeDisk, places: readonly Place[]) {
    this.#disk = disk;
    this.#places = places;
  }

  begin(part: BackupPart): Promise<void> {
    return this.#guarded(part.path, async () => {
      const place = this.#places.find(one => one.part.path === part.path);
      if (!place) return;
      this.#draft = place.draft;
      this.#disk.makeFolder(dirname(place.draft));
      // Whatever an interrupted restore left there, or somebody put there.
      this.#disk.remove(place.draft);
      this.#file = await open(place.draft, 'wx', PRIVATE_MODE);
      makeOwn(this.#file.fd, place.draft);
    });
  }

  write(chunk: Uint8Array): Promise<void> {
    return this.#guarded(this.#draft, async () => {
      await this.#file?.writeFile(chunk);
    });
  }

  end(): Promise<void> {
    const file = this.#file;
    this.#file = undefined;
    return this.#guarded(this.#draft, async () => {
      await file?.sync();
      await file?.close();
    });
  }

  async #guarded(where: string, work: () => Promise<void>): Promise<void> {
    try {
      await work();
    } catch (thrown) {
      await this.#file?.close();
      this.#file = undefined;
      // What is none of the system's is none of the disk's.
      if (typeof (thrown as NodeJS.ErrnoException).code !== 'string') throw thrown;
      const text = `${where} cannot be written: ${errorText(thrown)}; nothing was replaced`;
      throw new StoreError('backup/unwritable', text, {where}, thrown);
    }
  }
}
