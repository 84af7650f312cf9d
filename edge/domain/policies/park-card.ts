import type {WindowPlace} from '../time/validity.js';
import type {Policy} from './policy.js';

/** Parking with an IC card: opening lowers a lock, the stay ends when the bay is empty and barred again. */
export const parkCard: Policy = {
  name: 'parkCard',
  grantKinds: new Set(['park', 'lease', 'staff'] as const),
  credentialKinds: new Set(['card', 'code', 'qr'] as const),
  windowPlace(grant, at, context): WindowPlace {
    if (at < grant.validFrom) return 'before';
    if (at >= grant.validUntil) return 'after';
    return context.inWindow(grant, at) ? 'inside' : 'outside';
  },
  mayReturn(grant, at) {
    return grant !== undefined && grant.entries === 'multi' && at < grant.validUntil;
  },
};
