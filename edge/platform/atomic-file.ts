import {
  closeSync,
  fchmodSync,
  fchownSync,
  fsyncSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  writeSync,
} from 'node:fs';
import {dirname} from 'node:path';
import {ownerForNew} from './owner.js';

const PRIVATE_MODE = 0o600;

/**
 * Replace `path` by `content` so that a power cut leaves the old file or the new one, whole: written
 * beside it, synced, renamed, and the folder synced. Readable by its owner only.
 */
export function writeFileAtomic(path: string, content: Uint8Array): void {
  const draft = `${path}.tmp`;
  try {
    writeFileSynced(draft, content);
  } catch (thrown) {
    // A full disk has no room for half of a file.
    removeFile(draft);
    throw thrown;
  }
  renameSync(draft, path);
  syncFolder(dirname(path));
}

/** Write `path` whatever was there, and sync it; its name outlives a power cut once its folder is synced. */
export function writeFileSynced(path: string, content: Uint8Array): void {
  const file = openSync(path, 'w', PRIVATE_MODE);
  try {
    makeOwn(file, path);
    let written = 0;
    while (written < content.length) written += writeSync(file, content, written);
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
}

/** An open file of ours: its owner's only, also where it was there before with another mode. */
export function makeOwn(file: number, path: string): void {
  fchmodSync(file, PRIVATE_MODE);
  const owner = ownerForNew(path);
  if (owner) fchownSync(file, owner.uid, owner.gid);
}

/** Make names in a folder outlive a power cut. */
export function syncFolder(path: string): void {
  const folder = openSync(path, 'r');
  try {
    fsyncSync(folder);
  } finally {
    closeSync(folder);
  }
}

/** The whole file, or undefined when there is none. Other failures are the system's own errors. */
export function readFileIfThere(path: string): Uint8Array | undefined {
  try {
    return new Uint8Array(readFileSync(path));
  } catch (thrown) {
    if ((thrown as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw thrown;
  }
}

/** Idempotent. */
export function removeFile(path: string): void {
  rmSync(path, {force: true});
}
