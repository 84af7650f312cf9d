import type {Caller, Role} from '../http/caller.js';
import {Refusal} from '../http/refusals.js';
import type {CloudTransaction} from '../store/cloud-schema.js';
import type {AuditLog} from '../tenancy/audit-log.js';
import type {LoginDesk} from './login-desk.js';
import type {LoginTable} from './login-table.js';
import {assertOutranks, type MemberDesk} from './member-desk.js';
import type {SessionTable} from './session-table.js';

export interface AccessDeskOptions {
  readonly desk: MemberDesk;
  readonly login: LoginDesk;
  readonly logins: LoginTable;
  readonly sessions: SessionTable;
  readonly audit: AuditLog;
}

/** Says which members may log in, and what for. Nobody gives more than he has. */
export class AccessDesk {
  readonly #options: AccessDeskOptions;

  constructor(options: AccessDeskOptions) {
    this.#options = options;
  }

  /** In force at once, also for open sessions. @throws Refusal as `MemberDesk.reach` */
  async set(
    tx: CloudTransaction,
    caller: Caller,
    id: string,
    access: {readonly roles: readonly Role[]; readonly sites: readonly string[] | null},
  ): Promise<void> {
    const {desk, logins} = this.#options;
    await desk.reach(tx, caller, id);
    assertOutranks(caller, access);
    await logins.setAccess(tx, {member: id, tenant: caller.tenant, ...access});
    const sites = access.sites === null ? 'all sites' : access.sites.join(',');
    await this.#write(tx, caller, id, 'login.access_set', `${access.roles.join(',')};${sites}`);
  }

  /** Gives how many sessions ended. */
  async take(tx: CloudTransaction, caller: Caller, id: string): Promise<number> {
    const {logins} = this.#options;
    const ended = await this.logOut(tx, caller, id);
    await logins.remove(tx, id);
    await this.#write(tx, caller, id, 'login.access_taken');
    return ended;
  }

  /** @throws Refusal `not_found` for who may not log in, and as `MemberDesk.reach` */
  async invite(tx: CloudTransaction, caller: Caller, id: string) {
    const {desk, login, logins} = this.#options;
    const member = await desk.reach(tx, caller, id);
    if (member.status !== 'active') throw new Refusal('member_not_active');
    if (!(await logins.get(tx, id))) throw new Refusal('not_found', {detail: 'has no access'});
    await this.#write(tx, caller, id, 'login.invited');
    return login.invite(tx, id);
  }

  async logOut(tx: CloudTransaction, caller: Caller, id: string): Promise<number> {
    const {desk, sessions} = this.#options;
    await desk.reach(tx, caller, id);
    await this.#write(tx, caller, id, 'login.logged_out');
    return sessions.endAll(tx, id);
  }

  #write(
    tx: CloudTransaction,
    {tenant, id: actor}: Caller,
    subjectId: string,
    action: string,
    detail?: string,
  ): Promise<void> {
    return this.#options.audit.note(tx, {
      ...{tenant, actor, action, subject: 'member', subjectId},
      ...(detail !== undefined && {detail}),
    });
  }
}
