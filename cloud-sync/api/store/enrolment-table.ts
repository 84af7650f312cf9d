import type {CloudReader, CloudTransaction} from './cloud-schema.js';
import type {SecretBox} from './secret-box.js';

export interface EnrolmentRow {
  readonly id: string;
  readonly gateway: string;
  readonly createdWall: number;
  readonly expiresWall: number;
  readonly wrong: number;
  readonly usedKey: string | null;
  readonly usedWall: number | null;
}

const COLUMNS = [
  'id',
  'gw as gateway',
  'created_wall as createdWall',
  'expires_wall as expiresWall',
  'wrong',
  'used_key as usedKey',
  'used_wall as usedWall',
] as const;

/** One-time codes. Of their secret only a derived key is kept, sealed under the cloud's signing key. */
export class EnrolmentTable {
  readonly #box: SecretBox;

  constructor(box: SecretBox) {
    this.#box = box;
  }

  async add(
    db: CloudReader,
    code: {
      readonly id: string;
      readonly gateway: string;
      readonly key: Uint8Array;
      readonly createdWall: number;
      readonly expiresWall: number;
    },
  ): Promise<void> {
    const key = this.#box.seal(Buffer.from(code.key).toString('hex'));
    const times = {created_wall: code.createdWall, expires_wall: code.expiresWall};
    await db
      .insertInto('enrolment')
      .values({id: code.id, gw: code.gateway, key, ...times})
      .execute();
  }

  /** The code and its key; no other transaction changes it before the end of this one. */
  async lock(
    tx: CloudTransaction,
    id: string,
  ): Promise<(EnrolmentRow & {readonly key: Uint8Array}) | undefined> {
    const row = await tx
      .updateTable('enrolment')
      .set(({ref}) => ({wrong: ref('wrong')}))
      .where('id', '=', id)
      .returning([...COLUMNS, 'key as sealed'])
      .executeTakeFirst();
    if (!row) return undefined;
    const {sealed, ...rest} = row;
    return {...rest, key: Buffer.from(this.#box.open(sealed), 'hex')};
  }

  async countWrong(tx: CloudTransaction, id: string): Promise<void> {
    await tx
      .updateTable('enrolment')
      .set(({eb}) => ({wrong: eb('wrong', '+', 1)}))
      .where('id', '=', id)
      .execute();
  }

  async use(tx: CloudTransaction, id: string, key: string, wallMs: number): Promise<void> {
    const used = {used_key: key, used_wall: wallMs};
    await tx.updateTable('enrolment').set(used).where('id', '=', id).execute();
  }

  /** The newest first. */
  list(db: CloudReader, gateway: string): Promise<readonly EnrolmentRow[]> {
    return db
      .selectFrom('enrolment')
      .select(COLUMNS)
      .where('gw', '=', gateway)
      .orderBy('created_wall', 'desc')
      .limit(20)
      .execute();
  }

  /** Codes that expired before `wallMs`. */
  async prune(db: CloudReader, wallMs: number): Promise<void> {
    await db.deleteFrom('enrolment').where('expires_wall', '<', wallMs).execute();
  }
}
