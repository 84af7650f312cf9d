import {closeSync, openSync, rmSync, statfsSync, writeSync} from 'node:fs';
import {join} from 'node:path';

export const FILLERS = ['filler', 'filler-2'] as const;
const CHUNK = Buffer.alloc(2 ** 14, 1);

/** Another program takes the room of a disk until only so much is left. */
export function fill(
  folder: string,
  leavesBytes: number,
  name: (typeof FILLERS)[number] = FILLERS[0],
): void {
  const fd = openSync(join(folder, name), 'w');
  const freeBytes = () => {
    const {bavail, bsize} = statfsSync(folder);
    return bavail * bsize;
  };
  try {
    while (freeBytes() > leavesBytes) writeSync(fd, CHUNK);
  } catch (thrown) {
    if ((thrown as NodeJS.ErrnoException).code !== 'ENOSPC') throw thrown;
  } finally {
    closeSync(fd);
  }
}

/** The room is given back. */
export function free(folder: string): void {
  for (const name of FILLERS) rmSync(join(folder, name), {force: true});
}
