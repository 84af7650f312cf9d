import {statfsSync} from 'node:fs';

/** Room of the file system that a file lies on. */
export interface Partition {
  readonly sizeBytes: number;
  /** What this user may still write. */
  readonly freeBytes: number;
}

/** Undefined where nobody can tell. */
export function partitionOf(path: string): Partition | undefined {
  try {
    const {bsize, blocks, bavail} = statfsSync(path);
    return {sizeBytes: bsize * blocks, freeBytes: bsize * bavail};
  } catch {
    return undefined;
  }
}
