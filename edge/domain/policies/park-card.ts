import {placeInHours} from './hours.js';
import type {Policy} from './policy.js';

/** Parking with an IC card: opening lowers a lock, the stay ends when the bay is empty and barred again. */
export const parkCard: Policy = {
  name: 'parkCard',
  grantKinds: new Set(['park', 'lease', 'staff'] as const),
  credentialKinds: new Set(['card', 'code', 'qr'] as const),
  windowPlace: placeInHours,
  mayReturn(grant, at) {
    return grant !== undefined && grant.entries === 'multi' && at < grant.validUntil;
  },
  // A card may lie in the field long after the arm is down.
  closesWhenShownAgain: false,
};
