import {placeInHours} from './hours.js';
import type {Policy} from './policy.js';

/**
 * A bay leased by key or QR, two credentials of one grant: the tenant drives in and out as long as the lease
 * lasts, and closes behind himself by showing it again. @see requirements 4.Q, A13, A14
 */
export const parkLease: Policy = {
  name: 'parkLease',
  grantKinds: new Set(['lease', 'staff'] as const),
  credentialKinds: new Set(['code', 'qr'] as const),
  windowPlace: placeInHours,
  mayReturn(grant, at) {
    return grant !== undefined && at < grant.validUntil;
  },
  closesWhenShownAgain: true,
};
