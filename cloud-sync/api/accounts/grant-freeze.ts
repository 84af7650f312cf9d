import type {CloudTransaction} from '../store/cloud-schema.js';
import type {GatewayTable} from '../store/gateway-table.js';
import type {GrantTable} from '../store/grant-table.js';
import type {SiteTable} from '../tenancy/site-table.js';
import type {HolderRights} from './holder-rights.js';

export interface GrantFreezeOptions {
  readonly gateways: GatewayTable;
  readonly grants: GrantTable;
  readonly sites: SiteTable;
  /** Whose the gateways are that serve no site yet. */
  readonly firstTenant: string;
}

/** Takes the grants of a holder out of force at every gateway of his tenant. @see requirements P26 */
export class GrantFreeze implements HolderRights {
  readonly #options: GrantFreezeOptions;

  constructor(options: GrantFreezeOptions) {
    this.#options = options;
  }

  async suspendHolder(
    tx: CloudTransaction,
    tenant: string,
    holder: string,
    isSuspended: boolean,
  ): Promise<readonly string[]> {
    const {gateways, grants, sites, firstTenant} = this.#options;
    const changed: string[] = [];
    for (const gateway of await grants.gatewaysOf(tx, holder)) {
      const owner = (await sites.siteOf(tx, gateway))?.tenant ?? firstTenant;
      if (owner !== tenant || !(await gateways.lock(tx, gateway))) continue;
      const count = isSuspended
        ? await grants.freezeHolder(tx, gateway, holder)
        : await grants.thawHolder(tx, gateway, holder);
      if (count > 0) changed.push(gateway);
    }
    return changed;
  }
}
