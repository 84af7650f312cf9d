import {mkdirSync} from 'node:fs';
import {join} from 'node:path';
import {readFileIfThere, removeFile, writeFileAtomic} from './atomic-file.js';

const PRIVATE_MODE = 0o700;

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
    mkdirSync(this.path, {recursive: true, mode: PRIVATE_MODE});
    writeFileAtomic(join(this.path, name), content);
  }

  /** Idempotent. */
  remove(name: string): void {
    removeFile(join(this.path, name));
  }
}
