import {copyFileSync, existsSync, mkdirSync, rmSync} from 'node:fs';
import {join} from 'node:path';

/** SQLite's database with the log beside it; the index of the log is made anew. */
const DATABASE_ENDINGS = ['', '-wal'];
const SCRATCH_ENDINGS = ['-shm'];

/**
 * Copies of a database's files as they lie on the disk at one instant, even while it is open: what an
 * image of the card or a careless backup holds.
 */
export class FileCopies {
  readonly #path: string;
  readonly #folder: string;
  readonly #endings: readonly string[];

  /** `endings`: files beside the database that belong to it, such as `.epoch`. */
  constructor(path: string, folder: string, endings: readonly string[] = []) {
    this.#path = path;
    this.#folder = folder;
    this.#endings = [...DATABASE_ENDINGS, ...endings];
  }

  take(): void {
    rmSync(this.#folder, {recursive: true, force: true});
    mkdirSync(this.#folder);
    for (const ending of this.#endings) {
      if (existsSync(this.#path + ending)) copyFileSync(this.#path + ending, this.#kept(ending));
    }
  }

  /** Put the copy back, but for the files named; false when none was taken. Nobody may hold the files. */
  putBack(except: readonly string[] = []): boolean {
    if (!existsSync(this.#kept(''))) return false;
    for (const ending of SCRATCH_ENDINGS) rmSync(this.#path + ending, {force: true});
    for (const ending of this.#endings.filter(name => !except.includes(name))) {
      rmSync(this.#path + ending, {force: true});
      if (existsSync(this.#kept(ending))) copyFileSync(this.#kept(ending), this.#path + ending);
    }
    return true;
  }

  #kept(ending: string): string {
    return join(this.#folder, `copy${ending}`);
  }
}
