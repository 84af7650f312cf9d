import {existsSync, renameSync} from 'node:fs';
import {basename, dirname, join} from 'node:path';
import {errorText, StoreError} from '../../protocols/base/errors.js';
import {readFileIfThere, removeFile, writeFileAtomic} from '../platform/atomic-file.js';

const SUFFIXES = ['', '-wal', '-shm'] as const;
const MARK = /^latchkey sets aside (\S+)\n$/;

/**
 * Rename a damaged database and its journal, so that a person can still look into them: nothing is
 * deleted. Returns where it lies now. A mark beside it stands until `endSetAside`: what lies aside is
 * still to be read.
 * @throws StoreError `store/io` when the disk does not even rename
 */
export function setAside(path: string): string {
  let number = 1;
  while (existsSync(`${path}.damaged-${number}`)) number += 1;
  const aside = `${path}.damaged-${number}`;
  mark(path, aside);
  rename(path, aside);
  return aside;
}

/** Where the file lies that the last run set aside without reading it to its end, as far as it got. */
export function begunSetAside(path: string): string | undefined {
  const content = readFileIfThere(markPath(path));
  const name = content && MARK.exec(Buffer.from(content).toString())?.[1];
  if (name === undefined) return undefined;
  const aside = join(dirname(path), name);
  if (!existsSync(aside)) return undefined;
  // The power went between two names: a log without its file would be taken for that of the next one.
  if (!existsSync(path)) rename(path, aside);
  return aside;
}

/** Whatever has to be read of the file that lies aside is noted in the new one. */
export function endSetAside(path: string): void {
  removeFile(markPath(path));
}

function rename(path: string, aside: string): void {
  try {
    for (const suffix of SUFFIXES) {
      if (existsSync(`${path}${suffix}`)) renameSync(`${path}${suffix}`, `${aside}${suffix}`);
    }
  } catch (thrown) {
    throw new StoreError('store/io', `set ${path} aside: ${errorText(thrown)}`, {path}, thrown);
  }
}

function mark(path: string, aside: string): void {
  try {
    writeFileAtomic(markPath(path), Buffer.from(`latchkey sets aside ${basename(aside)}\n`));
  } catch {
    // A disk without room for it still takes other names: only a power cut right now would miss it.
  }
}

function markPath(path: string): string {
  return `${path}.salvage`;
}
