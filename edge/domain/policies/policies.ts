import {bath} from './bath.js';
import {parkCard} from './park-card.js';
import {parkLease} from './park-lease.js';
import type {Policy} from './policy.js';
import type {PostProfile} from './profiles.js';

const POLICIES: Readonly<Record<PostProfile, Policy>> = {parkCard, parkLease, bath};

/** The policy of a collector and of its bays. */
export function policyOf({profile}: {readonly profile: PostProfile}): Policy {
  return POLICIES[profile];
}
