import type {Clock, Millis, Timer} from '../../protocols/base/clock.js';
import {errorText} from '../../protocols/base/errors.js';
import {removeFile, writeFileAtomic} from '../platform/atomic-file.js';
import type {Log} from '../platform/log.js';

const TRY_AGAIN_MS: Millis = 10_000;

/**
 * The file by which programs of this machine reach the running daemon. A disk that does not take it keeps no
 * site from its start nor from its end: it is written once the disk does.
 */
export class AccessFile {
  readonly #path: string;
  readonly #content: Uint8Array;
  readonly #clock: Clock;
  readonly #log: Log;
  #again: Timer | undefined;
  #isTold = false;

  constructor(path: string, text: string, parts: {readonly clock: Clock; readonly log: Log}) {
    this.#path = path;
    this.#content = Buffer.from(text);
    this.#clock = parts.clock;
    this.#log = parts.log;
  }

  /** Write it now, or as soon as that can be done. */
  keep(): void {
    try {
      writeFileAtomic(this.#path, this.#content);
    } catch (thrown) {
      this.#tell(thrown);
      // Of a run that was killed: it would lead nowhere.
      this.#remove();
      this.#again = this.#clock.timer('access file', TRY_AGAIN_MS, () => this.keep());
    }
  }

  /** The daemon ends: nobody is to look for it. */
  close(): void {
    this.#again?.cancel();
    this.#remove();
  }

  #remove(): void {
    try {
      removeFile(this.#path);
    } catch (thrown) {
      this.#tell(thrown);
    }
  }

  #tell(thrown: unknown): void {
    if (this.#isTold) return;
    this.#isTold = true;
    this.#log.error('page.access-not-written', {path: this.#path, error: errorText(thrown)});
  }
}
