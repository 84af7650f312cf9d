import {createHash, type KeyObject, sign, verify} from 'node:crypto';
import type {CloudReader, CloudTransaction} from '../store/cloud-schema.js';
import {lockTenant} from '../tenancy/tenant-table.js';
import type {PersonKind} from './person-fields.js';

/** That data was erased: what kind of it, how much, when, by which rule. Nothing of the data itself. */
export interface ErasureRow {
  readonly tenant: string;
  /** Counts up per tenant without a gap. */
  readonly no: number;
  readonly member: string;
  readonly kind: string;
  /** How many values there were. */
  readonly fields: number;
  /** `request`, or `retention 30 d`. */
  readonly rule: string;
  readonly actor: string;
  readonly reason: string | null;
  readonly atWall: number;
  /** SHA-256 over the row and the hash before it, in hex. */
  readonly h: string;
  /** Ed25519 over `h`, in base64. */
  readonly sig: string;
}

export type NewErasure = Omit<ErasureRow, 'no' | 'h' | 'sig'>;

export interface OutOfDate {
  readonly tenant: string;
  readonly kind: PersonKind;
  readonly beforeWall: number;
  /** Only his. */
  readonly member?: string;
}

const COLUMNS = [
  ...['tenant', 'no', 'member', 'kind', 'fields', 'rule', 'actor', 'reason'],
  ...['at_wall as atWall', 'h', 'sig'],
] as const;
const START = '0'.repeat(64);

/** Proofs of what was erased, a signed chain per tenant, and how long tenants keep data. */
export class ErasureTable {
  readonly #signingKey: KeyObject;

  constructor(signingKey: KeyObject) {
    this.#signingKey = signingKey;
  }

  async prove(tx: CloudTransaction, made: NewErasure): Promise<ErasureRow> {
    await lockTenant(tx, made.tenant);
    const last = await tx
      .selectFrom('erasure')
      .select(['no', 'h'])
      .where('tenant', '=', made.tenant)
      .orderBy('no', 'desc')
      .limit(1)
      .executeTakeFirst();
    const no = (last?.no ?? 0) + 1;
    const h = hashOf({...made, no}, last?.h ?? START);
    const sig = sign(null, Buffer.from(h, 'hex'), this.#signingKey).toString('base64');
    const {atWall: at_wall, ...same} = made;
    await tx
      .insertInto('erasure')
      .values({...same, at_wall, no, h, sig})
      .execute();
    return {...made, no, h, sig};
  }

  async list(
    db: CloudReader,
    tenant: string,
    {after, limit}: {readonly after: number; readonly limit: number},
  ): Promise<readonly ErasureRow[]> {
    const query = db.selectFrom('erasure').select(COLUMNS).where('tenant', '=', tenant);
    const rows = await query.where('no', '>', after).orderBy('no').limit(limit).execute();
    return rows as unknown as readonly ErasureRow[];
  }

  async rules(db: CloudReader, tenant: string): Promise<ReadonlyMap<string, number | null>> {
    const query = db.selectFrom('retention_rule').select(['kind', 'days']);
    const rows = await query.where('tenant', '=', tenant).execute();
    return new Map(rows.map(({kind, days}) => [kind, days]));
  }

  async setRule(tx: CloudTransaction, tenant: string, kind: PersonKind, days: number | null) {
    await tx
      .insertInto('retention_rule')
      .values({tenant, kind, days})
      .onConflict(clash => clash.columns(['tenant', 'kind']).doUpdateSet({days}))
      .execute();
  }

  /** Tenants that keep data of this kind. */
  async tenantsWith(db: CloudReader, kind: PersonKind): Promise<readonly string[]> {
    const query = db.selectFrom('person_key').select('tenant').distinct();
    const rows = await query.where('kind', '=', kind).orderBy('tenant').execute();
    return rows.map(({tenant}) => tenant);
  }

  /** Whose data of a kind was not changed since `beforeWall`, the oldest first. */
  async outOfDate(db: CloudReader, of: OutOfDate, limit: number): Promise<readonly string[]> {
    let query = db
      .selectFrom('person_key')
      .select('member')
      .where('tenant', '=', of.tenant)
      .where('kind', '=', of.kind)
      .where('since_wall', '<=', of.beforeWall);
    if (of.member !== undefined) query = query.where('member', '=', of.member);
    const rows = await query.orderBy('since_wall').orderBy('member').limit(limit).execute();
    return rows.map(({member}) => member);
  }
}

/**
 * Is this the whole chain of a tenant from its first row on, as it was written? Gives the number of the
 * first row that is not.
 */
export function firstForged(rows: readonly ErasureRow[], publicKey: KeyObject): number | undefined {
  let before = START;
  for (const [index, row] of rows.entries()) {
    const isNext = row.no === index + 1 && row.h === hashOf(row, before);
    const signature = Buffer.from(row.sig, 'base64');
    if (!isNext || !verify(null, Buffer.from(row.h, 'hex'), publicKey, signature)) return row.no;
    before = row.h;
  }
  return undefined;
}

function hashOf(row: Omit<ErasureRow, 'h' | 'sig'>, before: string): string {
  const {tenant, no, member, kind, fields, rule, actor, reason, atWall} = row;
  const parts = ['latchkey-erasure-v1', before, tenant, no, member, kind, fields, rule];
  const text = JSON.stringify([...parts, actor, reason, atWall]);
  return createHash('sha256').update(text).digest('hex');
}
