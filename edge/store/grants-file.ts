import {createHmac, timingSafeEqual} from 'node:crypto';
import {fromHex, toHex} from '../../protocols/base/bytes.js';
import type {UnixMillis} from '../../protocols/base/clock.js';
import {type GrantStateRow, hashOfState} from '../../protocols/cloud/grant-state.js';
import {readFileIfThere, writeFileAtomic} from '../platform/atomic-file.js';
import type {GrantUse} from './grant-book.js';
import type {SecretBox} from './secret-box.js';

const HEADER = 'latchkey grants 2';
const KEY_LABEL = 'latchkey grants file';

/** Everything that the decisions of a site need and only the cloud could give again. */
export interface GrantsPicture {
  readonly site: string;
  readonly ver: number;
  readonly hash: string;
  readonly rows: readonly GrantStateRow[];
  readonly revocations: number;
  readonly revoked: readonly string[];
  readonly used: readonly GrantUse[];
  readonly spent: readonly string[];
  readonly confirmedWallMs: UnixMillis | undefined;
  /** Of rights that began before it nobody knew whether they were used. */
  readonly usesSureFromMs?: UnixMillis;
  /** Counters of sealed frames as they stood, in decimal. */
  readonly counters: readonly (readonly [name: string, below: string])[];
}

type SealedRow = {readonly table: string; readonly row: Record<string, unknown>};

/**
 * Second source of the grants beside the database, `<database>.grants`: written whole after a version
 * was applied, signed with a key that only this site has, card secrets sealed as they are in the
 * database. A power cut leaves the old one or the new one. @see sync.md 3.3
 */
export class GrantsFile {
  readonly #path: string;
  readonly #key: Uint8Array;
  readonly #box: SecretBox;

  constructor(databasePath: string, secretKey: Uint8Array, box: SecretBox) {
    this.#path = `${databasePath}.grants`;
    this.#key = createHmac('sha256', secretKey).update(KEY_LABEL).digest();
    this.#box = box;
  }

  /** Returns the size in bytes. Failures are the system's own errors. */
  write(picture: GrantsPicture): number {
    const rows = picture.rows.map(entry => this.#sealed(entry));
    const body = JSON.stringify({...picture, rows});
    const content = Buffer.from(`${HEADER}\n${toHex(this.#sign(body))}\n${body}`);
    writeFileAtomic(this.#path, content);
    return content.length;
  }

  /** Undefined when there is none, or somebody changed it, or it is another site's. */
  read(site: string): GrantsPicture | undefined {
    try {
      const content = readFileIfThere(this.#path);
      if (content === undefined) return undefined;
      const [header, mark = '', body = ''] = Buffer.from(content).toString('utf8').split('\n', 3);
      if (header !== HEADER || !timingSafeEqual(this.#sign(body), fromHex(mark))) return undefined;
      const picture = JSON.parse(body) as GrantsPicture;
      if (picture.site !== site) return undefined;
      const rows = picture.rows.map(entry => this.#opened(entry as unknown as SealedRow));
      return hashOfState(rows) === picture.hash ? {...picture, rows} : undefined;
    } catch {
      // Unreadable, cut short or of another key: as good as none.
      return undefined;
    }
  }

  #sign(body: string): Uint8Array {
    return createHmac('sha256', this.#key).update(body).digest();
  }

  #sealed({table, row}: GrantStateRow): SealedRow {
    const {secretHex, ...open} = {secretHex: undefined, ...row};
    if (secretHex === undefined) return {table, row: open};
    return {table, row: {...open, sealed: this.#hide(secretHex, open.id)}};
  }

  #hide(secretHex: string, owner: string): string {
    return Buffer.from(this.#box.seal(fromHex(secretHex), owner)).toString('base64');
  }

  #opened({table, row}: SealedRow): GrantStateRow {
    const {sealed, ...open} = row;
    if (sealed === undefined) return {table, row} as unknown as GrantStateRow;
    const secret = this.#box.open(Buffer.from(String(sealed), 'base64'), String(open['id']));
    return {table, row: {...open, secretHex: toHex(secret)}} as unknown as GrantStateRow;
  }
}
