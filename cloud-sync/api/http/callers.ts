import type {Clock} from '../../../protocols/base/clock.js';
import type {ApiKeyTable} from '../store/api-key-table.js';
import type {CloudStore} from '../store/cloud-store.js';
import type {AccessKeyTable} from '../tenancy/access-key-table.js';
import type {TenantTable} from '../tenancy/tenant-table.js';
import {type Caller, SCOPES} from './caller.js';

/** People who logged in. An identity provider elsewhere fits behind the same words. */
export interface PersonSessions {
  /** Whose session the token is, when it is good; undefined for any other text. */
  callerOf(token: string): Promise<Caller | undefined>;
}

export interface CallersOptions {
  readonly clock: Clock;
  readonly store: CloudStore;
  /** The key file that stands beside the cloud: its bearer may do everything at the first tenant. */
  readonly rootKeys: ApiKeyTable;
  readonly keys: AccessKeyTable;
  readonly tenants: TenantTable;
  readonly firstTenant: string;
  readonly persons: PersonSessions | undefined;
}

/** Finds out who asks. */
export class Callers {
  readonly #options: CallersOptions;

  constructor(options: CallersOptions) {
    this.#options = options;
  }

  /** `header`: the Authorization header as it came. Undefined: nobody that we know. */
  async of(header: string | undefined): Promise<Caller | undefined> {
    const token = /^Bearer (\S{1,512})$/.exec(header ?? '')?.[1];
    if (token === undefined) return undefined;
    return (await this.#program(token)) ?? (await this.#person(token));
  }

  async #person(token: string): Promise<Caller | undefined> {
    const {store, tenants, persons} = this.#options;
    const caller = await persons?.callerOf(token);
    if (!caller) return undefined;
    const tenant = await store.read(db => tenants.get(db, caller.tenant));
    return tenant?.state === 'active' ? caller : undefined;
  }

  async #program(token: string): Promise<Caller | undefined> {
    const {store, rootKeys, keys, clock, firstTenant} = this.#options;
    const row = await store.read(db => keys.find(db, token, clock.wallMs()));
    if (row) {
      return {
        ...{kind: 'key', id: row.id, tenant: row.tenant, scopes: new Set(row.scopes)},
        ...{member: undefined, sites: row.sites === null ? undefined : new Set(row.sites)},
      };
    }
    // The key that is made beside the cloud begins like those of programs.
    const name = await store.read(db => rootKeys.nameOf(db, token, firstTenant));
    if (name === undefined) return undefined;
    return {
      ...{kind: 'key', id: name, tenant: firstTenant, scopes: new Set(SCOPES)},
      ...{member: undefined, sites: undefined},
    };
  }
}
