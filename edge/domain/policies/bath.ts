import {placeInHours} from './hours.js';
import type {Policy} from './policy.js';

/** A shower by code: opening turns a valve, what is metered is water, and it never comes back. */
export const bath: Policy = {
  name: 'bath',
  grantKinds: new Set(['shower', 'staff'] as const),
  credentialKinds: new Set(['code'] as const),
  windowPlace: placeInHours,
  mayReturn() {
    return false;
  },
  closesWhenShownAgain: false,
};
