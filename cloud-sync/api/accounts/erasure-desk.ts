import type {Clock} from '../../../protocols/base/clock.js';
import {errorText} from '../../../protocols/base/errors.js';
import {DAY_MS} from '../../../protocols/base/units.js';
import type {SyncLog} from '../../log.js';
import type {Caller} from '../http/caller.js';
import type {CloudTransaction} from '../store/cloud-schema.js';
import type {CloudStore} from '../store/cloud-store.js';
import type {AuditLog} from '../tenancy/audit-log.js';
import type {ChangeFeed} from '../tenancy/change-feed.js';
import type {ErasureTable} from './erasure-table.js';
import type {HolderRights} from './holder-rights.js';
import type {LoginTable} from './login-table.js';
import type {MemberDesk} from './member-desk.js';
import type {EraseOrder, MemberRow, MemberTable} from './member-table.js';
import {PERSON_KINDS, type PersonKind} from './person-fields.js';
import type {PersonVault} from './person-vault.js';
import {USUAL_RETENTION_DAYS} from './retention-rules.js';
import type {SessionTable} from './session-table.js';

export interface ErasureDeskOptions {
  readonly clock: Clock;
  readonly log: SyncLog;
  readonly store: CloudStore;
  readonly members: MemberTable;
  readonly desk: MemberDesk;
  readonly vault: PersonVault;
  readonly erasures: ErasureTable;
  readonly logins: LoginTable;
  readonly sessions: SessionTable;
  readonly rights: HolderRights;
  readonly changes: ChangeFeed;
  readonly audit: AuditLog;
  /** After the commit. */
  readonly onGateways: (gateways: readonly string[]) => void;
}

const AT_ONCE = 100;
/** Who erases by a rule. */
const RULE_ACTOR = 'retention';

/**
 * Erases personal data, by schedule or on request: the data key is destroyed, the values and what finds
 * them go, and a signed row proves it. Orders and money keep the member's id, which tells nothing any more.
 */
export class ErasureDesk {
  readonly #options: ErasureDeskOptions;

  constructor(options: ErasureDeskOptions) {
    this.#options = options;
  }

  /** Erase all of a member at `dueWall`, or never mind. @throws Refusal as `MemberDesk.reach` */
  async plan(
    tx: CloudTransaction,
    caller: Caller,
    id: string,
    {dueWall, reason}: {readonly dueWall: number | null; readonly reason: string},
  ): Promise<MemberRow> {
    const {desk, members} = this.#options;
    await desk.reach(tx, caller, id);
    await members.setErasure(tx, id, {dueWall, why: reason, by: caller.id});
    const action = dueWall === null ? 'member.erasure_cancelled' : 'member.erasure_planned';
    await this.#write(tx, caller.tenant, {actor: caller.id, action, id, reason});
    return desk.seen(tx, caller, id);
  }

  /** All of a person at once; gives the gateways that should hear of it after the commit.
   *  @throws Refusal as `MemberDesk.reach` */
  async eraseNow(
    tx: CloudTransaction,
    caller: Caller,
    id: string,
    reason: string,
  ): Promise<{readonly member: MemberRow; readonly gateways: readonly string[]}> {
    const {desk} = this.#options;
    await desk.reach(tx, caller, id);
    const order = {id, tenant: caller.tenant, why: reason, by: caller.id};
    const gateways = await this.#eraseAll(tx, order);
    return {member: await desk.seen(tx, caller, id), gateways};
  }

  /** What is due at this moment; gives how many erasures there were. */
  async runDue(): Promise<number> {
    const done = (await this.#runPlanned()) + (await this.#runRetention());
    if (done > 0) await this.scrub();
    return done;
  }

  /** After a commit that erased: leave no traces in the files of the database. */
  scrub(): Promise<void> {
    return this.#options.store.scrub(['person_key', 'person_field']);
  }

  async #runPlanned(): Promise<number> {
    const {store, members, clock, log, onGateways} = this.#options;
    for (let count = 0; ; ) {
      const due = await store.read(db => members.dueErasures(db, clock.wallMs(), AT_ONCE));
      for (const order of due) {
        const gateways = await store.transaction(tx => this.#eraseDue(tx, order));
        if (gateways) onGateways(gateways);
        count += gateways ? 1 : 0;
      }
      if (due.length < AT_ONCE) return count;
      log.info('erasure.going_on', {done: count});
    }
  }

  /** Undefined: another worker was first, or it was called off. */
  async #eraseDue(tx: CloudTransaction, order: EraseOrder): Promise<readonly string[] | undefined> {
    const {members, clock} = this.#options;
    const member = await members.lock(tx, order.tenant, order.id);
    const dueWall = member?.eraseDueWall ?? null;
    if (!member || member.status === 'erased' || dueWall === null) return undefined;
    return dueWall <= clock.wallMs() ? this.#eraseAll(tx, order) : undefined;
  }

  async #eraseAll(
    tx: CloudTransaction,
    {id, tenant, why, by}: EraseOrder,
  ): Promise<readonly string[]> {
    const {members, logins, sessions, rights, changes, clock} = this.#options;
    for (const kind of PERSON_KINDS) {
      await this.#eraseKind(tx, {tenant, id, kind}, {rule: 'request', actor: by, reason: why});
    }
    await sessions.endAll(tx, id);
    await logins.remove(tx, id);
    await members.setErasure(tx, id, {dueWall: null, why, by});
    await members.save(tx, id, {status: 'erased', displayMask: ''}, clock.wallMs());
    const gateways = new Set(await rights.suspendHolder(tx, tenant, id, true));
    for (const gateway of await rights.forgetHolder(tx, tenant, id)) gateways.add(gateway);
    await this.#write(tx, tenant, {actor: by, action: 'member.erased', id, reason: why});
    const about = {tenant, site: null, type: 'member.erased', subject: 'member', subjectId: id};
    await changes.note(tx, {...about, isDeleted: true, data: {}});
    return [...gateways];
  }

  async #runRetention(): Promise<number> {
    const {store, erasures, log} = this.#options;
    let count = 0;
    for (const kind of PERSON_KINDS) {
      for (const tenant of await store.read(db => erasures.tenantsWith(db, kind))) {
        try {
          count += await this.#runRule(tenant, kind);
        } catch (error) {
          log.error('erasure.failed', {tenant, kind, why: errorText(error)});
        }
      }
    }
    return count;
  }

  async #runRule(tenant: string, kind: PersonKind): Promise<number> {
    const {store, erasures, clock, members} = this.#options;
    const rules = await store.read(db => erasures.rules(db, tenant));
    const own = rules.get(kind);
    const days = own === undefined ? USUAL_RETENTION_DAYS[kind] : own;
    if (days === null) return 0;
    const beforeWall = clock.wallMs() - days * DAY_MS;
    const rule = {rule: `retention ${days} d`, actor: RULE_ACTOR, reason: null};
    for (let count = 0; ; ) {
      const due = {tenant, kind, beforeWall};
      const ids = await store.read(db => erasures.outOfDate(db, due, AT_ONCE));
      for (const id of ids) {
        count += await store.transaction(async tx => {
          await members.lock(tx, tenant, id);
          // Under the lock once more: a new value began the time anew.
          const isStill = (await erasures.outOfDate(tx, {...due, member: id}, 1)).length > 0;
          return isStill && (await this.#eraseKind(tx, {tenant, id, kind}, rule)) ? 1 : 0;
        });
      }
      if (ids.length < AT_ONCE) return count;
    }
  }

  async #eraseKind(
    tx: CloudTransaction,
    {tenant, id, kind}: {readonly tenant: string; readonly id: string; readonly kind: PersonKind},
    by: {readonly rule: string; readonly actor: string; readonly reason: string | null},
  ): Promise<boolean> {
    const {vault, erasures, clock} = this.#options;
    const erased = await vault.erase(tx, id, kind);
    if (!erased) return false;
    await erasures.prove(tx, {...{tenant, member: id, ...erased}, ...by, atWall: clock.wallMs()});
    return true;
  }

  #write(
    tx: CloudTransaction,
    tenant: string,
    {
      actor,
      action,
      id,
      reason,
    }: Readonly<Record<'actor' | 'action' | 'id', string>> & {
      readonly reason: string | null;
    },
  ): Promise<void> {
    const who = {tenant, actor, action, subject: 'member', subjectId: id};
    return this.#options.audit.note(tx, {...who, ...(reason !== null && {reason})});
  }
}
