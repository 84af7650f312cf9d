import {Refusal} from '../http/refusals.js';
import type {CloudReader, CloudTransaction} from '../store/cloud-schema.js';
import {FixedQuery} from '../store/fixed-query.js';

/** What a member is in business. What a login may do here is another matter: `Role` of `http/caller`. */
export const MEMBER_ROLES = [
  'tenant',
  'lender',
  'bather',
  'host',
  'guest',
  'locksmith',
  'unit',
  'guard',
  'operator',
] as const;
export type MemberRole = (typeof MEMBER_ROLES)[number];
export const MEMBER_STATUSES = ['active', 'frozen', 'erased'] as const;
export type MemberStatus = (typeof MEMBER_STATUSES)[number];

export interface MemberRow {
  readonly id: string;
  readonly tenant: string;
  readonly site: string | null;
  readonly roles: readonly MemberRole[];
  readonly status: MemberStatus;
  /** `陈** 138****5678`; empty once erased. */
  readonly displayMask: string;
  readonly ver: number;
  readonly createdWall: number;
  readonly changedWall: number;
  readonly eraseDueWall: number | null;
}

export interface MemberQuery {
  readonly tenant: string;
  /** The only sites that may be seen; undefined: the whole tenant. */
  readonly sites: ReadonlySet<string> | undefined;
  readonly role?: MemberRole | undefined;
  readonly status?: MemberStatus | undefined;
  /** Only those with a greater id. */
  readonly after: string;
  readonly limit: number;
}

export interface EraseOrder {
  readonly id: string;
  readonly tenant: string;
  readonly why: string | null;
  readonly by: string;
}

type MemberChange = Partial<Pick<MemberRow, 'site' | 'roles' | 'status' | 'displayMask'>>;

const COLUMNS = [
  ...['id', 'tenant', 'site', 'roles', 'status', 'mask as displayMask', 'ver'],
  ...['created_wall as createdWall', 'changed_wall as changedWall'],
  'erase_due_wall as eraseDueWall',
] as const;

/** Members. What is personal of them lies in the vault. */
export class MemberTable {
  readonly #lock = new FixedQuery(
    (db, {tenant, id}: {readonly tenant: string; readonly id: string}) =>
      db
        .updateTable('member')
        .set(({ref}) => ({ver: ref('ver')}))
        .where('tenant', '=', tenant)
        .where('id', '=', id)
        .returning(COLUMNS),
  );

  async add(
    tx: CloudTransaction,
    made: Pick<MemberRow, 'id' | 'tenant' | 'site' | 'roles' | 'displayMask' | 'createdWall'>,
  ): Promise<void> {
    const {id, tenant, site, roles, displayMask: mask, createdWall} = made;
    await tx
      .insertInto('member')
      .values({
        ...{id, tenant, site, roles: JSON.stringify(roles), status: 'active', mask},
        ...{created_wall: createdWall, changed_wall: createdWall},
        ...{erase_due_wall: null, erase_why: null, erase_by: null},
      })
      .execute();
  }

  async get(db: CloudReader, tenant: string, id: string): Promise<MemberRow | undefined> {
    const query = db.selectFrom('member').select(COLUMNS).where('tenant', '=', tenant);
    return rowOf(await query.where('id', '=', id).executeTakeFirst());
  }

  /** The member, which no other transaction changes before the end of this one. */
  async lock(tx: CloudTransaction, tenant: string, id: string): Promise<MemberRow | undefined> {
    return rowOf(await this.#lock.first(tx, {tenant, id}));
  }

  /** @throws Refusal `not_found`, `member_not_active` */
  async assertActive(tx: CloudTransaction, tenant: string, id: string): Promise<MemberRow> {
    const member = await this.lock(tx, tenant, id);
    if (!member) throw new Refusal('not_found');
    if (member.status !== 'active') throw new Refusal('member_not_active');
    return member;
  }

  async list(db: CloudReader, query: MemberQuery): Promise<readonly MemberRow[]> {
    const {tenant, sites, role, status, after, limit} = query;
    let rows = db.selectFrom('member').select(COLUMNS).where('tenant', '=', tenant);
    rows = rows.where('id', '>', after);
    if (sites) rows = rows.where('site', 'in', [...sites]);
    if (role !== undefined) rows = rows.where('roles', 'like', `%"${role}"%`);
    if (status !== undefined) rows = rows.where('status', '=', status);
    const found = await rows.orderBy('id').limit(limit).execute();
    return found.map(row => rowOf(row) as MemberRow);
  }

  async save(
    tx: CloudTransaction,
    id: string,
    {roles, displayMask, ...same}: MemberChange,
    wallMs: number,
  ): Promise<void> {
    await tx
      .updateTable('member')
      .set(({eb}) => ({
        ...same,
        ...(roles && {roles: JSON.stringify(roles)}),
        ...(displayMask !== undefined && {mask: displayMask}),
        ...{changed_wall: wallMs, ver: eb('ver', '+', 1)},
      }))
      .where('id', '=', id)
      .execute();
  }

  /** `dueWall` null: not any more. */
  async setErasure(
    tx: CloudTransaction,
    id: string,
    order: {readonly dueWall: number | null; readonly why: string | null; readonly by: string},
  ): Promise<void> {
    const {dueWall: erase_due_wall, why: erase_why, by: erase_by} = order;
    const query = tx.updateTable('member').set({erase_due_wall, erase_why, erase_by});
    await query.where('id', '=', id).execute();
  }

  /** Whose time has come at `wallMs`, the earliest first. */
  async dueErasures(
    db: CloudReader,
    wallMs: number,
    limit: number,
  ): Promise<readonly EraseOrder[]> {
    const rows = await db
      .selectFrom('member')
      .select(['id', 'tenant', 'erase_why as why', 'erase_by as by'])
      .where('erase_due_wall', '<=', wallMs)
      .orderBy('erase_due_wall')
      .orderBy('id')
      .limit(limit)
      .execute();
    return rows.map(({by, ...row}) => ({...row, by: by ?? ''}));
  }
}

type Raw = Omit<MemberRow, 'roles' | 'status'> & {readonly roles: string; readonly status: string};

function rowOf(raw: unknown): MemberRow | undefined {
  if (!raw) return undefined;
  const row = raw as Raw;
  const named: readonly string[] = JSON.parse(row.roles);
  const roles = MEMBER_ROLES.filter(role => named.includes(role));
  return {...row, roles, status: row.status as MemberStatus};
}
