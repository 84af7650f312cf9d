import {createHash, timingSafeEqual} from 'node:crypto';
import {sql} from 'kysely';
import type {Entropy} from '../../../protocols/base/clock.js';
import type {CloudReader, CloudTransaction} from '../store/cloud-schema.js';

export interface SessionRow {
  readonly id: string;
  readonly tenant: string;
  readonly member: string;
  readonly createdWall: number;
  readonly usedWall: number;
  readonly idleMs: number;
  readonly endsWall: number;
}

export interface SessionLife {
  /** Unused for so long, it ends. */
  readonly idleMs: number;
  /** Used or not, it ends after this. */
  readonly maxMs: number;
}

const COLUMNS = [
  ...['id', 'tenant', 'member', 'created_wall as createdWall', 'used_wall as usedWall'],
  ...['idle_ms as idleMs', 'ends_wall as endsWall'],
] as const;
const SHAPE = /^ls_([0-9A-HJKMNP-TV-Z]{26})_([A-Za-z0-9_-]{43})$/;
const SECRET_BYTES = 32;
/** When it was used last is written down no more often than this. */
const USED_EVERY_MS = 60_000;

/** Sessions of people, `ls_ID_SECRET`; of the secret only the hash is stored. */
export class SessionTable {
  readonly #entropy: Entropy;

  constructor(entropy: Entropy) {
    this.#entropy = entropy;
  }

  /** The token as it is shown this once. */
  async add(
    tx: CloudTransaction,
    {tenant, member}: Pick<SessionRow, 'tenant' | 'member'>,
    {idleMs, maxMs}: SessionLife,
    wallMs: number,
  ): Promise<{readonly id: string; readonly token: string; readonly endsWall: number}> {
    const id = this.#entropy.ulid();
    const secret = Buffer.from(this.#entropy.bytes(SECRET_BYTES)).toString('base64url');
    const endsWall = wallMs + maxMs;
    await tx
      .insertInto('person_session')
      .values({
        ...{id, tenant, member, hash: hashOf(secret), created_wall: wallMs, used_wall: wallMs},
        ...{idle_ms: idleMs, ends_wall: endsWall},
      })
      .execute();
    return {id, token: `ls_${id}_${secret}`, endsWall};
  }

  /** Whose session the token is, when it is good at `wallMs`. */
  async find(db: CloudReader, token: string, wallMs: number): Promise<SessionRow | undefined> {
    const [, id = '', secret = ''] = SHAPE.exec(token) ?? [];
    if (id === '') return undefined;
    const query = db.selectFrom('person_session').select([...COLUMNS, 'hash']);
    const row = await query.where('id', '=', id).executeTakeFirst();
    if (!row || !isSame(row.hash, hashOf(secret)) || !isOpen(row, wallMs)) return undefined;
    if (wallMs - row.usedWall >= USED_EVERY_MS) {
      const used = db.updateTable('person_session').set({used_wall: wallMs});
      await used.where('id', '=', id).execute();
    }
    const {hash: _, ...session} = row;
    return session;
  }

  /** Open ones of a member, the newest first. */
  async list(db: CloudReader, member: string, wallMs: number): Promise<readonly SessionRow[]> {
    const query = db.selectFrom('person_session').select(COLUMNS).where('member', '=', member);
    const rows = await query.orderBy('id', 'desc').limit(MAX_SESSIONS).execute();
    return rows.filter(row => isOpen(row, wallMs));
  }

  /** False when the member has no such session. */
  async end(db: CloudReader, member: string, id: string): Promise<boolean> {
    const query = db.deleteFrom('person_session').where('member', '=', member);
    const {numDeletedRows} = await query.where('id', '=', id).executeTakeFirstOrThrow();
    return numDeletedRows > 0n;
  }

  /** All of a member but `except`. */
  async endAll(tx: CloudTransaction, member: string, except?: string): Promise<number> {
    let query = tx.deleteFrom('person_session').where('member', '=', member);
    if (except !== undefined) query = query.where('id', '<>', except);
    return Number((await query.executeTakeFirstOrThrow()).numDeletedRows);
  }

  /** Above so many the oldest end. */
  async trim(tx: CloudTransaction, member: string): Promise<void> {
    const newest = tx.selectFrom('person_session').select('id').where('member', '=', member);
    const kept = (await newest.orderBy('id', 'desc').limit(MAX_SESSIONS).execute()).map(
      ({id}) => id,
    );
    if (kept.length < MAX_SESSIONS) return;
    const rest = tx.deleteFrom('person_session').where('member', '=', member);
    await rest.where('id', 'not in', kept).execute();
  }

  async prune(db: CloudReader, wallMs: number): Promise<void> {
    const idle = sql<number>`used_wall + idle_ms`;
    await db
      .deleteFrom('person_session')
      .where(({eb, or}) => or([eb('ends_wall', '<=', wallMs), eb(idle, '<=', wallMs)]))
      .execute();
  }
}

/** Of one member at one time. */
const MAX_SESSIONS = 20;

function isOpen({usedWall, idleMs, endsWall}: SessionRow, wallMs: number): boolean {
  return wallMs < endsWall && wallMs < usedWall + idleMs;
}

function hashOf(secret: string): string {
  return createHash('sha256').update(secret).digest('hex');
}

function isSame(left: string, right: string): boolean {
  return timingSafeEqual(Buffer.from(left, 'hex'), Buffer.from(right, 'hex'));
}
