import {chownSync, mkdirSync} from 'node:fs';
import {dirname, join} from 'node:path';
import {readFileIfThere, removeFile, syncFolder, writeFileAtomic} from './atomic-file.js';
import {ownerForNew} from './owner.js';

const PRIVATE_MODE = 0o700;

/** Make a folder for its owner only, with those above it, so that it outlives a power cut. Idempotent. */
export function makePrivateFolder(path: string): void {
  const first = mkdirSync(path, {recursive: true, mode: PRIVATE_MODE});
  if (first === undefined) return;
  for (let made = path; ; made = dirname(made)) {
    const owner = ownerForNew(first);
    if (owner) chownSync(made, owner.uid, owner.gid);
    syncFolder(dirname(made));
    if (made === first || made === dirname(made)) return;
  }
}

/** A folder for its owner only, whose files are replaced whole; made with its first file. */
export class PrivateFolder {
  readonly path: string;

  constructor(path: string) {
    this.path = path;
  }

  /** Undefined when there is no such file. */
  read(name: string): Uint8Array | undefined {
    return readFileIfThere(join(this.path, name));
  }

  write(name: string, content: Uint8Array): void {
    makePrivateFolder(this.path);
    writeFileAtomic(join(this.path, name), content);
  }

  /** Idempotent. */
  remove(name: string): void {
    removeFile(join(this.path, name));
  }
}
