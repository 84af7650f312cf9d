import {type Caller, maySee, type Scope} from '../http/caller.js';
import {Refusal} from '../http/refusals.js';
import type {OrderRow} from '../orders/order-table.js';
import {readLease, type Side} from './lease-data.js';

/** Of what both sides see. */
export interface Shared {
  readonly tenant: string;
  readonly site: string;
  readonly holder: string;
  readonly lender: string | null;
}

/** Tenant, lender, or whoever has the scope for the site. */
export function seesShared(caller: Caller, scope: Scope, shared: Shared): boolean {
  if (shared.tenant !== caller.tenant) return false;
  if (sideOf(caller, shared)) return true;
  return caller.scopes.has(scope) && maySee(caller, shared.site);
}

/** On which side the caller stands as a member. */
export function sideOf({member}: Caller, {holder, lender}: Shared): Side | undefined {
  if (member === undefined) return undefined;
  if (member === holder) return 'tenant';
  return member === lender ? 'lender' : undefined;
}

/**
 * For which side he says something. Staff speak for the lot, and for a tenant who stands before them.
 * @throws Refusal `forbidden` for the side of a member that he is not
 */
export function speaksFor(caller: Caller, shared: Shared, wished: Side | undefined): Side {
  const own = sideOf(caller, shared);
  const side = wished ?? own ?? (shared.lender === null ? 'lender' : undefined);
  if (side === undefined) {
    throw new Refusal('invalid', {errors: [{pointer: '#/side', detail: 'for whom?'}]});
  }
  if (side === own) return side;
  if (own === undefined && caller.scopes.has('orders:write') && isForStaff(side, shared))
    return side;
  throw new Refusal('forbidden', {detail: `not the ${side}`});
}

/** Nobody consents in a lender's name. */
function isForStaff(side: Side, {lender}: Shared): boolean {
  return side === 'tenant' || lender === null;
}

export function sharedOf(order: OrderRow): Shared {
  const {tenant, site, holder, data} = order;
  return {tenant, site, holder, lender: readLease(JSON.parse(data)).lender};
}
