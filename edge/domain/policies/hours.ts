import type {UnixMillis} from '../../../protocols/base/clock.js';
import type {Grant} from '../../../protocols/site/grant.js';
import type {LotContext} from '../lot/contract.js';
import type {WindowPlace} from '../time/validity.js';

/** From the first instant to the last, and within it the hours of the week, if it names any. */
export function placeInHours(grant: Grant, at: UnixMillis, context: LotContext): WindowPlace {
  if (at < grant.validFrom) return 'before';
  if (at >= grant.validUntil) return 'after';
  return context.inWindow(grant, at) ? 'inside' : 'outside';
}
