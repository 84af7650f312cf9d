import {createHash, timingSafeEqual} from 'node:crypto';
import type {Entropy} from '../../../protocols/base/clock.js';
import {SCOPES, type Scope} from '../http/caller.js';
import type {CloudReader} from '../store/cloud-schema.js';
import {FixedQuery} from '../store/fixed-query.js';

export interface AccessKeyRow {
  readonly id: string;
  readonly tenant: string;
  readonly name: string;
  readonly scopes: readonly Scope[];
  /** The only sites it reaches; null: all of its tenant. */
  readonly sites: readonly string[] | null;
  readonly createdWall: number;
  readonly expiresWall: number | null;
  readonly usedWall: number | null;
  readonly revokedWall: number | null;
}

export type NewAccessKey = Pick<
  AccessKeyRow,
  'tenant' | 'name' | 'scopes' | 'sites' | 'createdWall' | 'expiresWall'
>;

const COLUMNS = [
  ...['id', 'tenant', 'name', 'scopes', 'sites', 'created_wall as createdWall'],
  ...['expires_wall as expiresWall', 'used_wall as usedWall', 'revoked_wall as revokedWall'],
] as const;
const SHAPE = /^lk_([0-9A-HJKMNP-TV-Z]{26})_([A-Za-z0-9_-]{43})$/;
const SECRET_BYTES = 32;
/** When a key was used last is written down no more often than this. */
const USED_EVERY_MS = 60_000;

/** Keys of programs, `lk_ID_SECRET`; of the secret only the hash is stored. */
export class AccessKeyTable {
  readonly #entropy: Entropy;
  readonly #live = new FixedQuery((db, {id}: {readonly id: string}) =>
    db
      .selectFrom('access_key')
      .select([...COLUMNS, 'hash'])
      .where('id', '=', id)
      .where(({exists, selectFrom}) =>
        exists(
          selectFrom('tenant')
            .select('tenant.id')
            .whereRef('tenant.id', '=', 'access_key.tenant')
            .where('tenant.state', '=', 'active'),
        ),
      ),
  );

  constructor(entropy: Entropy) {
    this.#entropy = entropy;
  }

  /** The key as it is shown this once, and never again. */
  async add(db: CloudReader, made: NewAccessKey): Promise<{id: string; key: string}> {
    const id = this.#entropy.ulid();
    const secret = Buffer.from(this.#entropy.bytes(SECRET_BYTES)).toString('base64url');
    const {tenant, name, scopes, sites, createdWall, expiresWall} = made;
    await db
      .insertInto('access_key')
      .values({
        ...{id, tenant, name, hash: hashOf(secret), scopes: JSON.stringify(scopes)},
        ...{sites: sites && JSON.stringify(sites), created_wall: createdWall},
        ...{expires_wall: expiresWall, used_wall: null, revoked_wall: null},
      })
      .execute();
    return {id, key: `lk_${id}_${secret}`};
  }

  /** Whose key this is, when it is good at `wallMs` and its tenant is active. */
  async find(db: CloudReader, key: string, wallMs: number): Promise<AccessKeyRow | undefined> {
    const [, id = '', secret = ''] = SHAPE.exec(key) ?? [];
    if (id === '') return undefined;
    const row = await this.#live.first(db, {id});
    if (!row || !isSame(row.hash, hashOf(secret)) || row.revokedWall !== null) return undefined;
    if (row.expiresWall !== null && row.expiresWall <= wallMs) return undefined;
    if (row.usedWall === null || wallMs - row.usedWall >= USED_EVERY_MS) {
      const used = db.updateTable('access_key').set({used_wall: wallMs});
      await used.where('id', '=', id).execute();
    }
    return rowOf(row);
  }

  async get(db: CloudReader, tenant: string, id: string): Promise<AccessKeyRow | undefined> {
    const query = db.selectFrom('access_key').select(COLUMNS).where('tenant', '=', tenant);
    const row = await query.where('id', '=', id).executeTakeFirst();
    return row && rowOf(row);
  }

  /** By id, which is by age. */
  async list(
    db: CloudReader,
    tenant: string,
    {after, limit}: {readonly after: string; readonly limit: number},
  ): Promise<readonly AccessKeyRow[]> {
    const query = db.selectFrom('access_key').select(COLUMNS).where('tenant', '=', tenant);
    const page = query.where('id', '>', after).orderBy('id').limit(limit);
    return (await page.execute()).map(rowOf);
  }

  /** How many of the tenant's keys are good at `wallMs`; with `name`, of those that bear it. */
  async countLive(
    db: CloudReader,
    tenant: string,
    {name, wallMs}: {readonly name?: string; readonly wallMs: number},
  ): Promise<number> {
    const query = db.selectFrom('access_key').select(({fn}) => fn.countAll<number>().as('n'));
    const {n} = await query
      .where('tenant', '=', tenant)
      .where('revoked_wall', 'is', null)
      .where(({eb, or}) => or([eb('expires_wall', 'is', null), eb('expires_wall', '>', wallMs)]))
      .$if(name !== undefined, some => some.where('name', '=', name ?? ''))
      .executeTakeFirstOrThrow();
    return Number(n);
  }

  /** False when the tenant has no such key. */
  async revoke(db: CloudReader, tenant: string, id: string, wallMs: number): Promise<boolean> {
    const {numUpdatedRows} = await db
      .updateTable('access_key')
      .set(({fn, val}) => ({revoked_wall: fn.coalesce('revoked_wall', val(wallMs))}))
      .where('tenant', '=', tenant)
      .where('id', '=', id)
      .executeTakeFirstOrThrow();
    return numUpdatedRows > 0n;
  }
}

type Raw = Omit<AccessKeyRow, 'scopes' | 'sites'> & {
  readonly scopes: string;
  readonly sites: string | null;
};

function rowOf(raw: Raw): AccessKeyRow {
  const {id, tenant, name, createdWall, expiresWall, usedWall, revokedWall} = raw;
  const named: readonly string[] = JSON.parse(raw.scopes);
  return {
    ...{id, tenant, name, createdWall, expiresWall, usedWall, revokedWall},
    // A scope that this version knows no more opens nothing.
    scopes: SCOPES.filter(scope => named.includes(scope)),
    sites: raw.sites === null ? null : (JSON.parse(raw.sites) as readonly string[]),
  };
}

function hashOf(secret: string): string {
  return createHash('sha256').update(secret).digest('hex');
}

function isSame(left: string, right: string): boolean {
  return timingSafeEqual(Buffer.from(left, 'hex'), Buffer.from(right, 'hex'));
}
