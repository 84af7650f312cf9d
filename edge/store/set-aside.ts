import {existsSync, renameSync} from 'node:fs';
import {errorText, StoreError} from '../../protocols/base/errors.js';

const SUFFIXES = ['', '-wal', '-shm'] as const;

/**
 * Rename a damaged database and its journal, so that a person can still look into them: nothing is
 * deleted. Returns where it lies now.
 * @throws StoreError `store/io` when the disk does not even rename
 */
export function setAside(path: string): string {
  let number = 1;
  while (existsSync(`${path}.damaged-${number}`)) number += 1;
  const aside = `${path}.damaged-${number}`;
  try {
    for (const suffix of SUFFIXES) {
      if (existsSync(`${path}${suffix}`)) renameSync(`${path}${suffix}`, `${aside}${suffix}`);
    }
  } catch (thrown) {
    throw new StoreError('store/io', `set ${path} aside: ${errorText(thrown)}`, {path}, thrown);
  }
  return aside;
}
