import type {CloudReader} from '../store/cloud-schema.js';
import type {SiteTable} from '../tenancy/site-table.js';
import {type Caller, maySee} from './caller.js';

/** Which gateways a caller may know of. */
export class GatewayAccess {
  readonly #sites: SiteTable;
  readonly #firstTenant: string;

  /** `firstTenant`: whose the gateways are that serve no site yet. */
  constructor(sites: SiteTable, firstTenant: string) {
    this.#sites = sites;
    this.#firstTenant = firstTenant;
  }

  /** Those that serve no site yet are his too. */
  hasUnbound(caller: Caller): boolean {
    return caller.tenant === this.#firstTenant && caller.sites === undefined;
  }

  async has(db: CloudReader, caller: Caller, gateway: string): Promise<boolean> {
    const site = await this.#sites.siteOf(db, gateway);
    if (!site) return this.hasUnbound(caller);
    return site.tenant === caller.tenant && maySee(caller, site.site);
  }
}
