import type {SecretBox} from '../store/secret-box.js';

/** Crockford's: nothing in it is taken for something else. */
const LETTERS = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';
const CODE_CHARS = 10;

/** Codes by which who reads a notice answers it: each follows from its notice, and is kept nowhere. */
export class AnswerCodes {
  readonly #box: Pick<SecretBox, 'mark'>;

  constructor(box: Pick<SecretBox, 'mark'>) {
    this.#box = box;
  }

  /** 50 bits of the notice with this id. */
  codeOf(notice: string): string {
    const bytes = Buffer.from(this.#box.mark(`call-notice-code\0${notice}`), 'hex');
    return [...bytes.subarray(0, CODE_CHARS)].map(byte => LETTERS[byte % 32]).join('');
  }

  /** What a code is found by. */
  markOf(code: string): string {
    return this.#box.mark(`call-notice-mark\0${code}`);
  }

  /** As somebody typed it. */
  read(text: string): string {
    return text.toUpperCase().replace(/[\s-]/g, '').replace(/O/g, '0').replace(/[IL]/g, '1');
  }
}
