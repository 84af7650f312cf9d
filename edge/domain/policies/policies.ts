import {parkCard} from './park-card.js';
import {parkLease} from './park-lease.js';
import type {Policy} from './policy.js';
import type {LotProfile} from './profiles.js';

const POLICIES: Readonly<Record<LotProfile, Policy>> = {parkCard, parkLease};

/** The policy of a collector and of its bays. */
export function policyOf({profile}: {readonly profile: LotProfile}): Policy {
  return POLICIES[profile];
}
