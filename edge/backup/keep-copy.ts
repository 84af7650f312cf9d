import {readdirSync} from 'node:fs';
import {join} from 'node:path';
import {StoreError} from '../../protocols/base/errors.js';
import {removeFile} from '../platform/atomic-file.js';
import {partitionOf} from '../platform/partition.js';
import {makePrivateFolder} from '../platform/private-folder.js';
import {type BackupOptions, makeBackup} from './make-backup.js';

export interface CopyOptions extends BackupOptions {
  /** Of the database as it is; left out, nobody asks for room. */
  readonly databaseBytes?: number;
}

const KEPT_COPIES = 7;
const COPY_ENDING = '.lkbackup';
/** Left to the site whatever is copied: far from where its store calls for help. */
const SPARE_BYTES = 64 * 1024 * 1024;

/** Where a daemon keeps copies of its own. */
export function copiesFolder(databasePath: string): string {
  return `${databasePath}.copies`;
}

/**
 * A copy before something risky, in `folder`; the latest seven stay, fewer on a disk that is short of
 * room. Sealed under `secret`, for which a daemon takes the key of its card secrets. Returns the file.
 * @throws StoreError `backup/no-room`, and what `makeBackup` throws
 */
export async function keepCopy(
  folder: string,
  reason: string,
  options: CopyOptions,
): Promise<string> {
  makePrivateFolder(folder);
  // What a power cut left of another one.
  for (const name of readdirSync(folder)) {
    if (!name.endsWith(COPY_ENDING)) removeFile(join(folder, name));
  }
  makeRoom(folder, options.databaseBytes);
  const target = join(folder, `${options.entropy.ulid()}-${reason}${COPY_ENDING}`);
  await makeBackup(target, options);
  for (const name of copiesIn(folder).slice(0, -KEPT_COPIES)) removeFile(join(folder, name));
  return target;
}

/** The database is there twice for a moment: as it is, and sealed. */
function makeRoom(folder: string, databaseBytes: number | undefined): void {
  if (databaseBytes === undefined) return;
  const needed = 2 * databaseBytes + SPARE_BYTES;
  const free = () => partitionOf(folder)?.freeBytes ?? Number.POSITIVE_INFINITY;
  for (const name of copiesIn(folder).slice(0, -1)) {
    if (free() >= needed) return;
    removeFile(join(folder, name));
  }
  if (free() >= needed) return;
  const text = `${folder}: expected ${needed} bytes free for a copy of the site, got ${free()}`;
  throw new StoreError('backup/no-room', text, {folder, needed});
}

/** Oldest first. */
function copiesIn(folder: string): readonly string[] {
  return readdirSync(folder)
    .filter(name => name.endsWith(COPY_ENDING))
    .sort();
}
