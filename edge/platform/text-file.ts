import {readFileSync} from 'node:fs';

export type TextFile =
  | {readonly kind: 'text'; readonly text: string}
  /** `why` is the system's own word: ENOENT, EACCES, EISDIR. */
  | {readonly kind: 'unreadable'; readonly why: string};

/** A whole file as text. A file that is not there is an answer, not an error. */
export function readTextFile(path: string): TextFile {
  try {
    return {kind: 'text', text: readFileSync(path, 'utf8')};
  } catch (thrown) {
    return {kind: 'unreadable', why: (thrown as NodeJS.ErrnoException).code ?? String(thrown)};
  }
}
