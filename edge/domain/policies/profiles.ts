/** Profiles of a site that have bays. */
export const LOT_PROFILES = ['parkCard', 'parkLease'] as const;
export type LotProfile = (typeof LOT_PROFILES)[number];
/** Of whatever has a post: a collector, or a stall of a bath. */
export type PostProfile = LotProfile | 'bath';
