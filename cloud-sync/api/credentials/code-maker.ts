import {scrypt} from 'node:crypto';
import {toHex} from '../../../protocols/base/bytes.js';
import type {Entropy} from '../../../protocols/base/clock.js';
import {
  CODE_DIGEST_BYTES,
  CODE_SCRYPT,
  codeDigits,
  codeSalt,
} from '../../../protocols/credential/keypad-code.js';
import {Refusal} from '../http/refusals.js';
import type {CloudTransaction} from '../store/cloud-schema.js';
import {NotReady} from '../store/not-ready.js';
import type {SecretBox} from '../store/secret-box.js';
import type {CodeTable} from './code-table.js';

/** 32 bytes of scrypt over the digits of a code. */
export type StretchCode = (digits: string, salt: Uint8Array) => Promise<Uint8Array>;

/** On the thread pool: tens of milliseconds in which others are served. @see sync.md 5.2 */
export const stretchCode: StretchCode = (digits, salt) =>
  new Promise((resolve, reject) => {
    scrypt(digits, salt, CODE_DIGEST_BYTES, CODE_SCRYPT, (error, key) => {
      if (error) reject(error);
      else resolve(new Uint8Array(key));
    });
  });

export interface CodeMakerOptions {
  readonly entropy: Entropy;
  readonly box: SecretBox;
  readonly codes: CodeTable;
  readonly stretch: StretchCode;
}

export interface MadeCode {
  readonly digits: string;
  readonly digest: string;
  readonly epoch: number;
}

interface CodeSlot {
  readonly site: string;
  readonly credential: string;
  readonly digest: string;
}

/** Digits with what scrypt makes of them: nobody's until a transaction takes them. */
type Stretched = Pick<MadeCode, 'digits' | 'digest'>;

/** What codes of one site are made of. */
interface CodeForm {
  readonly site: string;
  readonly epoch: number;
  readonly digitCount: number;
}

/**
 * Makes codes that no other live one at the same gateway equals; the digits are stored nowhere. What scrypt
 * takes long for is done between two runs of a transaction, never within one, which holds locks, and on
 * SQLite the one connection.
 */
export class CodeMaker {
  readonly #options: CodeMakerOptions;
  readonly #spare = new Map<string, Stretched[]>();

  constructor(options: CodeMakerOptions) {
    this.#options = options;
  }

  /**
   * A code that is taken by a run which is undone is thrown away.
   * @throws Refusal `codes_exhausted` when the site has as many live codes as it is planned for
   * @throws NotReady when none is there to be taken
   */
  async make(
    tx: CloudTransaction,
    {site, credential}: {readonly site: string; readonly credential: string},
    gateways: readonly string[],
  ): Promise<MadeCode> {
    const {codes} = this.#options;
    const {liveCodes, epoch} = await codes.plan(tx, site);
    if ((await codes.liveAt(tx, site)) >= liveCodes) {
      throw new Refusal('codes_exhausted', {detail: `planned for ${liveCodes} live codes`});
    }
    const form = {site, epoch, digitCount: codeDigits(liveCodes)};
    const spare = this.#spareOf(form);
    for (let made = spare.pop(); made; made = spare.pop()) {
      const {digest} = made;
      if (await this.#claim(tx, {site, credential, digest}, gateways)) return {...made, epoch};
    }
    const giveUp = new Refusal('codes_exhausted', {detail: 'every code tried was in use'});
    throw new NotReady(() => this.#stretch(form), giveUp);
  }

  async #stretch(form: CodeForm): Promise<void> {
    const digits = this.#digits(form.digitCount);
    const digest = await this.#options.stretch(digits, codeSalt(form.site, form.epoch));
    this.#spareOf(form).push({digits, digest: toHex(digest)});
  }

  #spareOf({site, epoch, digitCount}: CodeForm): Stretched[] {
    const name = `${epoch} ${digitCount} ${site}`;
    const known = this.#spare.get(name);
    if (known) return known;
    const made: Stretched[] = [];
    this.#spare.set(name, made);
    return made;
  }

  /** False when another code there is the same. */
  claimOne(
    tx: CloudTransaction,
    {site, credential, digest}: CodeSlot,
    gateway: string,
  ): Promise<boolean> {
    const {codes, box} = this.#options;
    return codes.claim(tx, {gateway, mark: box.mark(`code ${digest}`), credential, site});
  }

  /** At all of `gateways`, or at none. */
  async #claim(
    tx: CloudTransaction,
    slot: CodeSlot,
    gateways: readonly string[],
  ): Promise<boolean> {
    for (const gateway of gateways) {
      if (await this.claimOne(tx, slot, gateway)) continue;
      await this.#options.codes.free(tx, slot.credential);
      return false;
    }
    return true;
  }

  /** Uniform: what would prefer low digits is thrown away. */
  #digits(count: number): string {
    let digits = '';
    while (digits.length < count) {
      for (const byte of this.#options.entropy.bytes(count)) {
        if (byte < 250 && digits.length < count) digits += byte % 10;
      }
    }
    return digits;
  }
}
