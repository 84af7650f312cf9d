import {ROLES, type Role} from '../http/caller.js';
import type {CloudReader, CloudTransaction} from '../store/cloud-schema.js';
import {type Guard, NO_GUARD} from './login-rules.js';

export interface LoginRow {
  readonly member: string;
  readonly tenant: string;
  /** What he may do here. */
  readonly roles: readonly Role[];
  /** The only sites that he may see; null: all. */
  readonly sites: readonly string[] | null;
  readonly password: string | null;
  readonly inviteHash: string | null;
  readonly inviteUntilWall: number | null;
}

const COLUMNS = [
  ...['member', 'tenant', 'roles', 'sites', 'password', 'invite_hash as inviteHash'],
  'invite_until_wall as inviteUntilWall',
] as const;

/** Who may log in, from where he did, and the wrong tries. */
export class LoginTable {
  async get(db: CloudReader, member: string): Promise<LoginRow | undefined> {
    const query = db.selectFrom('login').select(COLUMNS).where('member', '=', member);
    const row = await query.executeTakeFirst();
    return row && rowOf(row as unknown as Raw);
  }

  /** What he may do, from now on. */
  async setAccess(
    tx: CloudTransaction,
    {member, tenant, ...access}: Pick<LoginRow, 'member' | 'tenant' | 'roles' | 'sites'>,
  ): Promise<void> {
    const sites = access.sites && JSON.stringify(access.sites);
    const may = {roles: JSON.stringify(access.roles), sites};
    const none = {password: null, password_wall: null, invite_hash: null, invite_until_wall: null};
    await tx
      .insertInto('login')
      .values({member, tenant, ...may, ...none})
      .onConflict(clash => clash.column('member').doUpdateSet(may))
      .execute();
  }

  /** A new one ends the one before. */
  async setInvitation(
    tx: CloudTransaction,
    member: string,
    {hash, untilWall}: {readonly hash: string; readonly untilWall: number},
  ): Promise<void> {
    const invited = {invite_hash: hash, invite_until_wall: untilWall};
    await tx.updateTable('login').set(invited).where('member', '=', member).execute();
  }

  /** Uses up an invitation. */
  async setPassword(
    tx: CloudTransaction,
    member: string,
    password: string,
    wallMs: number,
  ): Promise<void> {
    const used = {invite_hash: null, invite_until_wall: null};
    await tx
      .updateTable('login')
      .set({password, password_wall: wallMs, ...used})
      .where('member', '=', member)
      .execute();
  }

  async remove(tx: CloudTransaction, member: string): Promise<void> {
    await tx.deleteFrom('login_place').where('member', '=', member).execute();
    await tx.deleteFrom('login').where('member', '=', member).execute();
  }

  async isKnownPlace(db: CloudReader, member: string, place: string, sinceWall: number) {
    const query = db.selectFrom('login_place').select('seen_wall').where('member', '=', member);
    const row = await query.where('place', '=', place).executeTakeFirst();
    return row !== undefined && row.seen_wall >= sinceWall;
  }

  async addPlace(tx: CloudTransaction, member: string, place: string, wallMs: number) {
    await tx
      .insertInto('login_place')
      .values({member, place, seen_wall: wallMs})
      .onConflict(clash => clash.columns(['member', 'place']).doUpdateSet({seen_wall: wallMs}))
      .execute();
  }

  /** The guard, which no other transaction changes before the end of this one. */
  async lockGuard(tx: CloudTransaction, key: string): Promise<Guard> {
    const none = {wrong: 0, locked_until_wall: 0, changed_wall: 0};
    await tx
      .insertInto('login_guard')
      .values({key, ...none})
      .onConflict(clash => clash.doNothing())
      .execute();
    const lock = tx.updateTable('login_guard').set(({ref}) => ({wrong: ref('wrong')}));
    const row = await lock.where('key', '=', key).returning(GUARD).executeTakeFirst();
    return row ?? NO_GUARD;
  }

  async setGuard(tx: CloudTransaction, key: string, guard: Guard): Promise<void> {
    const {wrong, lockedUntilWall, changedWall} = guard;
    await tx
      .updateTable('login_guard')
      .set({wrong, locked_until_wall: lockedUntilWall, changed_wall: changedWall})
      .where('key', '=', key)
      .execute();
  }

  async clearGuard(tx: CloudTransaction, key: string): Promise<void> {
    await tx.deleteFrom('login_guard').where('key', '=', key).execute();
  }

  /** Forget tries and places before `wallMs`. */
  async prune(db: CloudReader, before: {readonly guards: number; readonly places: number}) {
    await db.deleteFrom('login_guard').where('changed_wall', '<', before.guards).execute();
    await db.deleteFrom('login_place').where('seen_wall', '<', before.places).execute();
  }
}

const GUARD = [
  'wrong',
  'locked_until_wall as lockedUntilWall',
  'changed_wall as changedWall',
] as const;

type Raw = Omit<LoginRow, 'roles' | 'sites'> & {
  readonly roles: string;
  readonly sites: string | null;
};

function rowOf(raw: Raw): LoginRow {
  const named: readonly string[] = JSON.parse(raw.roles);
  const sites = raw.sites === null ? null : (JSON.parse(raw.sites) as readonly string[]);
  return {...raw, roles: ROLES.filter(role => named.includes(role)), sites};
}
