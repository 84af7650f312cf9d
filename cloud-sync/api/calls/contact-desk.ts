import type {Clock, Entropy} from '../../../protocols/base/clock.js';
import type {MemberTable} from '../accounts/member-table.js';
import {type Caller, maySee} from '../http/caller.js';
import {Refusal} from '../http/refusals.js';
import type {CloudReader, CloudTransaction} from '../store/cloud-schema.js';
import type {AuditLog} from '../tenancy/audit-log.js';
import type {ChangeFeed} from '../tenancy/change-feed.js';
import type {SiteRow, SiteTable} from '../tenancy/site-table.js';
import type {CallTable} from './call-table.js';
import {
  type Contact,
  type ContactEdit,
  type ContactTable,
  MAX_CONTACTS,
  type SitePlan,
} from './contact-table.js';
import type {NoticeTests} from './notice-tests.js';

export interface ContactDeskOptions {
  readonly clock: Clock;
  readonly entropy: Entropy;
  readonly sites: SiteTable;
  readonly members: MemberTable;
  readonly contacts: ContactTable;
  readonly calls: CallTable;
  readonly tests: NoticeTests;
  readonly changes: ChangeFeed;
  readonly audit: AuditLog;
}

export type NewContact = Pick<Contact, 'member'> & Required<ContactEdit>;

/** Who is told of calls at a site, and when. What is open there goes on by it at once. */
export class ContactDesk {
  readonly #options: ContactDeskOptions;

  constructor(options: ContactDeskOptions) {
    this.#options = options;
  }

  /** @throws Refusal `not_found` for the site or the member, `member_not_active`, `conflict` when there are
   *  as many as a site has */
  async add(
    tx: CloudTransaction,
    caller: Caller,
    site: string,
    wish: NewContact,
  ): Promise<Contact> {
    const {clock, entropy, contacts, members} = this.#options;
    const {tenant} = caller;
    const row = await this.site(tx, caller, site);
    const member = await members.get(tx, tenant, wish.member);
    if (!member) throw new Refusal('not_found', {detail: 'no such member'});
    if (member.status !== 'active') throw new Refusal('member_not_active');
    if ((await contacts.of(tx, site)).length >= MAX_CONTACTS) {
      throw new Refusal('conflict', {detail: `a site has ${MAX_CONTACTS} contacts at most`});
    }
    const made = {id: entropy.ulid(), tenant, site, ver: 1, createdWall: clock.wallMs()};
    const contact: Contact = {...wish, ...made};
    await contacts.add(tx, contact);
    await this.#changed(tx, caller, row, {id: contact.id, what: 'added'});
    return contact;
  }

  /** @throws Refusal `not_found`, `precondition_failed` when somebody else was quicker */
  async change(
    tx: CloudTransaction,
    caller: Caller,
    held: Contact,
    edit: ContactEdit,
  ): Promise<Contact> {
    const {contacts} = this.#options;
    const row = await this.site(tx, caller, held.site);
    if (!(await contacts.change(tx, held, edit))) throw new Refusal('precondition_failed');
    await this.#changed(tx, caller, row, {id: held.id, what: 'changed'});
    return this.get(tx, caller, held);
  }

  /** @throws Refusal `not_found` */
  async remove(tx: CloudTransaction, caller: Caller, held: Contact): Promise<void> {
    const row = await this.site(tx, caller, held.site);
    await this.#options.contacts.remove(tx, held.id);
    await this.#changed(tx, caller, row, {id: held.id, what: 'removed'});
  }

  /** @throws Refusal `not_found`, `precondition_failed` */
  async setPlan(tx: CloudTransaction, caller: Caller, site: string, plan: SitePlan): Promise<void> {
    const row = await this.site(tx, caller, site);
    const {tenant} = caller;
    if (!(await this.#options.contacts.setPlan(tx, {tenant, site}, plan))) {
      throw new Refusal('precondition_failed');
    }
    await this.#changed(tx, caller, row, {id: site, what: 'planned'});
  }

  /** @throws Refusal `not_found` */
  async get(
    db: CloudReader,
    caller: Caller,
    {site, id}: Pick<Contact, 'site' | 'id'>,
  ): Promise<Contact> {
    const contact = await this.#options.contacts.get(db, caller.tenant, id);
    if (contact?.site !== site || !maySee(caller, site)) throw new Refusal('not_found');
    return contact;
  }

  /** @throws Refusal `not_found` */
  async site(db: CloudReader, caller: Caller, id: string): Promise<SiteRow> {
    const site = maySee(caller, id) && (await this.#options.sites.get(db, caller.tenant, id));
    if (!site) throw new Refusal('not_found');
    return site;
  }

  async #changed(
    tx: CloudTransaction,
    caller: Caller,
    site: SiteRow,
    {id, what}: {readonly id: string; readonly what: 'added' | 'changed' | 'removed' | 'planned'},
  ): Promise<void> {
    const {clock, calls, tests, changes, audit} = this.#options;
    await calls.hasten(tx, site.id, clock.wallMs());
    await tests.arrange(tx, site);
    const {tenant, id: actor} = caller;
    const about = {subject: 'call_contact', subjectId: id};
    const isDeleted = what === 'removed';
    const type = `call_contact.${what}`;
    await changes.note(tx, {tenant, site: site.id, type, ...about, isDeleted, data: {}});
    await audit.note(tx, {tenant, actor, action: type, ...about, detail: site.id});
  }
}
