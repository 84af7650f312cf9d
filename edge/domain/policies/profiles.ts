/** Profiles of a site that have bays. */
export const LOT_PROFILES = ['parkCard', 'parkLease'] as const;
export type LotProfile = (typeof LOT_PROFILES)[number];
