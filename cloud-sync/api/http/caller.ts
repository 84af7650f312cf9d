/** What people and programs may be at a tenant. @see ecosystem.md 3.1, auth */
export const ROLES = ['operator', 'site_admin', 'staff', 'auditor', 'member'] as const;
export type Role = (typeof ROLES)[number];

/** What a request needs, and a key bears: an area and whether it changes something. */
export const SCOPES = [
  'platform:read',
  'platform:write',
  'keys:read',
  'keys:write',
  'sites:read',
  'sites:write',
  'gateways:read',
  'gateways:write',
  'members:read',
  'members:write',
  'persons:read',
  'money:read',
  'money:write',
  'grants:read',
  'grants:write',
  'commands:write',
  'orders:read',
  'orders:write',
  'listings:write',
  'webhooks:write',
  'own:write',
] as const;
export type Scope = (typeof SCOPES)[number];

/** What tenants may do; `platform` is of whoever runs the cloud. */
const OF_TENANT = SCOPES.filter(scope => !scope.startsWith('platform:'));
const READS = OF_TENANT.filter(scope => scope.endsWith(':read') && scope !== 'persons:read');

/** `persons:read` is to see whole ID numbers and phones; each look is logged. */
const SCOPES_OF: Readonly<Record<Role, readonly Scope[]>> = {
  operator: OF_TENANT,
  site_admin: OF_TENANT.filter(scope => scope !== 'money:write'),
  staff: [
    ...['sites:read', 'gateways:read', 'members:read', 'grants:read', 'orders:read'],
    ...['commands:write', 'orders:write', 'own:write'],
  ] as readonly Scope[],
  auditor: READS,
  member: ['own:write'],
};

/** Who asks. One request acts for one tenant. */
export interface Caller {
  readonly kind: 'key' | 'person';
  /** Of the key or the member; what is written down as who did it. */
  readonly id: string;
  readonly tenant: string;
  readonly scopes: ReadonlySet<Scope>;
  /** The member that he is; undefined for a key. */
  readonly member: string | undefined;
  /** The only sites that he may see and change; undefined: all of the tenant. */
  readonly sites: ReadonlySet<string> | undefined;
}

export function scopesOf(roles: readonly Role[]): ReadonlySet<Scope> {
  return new Set(roles.flatMap(role => SCOPES_OF[role]));
}

export function maySee(caller: Caller, site: string): boolean {
  return caller.sites === undefined || caller.sites.has(site);
}
