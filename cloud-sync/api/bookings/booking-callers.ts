import type {ApiContext} from '../http/api.js';
import {type Caller, maySee, type Scope} from '../http/caller.js';
import {Refusal} from '../http/refusals.js';
import type {OrderRow} from '../orders/order-table.js';

/** Who asks, when he has the scope or is a member about his own. @throws Refusal */
export function callerOr(context: ApiContext, scope: Scope): Caller {
  const caller: Caller | undefined = context.get('caller');
  if (!caller) throw new Refusal('unauthorized');
  const isMember = caller.member !== undefined && caller.scopes.has('own:write');
  if (caller.scopes.has(scope) || isMember) return caller;
  throw new Refusal('forbidden', {detail: `needs ${scope}`});
}

/** For whom: a member for himself alone. @throws Refusal `forbidden`, `invalid` */
export function holderFor(caller: Caller, scope: Scope, wished: string | undefined): string {
  if (!caller.scopes.has(scope)) {
    if (wished !== undefined && wished !== caller.member) throw new Refusal('forbidden');
    return caller.member ?? '';
  }
  const holder = wished ?? caller.member;
  if (holder !== undefined) return holder;
  throw new Refusal('invalid', {errors: [{pointer: '#/holder', detail: 'whom is it for?'}]});
}

/** Is it an order that he may know of? */
export function seesOrder(caller: Caller, scope: Scope, order: OrderRow): boolean {
  if (order.tenant !== caller.tenant) return false;
  if (order.holder === caller.member) return true;
  return caller.scopes.has(scope) && maySee(caller, order.site);
}

export function seesPlate(caller: Caller, order: OrderRow): boolean {
  return order.holder === caller.member || caller.scopes.has('persons:read');
}
