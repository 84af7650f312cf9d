import type {SecretBox} from '../store/secret-box.js';
import type {Right} from './right.js';

export type AliasBox = Pick<SecretBox, 'mark'>;

type Named = Pick<Right, 'tenant' | 'site' | 'holder' | 'kind'>;

/**
 * What gateways call who has a right, where they are told no more than they need: at a bath the same member is
 * the same name at the same house, for a rinse that he owes, and nothing of him follows from it. Whoever wants
 * to know who it was goes by the id of the grant. Undefined: they are told who he is.
 * @see requirements B17
 */
export function aliasOf(box: AliasBox, {tenant, site, holder, kind}: Named): string | undefined {
  if (kind !== 'shower') return undefined;
  return `bather-${box.mark(`holder ${tenant} ${site} ${holder}`).slice(0, 32)}`;
}
