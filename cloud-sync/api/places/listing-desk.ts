import type {Clock, Entropy} from '../../../protocols/base/clock.js';
import {type Caller, maySee} from '../http/caller.js';
import {Refusal} from '../http/refusals.js';
import type {CloudReader, CloudTransaction} from '../store/cloud-schema.js';
import type {AuditLog} from '../tenancy/audit-log.js';
import type {ChangeFeed} from '../tenancy/change-feed.js';
import type {SiteTable} from '../tenancy/site-table.js';
import type {Calendar} from './calendar.js';
import {listingFault} from './listing-rules.js';
import type {ListingChange, ListingRow, ListingTable} from './listing-table.js';

export interface ListingDeskOptions {
  readonly clock: Clock;
  readonly entropy: Entropy;
  readonly sites: SiteTable;
  readonly listings: ListingTable;
  readonly calendar: Calendar;
  readonly changes: ChangeFeed;
  readonly audit: AuditLog;
  /** @throws Refusal for a member who is frozen or gone */
  readonly assertActive?: (db: CloudReader, tenant: string, member: string) => Promise<unknown>;
}

export type NewListing = Omit<
  ListingRow,
  'id' | 'tenant' | 'lender' | 'state' | 'ver' | 'createdWall' | 'changedWall'
> & {
  /** For whom an operator publishes; left out: the owner of the point. */
  readonly lender?: string | undefined;
};

/** What lenders publish, change and withdraw. @see requirements P1, Q2 */
export class ListingDesk {
  readonly #options: ListingDeskOptions;

  constructor(options: ListingDeskOptions) {
    this.#options = options;
  }

  /** @throws Refusal `not_found` also where the caller may not see the site */
  async get(db: CloudReader, caller: Caller, id: string): Promise<ListingRow> {
    const row = await this.#options.listings.get(db, caller.tenant, id);
    if (!row || !maySee(caller, row.site)) throw new Refusal('not_found');
    return row;
  }

  /** Only who has a bay, or publishes for those who have, is shown how. @see requirements Q1 */
  async mayPublish(db: CloudReader, caller: Caller): Promise<boolean> {
    if (caller.scopes.has('listings:write')) return true;
    const {member, tenant} = caller;
    return member !== undefined && (await this.#options.sites.hasPoint(db, tenant, member));
  }

  /** @throws Refusal `unknown_bay`, `lot_suspended`, `not_owner`, `window_clash`; nothing is stored */
  async publish(tx: CloudTransaction, caller: Caller, made: NewListing): Promise<ListingRow> {
    const {clock, entropy, sites, listings} = this.#options;
    const {tenant} = caller;
    const site = await sites.get(tx, tenant, made.site);
    if (!site || !maySee(caller, made.site)) throw new Refusal('not_found');
    // Two who publish the same bay at one instant come one after the other.
    const point = await sites.lockPoint(tx, made.site, made.point);
    const lender = lenderFor(caller, made.lender, point?.owner ?? null);
    if (lender !== null) await this.#options.assertActive?.(tx, tenant, lender);
    const zone = this.#options.calendar.zoneOf(site.zone);
    const live = await listings.live(tx, made.site, made.point);
    const fault = listingFault({...made, lender}, {site, point, live, zone});
    if (fault) throw new Refusal(fault);
    const wallMs = clock.wallMs();
    const times = {createdWall: wallMs, changedWall: wallMs};
    const id = entropy.ulid();
    await listings.add(tx, {...made, ...times, id, tenant, lender});
    await this.#told(tx, caller, {id, site: made.site, point: made.point}, 'publish');
    return this.get(tx, caller, id);
  }

  /** @throws Refusal as `publish`, and `precondition_failed` when it is not of this version any more */
  async change(
    tx: CloudTransaction,
    caller: Caller,
    {id, ver}: Pick<ListingRow, 'id' | 'ver'>,
    change: ListingChange,
  ): Promise<ListingRow> {
    const {clock, sites, listings} = this.#options;
    const row = await this.own(tx, caller, id);
    if (row.state === 'withdrawn') throw new Refusal('conflict', {detail: 'it was withdrawn'});
    const site = await sites.get(tx, row.tenant, row.site);
    if (!site) throw new Refusal('not_found');
    const point = await sites.lockPoint(tx, row.site, row.point);
    if (change.state !== 'withdrawn') {
      const live = await listings.live(tx, row.site, row.point);
      const zone = this.#options.calendar.zoneOf(site.zone);
      const fault = listingFault({...row, ...change}, {site, point, live, zone});
      if (fault) throw new Refusal(fault);
    }
    if (!(await listings.change(tx, {id, ver}, change, clock.wallMs()))) {
      throw new Refusal('precondition_failed');
    }
    await this.#told(tx, caller, row, change.state === 'withdrawn' ? 'withdraw' : 'update');
    return this.get(tx, caller, id);
  }

  /** Somebody else's is not his to see through: it is refused, not hidden, for anybody may browse it.
   *  @throws Refusal `not_found`, `not_owner` */
  async own(db: CloudReader, caller: Caller, id: string): Promise<ListingRow> {
    const row = await this.get(db, caller, id);
    const isHis = caller.member !== undefined && row.lender === caller.member;
    if (!isHis && !caller.scopes.has('listings:write')) throw new Refusal('not_owner');
    return row;
  }

  async #told(
    tx: CloudTransaction,
    {tenant, id: actor}: Caller,
    {id: subjectId, site, point}: Pick<ListingRow, 'id' | 'site' | 'point'>,
    what: 'publish' | 'update' | 'withdraw',
  ): Promise<void> {
    const {changes, audit} = this.#options;
    const about = {subject: 'listing', subjectId};
    const isDeleted = what === 'withdraw';
    const type = isDeleted ? 'listing.withdrawn' : 'listing.changed';
    await changes.note(tx, {tenant, site, type, ...about, isDeleted, data: {site, point}});
    await audit.note(tx, {tenant, actor, action: `listing.${what}`, ...about});
  }
}

/** A member lends what is his; whoever publishes for others names nobody but the owner. */
function lenderFor(caller: Caller, named: string | undefined, owner: string | null): string | null {
  if (caller.scopes.has('listings:write')) return named ?? owner;
  if (caller.member === undefined) throw new Refusal('forbidden', {detail: 'needs listings:write'});
  return caller.member;
}
