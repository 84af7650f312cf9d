import type {CloudTransaction} from '../store/cloud-schema.js';
import type {ChangeFeed} from '../tenancy/change-feed.js';
import type {SiteTable} from '../tenancy/site-table.js';
import type {CallRow} from './call-table.js';

const INCIDENT = 'SITE_INCIDENT';

export interface IncidentSalesOptions {
  readonly sites: SiteTable;
  readonly changes: ChangeFeed;
}

/**
 * While an incident lasts its site is suspended, so nothing there is booked. One that somebody suspended before stays
 * so when it is over; one that somebody opened meanwhile stays open. @see requirements E53
 */
export class IncidentSales {
  readonly #options: IncidentSalesOptions;

  constructor(options: IncidentSalesOptions) {
    this.#options = options;
  }

  /** Gives whether the site sells nothing because of this call. */
  follow(tx: CloudTransaction, call: CallRow): Promise<boolean> {
    if (call.kind !== INCIDENT) return Promise.resolve(false);
    const isOver = call.stand.state === 'ended';
    if (isOver === !call.hasStoppedSales) return Promise.resolve(call.hasStoppedSales);
    return isOver ? this.#open(tx, call) : this.#stop(tx, call);
  }

  #stop(tx: CloudTransaction, call: CallRow): Promise<boolean> {
    return this.#turn(tx, call, {from: 'active', to: 'suspended'});
  }

  /** Of several incidents the last one that ends opens the site again. */
  async #open(tx: CloudTransaction, call: CallRow): Promise<boolean> {
    const other = await tx
      .selectFrom('site_call')
      .select('id')
      .where('site', '=', call.site)
      .where('kind', '=', INCIDENT)
      .where('state', '<>', 'ended')
      .where('id', '<>', call.id)
      .limit(1)
      .executeTakeFirst();
    if (other) {
      await tx.updateTable('site_call').set({stopped: 1}).where('id', '=', other.id).execute();
      return false;
    }
    await this.#turn(tx, call, {from: 'suspended', to: 'active'});
    return false;
  }

  async #turn(
    tx: CloudTransaction,
    {tenant, site: id, kind}: CallRow,
    {from, to: state}: {readonly from: string; readonly to: 'active' | 'suspended'},
  ): Promise<boolean> {
    const {sites, changes} = this.#options;
    const site = await sites.byId(tx, id);
    if (site?.state !== from || !(await sites.update(tx, site, {state}))) return false;
    const about = {subject: 'site', subjectId: id, data: {state, why: kind}};
    await changes.note(tx, {tenant, site: id, type: 'site.changed', ...about});
    return true;
  }
}
