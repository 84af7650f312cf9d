import type {Clock, Entropy} from '../../../protocols/base/clock.js';
import {type Caller, maySee} from '../http/caller.js';
import {Refusal} from '../http/refusals.js';
import type {CloudReader, CloudTransaction} from '../store/cloud-schema.js';
import type {AuditLog} from '../tenancy/audit-log.js';
import type {ChangeFeed} from '../tenancy/change-feed.js';
import type {PointChange, PointRow, SiteChange, SiteRow, SiteTable} from '../tenancy/site-table.js';
import type {ListingTable} from './listing-table.js';

export interface SiteDeskOptions {
  readonly clock: Clock;
  readonly entropy: Entropy;
  readonly sites: SiteTable;
  readonly listings: ListingTable;
  readonly changes: ChangeFeed;
  readonly audit: AuditLog;
  /** Whose the gateways are that serve no site yet. */
  readonly firstTenant: string;
}

export type NewSite = Omit<SiteRow, 'id' | 'tenant' | 'ver' | 'state' | 'createdWall'> & {
  readonly id?: string | undefined;
};
export type NewPoint = Omit<PointRow, 'site' | 'ver' | 'saleState' | 'number'> &
  Partial<Pick<PointRow, 'number'>>;

/** Points in which a vehicle may stand. */
const PARKS: ReadonlySet<PointRow['kind']> = new Set(['bay', 'stall']);

/** Sites, their points and their gateways, each change told and written down. */
export class SiteDesk {
  readonly #options: SiteDeskOptions;

  constructor(options: SiteDeskOptions) {
    this.#options = options;
  }

  /** @throws Refusal `not_found` for another tenant's, and one that the caller may not see */
  async site(db: CloudReader, caller: Caller, id: string): Promise<SiteRow> {
    const row = await this.#options.sites.get(db, caller.tenant, id);
    if (!row || !maySee(caller, id)) throw new Refusal('not_found');
    return row;
  }

  async point(db: CloudReader, caller: Caller, site: string, id: string): Promise<PointRow> {
    await this.site(db, caller, site);
    const row = await this.#options.sites.point(db, site, id);
    if (!row) throw new Refusal('not_found');
    return row;
  }

  /**
   * The id is what the site file of its gateway says. Site files, tokens and salts name a site by it alone,
   * so that no other tenant may have it either: the refusal is the same whosever it is. Who names none is
   * given one that nobody can have taken.
   */
  async add(tx: CloudTransaction, caller: Caller, made: NewSite): Promise<SiteRow> {
    const {sites, clock, entropy} = this.#options;
    const {tenant} = caller;
    const id = made.id ?? `s-${entropy.ulid().toLowerCase()}`;
    if (!maySee(caller, id)) throw new Refusal('forbidden', {detail: 'not with this key'});
    const row = {...made, id, tenant, createdWall: clock.wallMs()};
    if (!(await sites.add(tx, row))) throw new Refusal('conflict', {detail: 'this id is taken'});
    await this.#told(tx, caller, {action: 'site.create', site: id});
    return this.site(tx, caller, id);
  }

  async change(
    tx: CloudTransaction,
    caller: Caller,
    {id, ver}: Pick<SiteRow, 'id' | 'ver'>,
    change: SiteChange,
  ): Promise<SiteRow> {
    await this.site(tx, caller, id);
    if (!(await this.#options.sites.update(tx, {id, ver}, change))) {
      throw new Refusal('precondition_failed');
    }
    await this.#told(tx, caller, {action: 'site.update', site: id});
    return this.site(tx, caller, id);
  }

  async addPoint(
    tx: CloudTransaction,
    caller: Caller,
    site: string,
    made: NewPoint,
  ): Promise<PointRow> {
    await this.site(tx, caller, site);
    await this.#assertFits(tx, site, made.id, made);
    const row = {...made, site, saleState: 'open'} as const;
    if (!(await this.#options.sites.addPoint(tx, caller.tenant, row))) {
      throw new Refusal('conflict', {detail: 'the site has a point of this id'});
    }
    await this.#told(tx, caller, {action: 'point.create', site, point: made.id});
    return this.point(tx, caller, site, made.id);
  }

  async changePoint(
    tx: CloudTransaction,
    caller: Caller,
    at: Pick<PointRow, 'site' | 'id' | 'ver'>,
    change: PointChange,
  ): Promise<PointRow> {
    const {sites} = this.#options;
    await this.site(tx, caller, at.site);
    // Whoever publishes it or takes it at this instant comes before or after.
    const before = await sites.lockPoint(tx, at.site, at.id);
    if (!before) throw new Refusal('not_found');
    await this.#assertFits(tx, at.site, at.id, {...before, ...change});
    if (!(await sites.updatePoint(tx, at, change))) throw new Refusal('precondition_failed');
    const isOthers = change.owner !== undefined && change.owner !== before.owner;
    if (isOthers) await this.#withdrawListings(tx, caller, at);
    await this.#told(tx, caller, {action: 'point.update', site: at.site, point: at.id});
    return this.point(tx, caller, at.site, at.id);
  }

  /** What the former owner offered; orders that were made under it stay as they are. */
  async #withdrawListings(
    tx: CloudTransaction,
    {tenant, id: actor}: Caller,
    {site, id: point}: Pick<PointRow, 'site' | 'id'>,
  ): Promise<void> {
    const {listings, changes, audit, clock} = this.#options;
    for (const {id} of await listings.withdrawAt(tx, {site, id: point}, clock.wallMs())) {
      const about = {subject: 'listing', subjectId: id};
      const type = 'listing.withdrawn';
      await changes.note(tx, {tenant, site, type, ...about, isDeleted: true, data: {site, point}});
      await audit.note(tx, {tenant, actor, action: 'listing.withdraw', ...about});
    }
  }

  /** One that serves no site is the first tenant's to give, whether it came already or not, and of him who
   *  sees all sites; whoever runs the platform gives it to any tenant's. */
  async bindGateway(
    tx: CloudTransaction,
    caller: Caller,
    site: string,
    gateway: string,
  ): Promise<readonly string[]> {
    const {sites, firstTenant} = this.#options;
    const isFirst = caller.tenant === firstTenant && caller.sites === undefined;
    const isPlatform = isFirst && caller.scopes.has('platform:write');
    const at = isPlatform ? await sites.byId(tx, site) : await this.site(tx, caller, site);
    if (!at) throw new Refusal('not_found');
    const {tenant} = at;
    const held = await sites.siteOf(tx, gateway);
    if (!held && !isFirst) {
      throw new Refusal('forbidden', {detail: 'whoever runs the cloud gives gateways to sites'});
    }
    if (!(await sites.bindGateway(tx, {tenant, site, gateway}))) {
      throw new Refusal('conflict', {detail: 'the gateway serves another site'});
    }
    if (!held)
      await this.#told(tx, {...caller, tenant}, {action: 'gateway.bind', site, point: gateway});
    return sites.gateways(tx, tenant, site);
  }

  async #assertFits(
    tx: CloudTransaction,
    site: string,
    id: string,
    {kind, parent, gateway}: Pick<PointRow, 'kind' | 'parent' | 'gateway'>,
  ): Promise<void> {
    const {sites} = this.#options;
    const wrong = (pointer: string, detail: string) =>
      new Refusal('invalid', {errors: [{pointer, detail}]});
    if (gateway !== null && (await sites.siteOf(tx, gateway))?.site !== site) {
      throw wrong('#/gateway', 'serves another site, or none');
    }
    if (parent === null) return;
    const above = await sites.point(tx, site, parent);
    if (!above || parent === id) throw wrong('#/parent', 'is no other point of this site');
    if (kind !== 'vehicle') return;
    if (!PARKS.has(above.kind)) throw wrong('#/parent', 'a vehicle stands in a bay');
  }

  /** Tell what was done, and write down who did it. */
  async #told(
    tx: CloudTransaction,
    {tenant, id: actor}: Caller,
    {
      action,
      site,
      point,
    }: {readonly action: string; readonly site: string; readonly point?: string},
  ): Promise<void> {
    const {changes, audit} = this.#options;
    const subject = action.split('.')[0] ?? action;
    const subjectId = point ?? site;
    const type = `${subject}.changed`;
    await changes.note(tx, {tenant, site, type, subject, subjectId, data: {site}});
    await audit.note(tx, {tenant, actor, action, subject, subjectId: `${site}/${subjectId}`});
  }
}
