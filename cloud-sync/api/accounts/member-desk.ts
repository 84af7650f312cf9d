import type {Clock, Entropy} from '../../../protocols/base/clock.js';
import {type Caller, type Role, type Scope, scopesOf} from '../http/caller.js';
import {Refusal} from '../http/refusals.js';
import type {CloudReader, CloudTransaction} from '../store/cloud-schema.js';
import type {AuditLog} from '../tenancy/audit-log.js';
import type {ChangeFeed} from '../tenancy/change-feed.js';
import type {SiteTable} from '../tenancy/site-table.js';
import type {HolderRights} from './holder-rights.js';
import type {LoginTable} from './login-table.js';
import type {MemberRole, MemberRow, MemberTable} from './member-table.js';
import {displayMask, masksOf, type PersonField} from './person-fields.js';
import type {PersonVault} from './person-vault.js';
import type {SessionTable} from './session-table.js';

export interface MemberDeskOptions {
  readonly clock: Clock;
  readonly entropy: Entropy;
  readonly members: MemberTable;
  readonly vault: PersonVault;
  readonly audit: AuditLog;
  readonly changes: ChangeFeed;
  readonly sites: SiteTable;
  readonly logins: LoginTable;
  readonly sessions: SessionTable;
  readonly rights: HolderRights;
}

export interface NewMember {
  /** In its one form: `+8613800005678`. */
  readonly phone: string;
  readonly name?: string | undefined;
  readonly roles: readonly MemberRole[];
  readonly site?: string | null | undefined;
}

export interface MemberEdit {
  readonly phone?: string | undefined;
  /** Null: forget it. */
  readonly name?: string | null | undefined;
  readonly roles?: readonly MemberRole[] | undefined;
  readonly site?: string | null | undefined;
}

/** What the person shows is written, by whom, and why it was looked at. */
export interface PersonLook {
  readonly fields: readonly PersonField[];
  readonly reason: string;
}

/** What everybody may do who logs in: with what is his. */
const OWN: Scope = 'own:write';

/** Registers, changes, freezes and shows members. Whatever it does is written down in the same transaction. */
export class MemberDesk {
  readonly #options: MemberDeskOptions;

  constructor(options: MemberDeskOptions) {
    this.#options = options;
  }

  get(db: CloudReader, tenant: string, id: string): Promise<MemberRow | undefined> {
    return this.#options.members.get(db, tenant, id);
  }

  assertActive(tx: CloudTransaction, tenant: string, id: string): Promise<MemberRow> {
    return this.#options.members.assertActive(tx, tenant, id);
  }

  /** @throws Refusal `duplicate` when the phone is registered at this tenant, `not_found` for the site */
  async register(tx: CloudTransaction, caller: Caller, made: NewMember): Promise<MemberRow> {
    const {members, vault, entropy, clock} = this.#options;
    const {tenant} = caller;
    const site = await this.#siteFor(tx, caller, made.site ?? null);
    const [id, createdWall] = [entropy.ulid(), clock.wallMs()];
    const values = {phone: made.phone, ...(made.name !== undefined && {name: made.name})};
    const mask = displayMask(masksOf(values));
    await members.add(tx, {id, tenant, site, roles: made.roles, displayMask: mask, createdWall});
    if (!(await vault.put(tx, {tenant, member: id}, values, createdWall))) {
      throw new Refusal('duplicate');
    }
    return this.#done(tx, caller, id, 'member.registered');
  }

  /** @throws Refusal `duplicate`, `not_found`, `forbidden`, `member_not_active` when he is erased */
  async change(
    tx: CloudTransaction,
    caller: Caller,
    id: string,
    edit: MemberEdit,
  ): Promise<MemberRow> {
    const {members, vault, clock} = this.#options;
    const member = await this.reach(tx, caller, id);
    const {phone, name, roles} = edit;
    const site = edit.site === undefined ? member.site : await this.#siteFor(tx, caller, edit.site);
    const values = {...(phone !== undefined && {phone}), ...(typeof name === 'string' && {name})};
    const of = {tenant: caller.tenant, member: id};
    if (!(await vault.put(tx, of, values, clock.wallMs()))) throw new Refusal('duplicate');
    if (name === null) await vault.remove(tx, id, ['name']);
    await members.save(tx, id, {site, ...(roles && {roles})}, clock.wallMs());
    await this.#remask(tx, id);
    const detail = Object.keys(edit).sort().join(',');
    return this.#done(tx, caller, id, 'member.changed', undefined, detail);
  }

  /** Keep more of the person. @throws Refusal as `change` */
  async keep(
    tx: CloudTransaction,
    caller: Caller,
    id: string,
    values: Readonly<Partial<Record<PersonField, string>>>,
  ): Promise<MemberRow> {
    const {vault, clock} = this.#options;
    await this.reach(tx, caller, id);
    const of = {tenant: caller.tenant, member: id};
    if (!(await vault.put(tx, of, values, clock.wallMs()))) throw new Refusal('duplicate');
    return this.#done(tx, caller, id, 'person.changed', undefined, Object.keys(values).join(','));
  }

  /** Out of force, or back; gives the gateways that should hear of it after the commit. */
  async freeze(
    tx: CloudTransaction,
    caller: Caller,
    id: string,
    {isFrozen, reason}: {readonly isFrozen: boolean; readonly reason: string},
  ): Promise<{readonly member: MemberRow; readonly gateways: readonly string[]}> {
    const {members, rights, sessions, clock} = this.#options;
    const before = await this.reach(tx, caller, id);
    const status = isFrozen ? 'frozen' : 'active';
    if (before.status === status) return {member: before, gateways: []};
    await members.save(tx, id, {status}, clock.wallMs());
    const gateways = await rights.suspendHolder(tx, caller.tenant, id, isFrozen);
    if (isFrozen) await sessions.endAll(tx, id);
    const action = isFrozen ? 'member.frozen' : 'member.unfrozen';
    return {member: await this.#done(tx, caller, id, action, reason), gateways};
  }

  /** Whole values, after it is written down who wanted to see them and why. */
  async look(
    tx: CloudTransaction,
    caller: Caller,
    id: string,
    {fields, reason}: PersonLook,
  ): Promise<Readonly<Partial<Record<PersonField, string>>>> {
    const {vault} = this.#options;
    const member = await this.seen(tx, caller, id);
    if (member.status === 'erased') throw new Refusal('not_found');
    await this.#write(tx, caller, id, 'person.read', reason, fields.join(','));
    return vault.read(tx, {tenant: caller.tenant, member: id}, fields);
  }

  /** By the whole phone; written down, for it tells that the person is registered. */
  async findByPhone(
    tx: CloudTransaction,
    caller: Caller,
    phone: string,
  ): Promise<MemberRow | undefined> {
    const {vault, members} = this.#options;
    const [id] = await vault.findBy(tx, caller.tenant, 'phone', phone);
    const member = id === undefined ? undefined : await members.get(tx, caller.tenant, id);
    if (!member || !isSeen(caller, member)) return undefined;
    await this.#write(tx, caller, member.id, 'person.found', undefined, 'phone');
    return member;
  }

  /** @throws Refusal `not_found`, also for a member of another tenant or site */
  async seen(db: CloudReader, caller: Caller, id: string): Promise<MemberRow> {
    const member = await this.#options.members.get(db, caller.tenant, id);
    if (!member || !isSeen(caller, member)) throw new Refusal('not_found');
    return member;
  }

  /** The member, locked, when the caller may change him: nobody changes whoever may do more than himself.
   *  @throws Refusal `not_found`, `forbidden`, `member_not_active` */
  async reach(tx: CloudTransaction, caller: Caller, id: string): Promise<MemberRow> {
    const {members, logins} = this.#options;
    const member = await members.lock(tx, caller.tenant, id);
    if (!member || !isSeen(caller, member)) throw new Refusal('not_found');
    if (member.status === 'erased') throw new Refusal('member_not_active');
    const login = await logins.get(tx, id);
    if (login) assertOutranks(caller, login);
    return member;
  }

  /** Tell the feed and write down who did it. */
  async #done(
    tx: CloudTransaction,
    caller: Caller,
    id: string,
    action: string,
    reason?: string,
    detail?: string,
  ): Promise<MemberRow> {
    const {members, changes} = this.#options;
    await this.#write(tx, caller, id, action, reason, detail);
    const member = await members.get(tx, caller.tenant, id);
    if (!member) throw new Refusal('not_found');
    const {tenant, site, status, roles} = member;
    const about = {tenant, site, type: action, subject: 'member', subjectId: id};
    await changes.note(tx, {...about, data: {status, roles}});
    return member;
  }

  #write(
    tx: CloudTransaction,
    caller: Caller,
    subjectId: string,
    action: string,
    reason?: string,
    detail?: string,
  ): Promise<void> {
    const who = {tenant: caller.tenant, actor: caller.id, action, subject: 'member', subjectId};
    return this.#options.audit.note(tx, {...who, reason, detail});
  }

  async #remask(tx: CloudTransaction, id: string): Promise<void> {
    const {members, vault, clock} = this.#options;
    const mask = displayMask(await vault.masks(tx, id));
    await members.save(tx, id, {displayMask: mask}, clock.wallMs());
  }

  /** A caller of some sites puts members at one of them. */
  async #siteFor(
    tx: CloudTransaction,
    caller: Caller,
    site: string | null,
  ): Promise<string | null> {
    if (site === null) {
      if (caller.sites === undefined) return null;
      throw new Refusal('forbidden', {detail: 'name the site: you may not act for all'});
    }
    const isHis = caller.sites === undefined || caller.sites.has(site);
    const known = isHis && (await this.#options.sites.get(tx, caller.tenant, site));
    if (!known) throw new Refusal('not_found', {detail: 'no such site'});
    return site;
  }
}

function isSeen(caller: Caller, {site}: MemberRow): boolean {
  return caller.sites === undefined || (site !== null && caller.sites.has(site));
}

/** @throws Refusal `forbidden` when such a login may do something that the caller may not */
export function assertOutranks(
  caller: Caller,
  access: {readonly roles: readonly Role[]; readonly sites: readonly string[] | null},
): void {
  const scopes = [...scopesOf(access.roles)].filter(scope => scope !== OWN);
  if (scopes.length === 0) return;
  const isMore = scopes.some(scope => !caller.scopes.has(scope));
  const {sites} = caller;
  const isWider = sites !== undefined && (access.sites?.some(site => !sites.has(site)) ?? true);
  if (isMore || isWider)
    throw new Refusal('forbidden', {detail: 'that login may do more than you'});
}
