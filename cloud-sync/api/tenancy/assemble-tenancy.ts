import type {AreaBase} from '../area-base.js';
import type {Api} from '../http/api.js';
import {AccessKeyTable} from './access-key-table.js';
import {AuditLog} from './audit-log.js';
import {KeyDesk} from './key-desk.js';
import {addKeys} from './key-routes.js';
import {addTenants} from './tenant-routes.js';
import {TenantTable} from './tenant-table.js';

/** Tenants and the keys of their programs. */
export function assembleTenancy(base: AreaBase): {addRoutes(api: Api): void} {
  const {clock, entropy, store, writer, sites} = base;
  const [keys, tenants] = [new AccessKeyTable(entropy), new TenantTable()];
  const audit = new AuditLog(clock, entropy);
  const desk = new KeyDesk({clock, keys, tenants, sites, audit});
  return {
    addRoutes: api => {
      addKeys(api, {store, writer, keys, desk});
      addTenants(api, {clock, store, writer, tenants, keys, audit});
    },
  };
}
