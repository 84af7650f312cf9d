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

  suspendHolder(
    tx: CloudTransaction,
    tenant: string,
    holder: string,
    isSuspended: boolean,
  ): Promise<readonly string[]> {
    const {grants} = this.#options;
    return this.#atEach(tx, {tenant, holder}, gateway =>
      isSuspended
        ? grants.freezeHolder(tx, gateway, holder)
        : grants.thawHolder(tx, gateway, holder),
    );
  }

  forgetHolder(tx: CloudTransaction, tenant: string, holder: string): Promise<readonly string[]> {
    const {grants} = this.#options;
    return this.#atEach(tx, {tenant, holder}, async gateway => {
      let count = 0;
      for (const {row} of await grants.grantsOf(tx, gateway, holder)) {
        // One under another name tells nothing of him, and follows its right.
        if (row.holder !== holder || (row.holderMask === '' && !row.plates)) continue;
        const {plates: _, ...rest} = {...row, holderMask: '', rev: row.rev + 1};
        await grants.put(tx, gateway, {table: 'grant', row: rest});
        count += 1;
      }
      return count;
    });
  }

  /** Where `change` changed anything. */
  async #atEach(
    tx: CloudTransaction,
    {tenant, holder}: {readonly tenant: string; readonly holder: string},
    change: (gateway: string) => Promise<number>,
  ): Promise<readonly string[]> {
    const {gateways, grants, sites, firstTenant} = this.#options;
    const changed: string[] = [];
    for (const gateway of await grants.gatewaysOf(tx, holder)) {
      const owner = (await sites.siteOf(tx, gateway))?.tenant ?? firstTenant;
      if (owner !== tenant || !(await gateways.lock(tx, gateway))) continue;
      if ((await change(gateway)) > 0) changed.push(gateway);
    }
    return changed;
  }
}
