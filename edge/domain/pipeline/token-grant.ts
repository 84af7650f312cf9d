import type {Millis, UnixMillis} from '../../../protocols/base/clock.js';
import {DAY_MS} from '../../../protocols/base/units.js';
import type {Grant, GrantKind} from '../../../protocols/site/grant.js';
import {asId, type BayId, type HolderId, idOfNumber} from '../../../protocols/site/ids.js';
import type {Reason} from '../../../protocols/site/reasons.js';
import type {LotConfig, LotContext} from '../lot/contract.js';
import type {TokenClaim} from '../lot/shown.js';

/** A gateway that has never heard of a grant honours its token no longer than this. Source: sync.md 8. */
const LEASE_MS: Millis = 30 * DAY_MS;
/** A mask of all collectors, those of a later day included. */
const ALL_DOORS = 0xffff;

/** Bays that a token can open here, by the numbers that the site file gives them. */
export function pointsOf(config: LotConfig, {doors}: TokenClaim): readonly BayId[] {
  if (doors.kind === 'point') {
    return config.bays.filter(bay => bay.number === doors.number).map(bay => bay.id);
  }
  if (doors.mask === ALL_DOORS) return config.bays.map(bay => bay.id);
  const isMeant = ({number}: {readonly number?: number | undefined}) =>
    number !== undefined && ((doors.mask >> (number - 1)) & 1) === 1;
  const collectors = new Set(config.collectors.filter(isMeant).map(({id}) => id));
  return config.bays.filter(bay => collectors.has(bay.collector)).map(bay => bay.id);
}

/** The right as the token alone states it. The lease is for those of whose grant nobody here has heard. */
export function grantOf(
  claim: TokenClaim,
  at: {readonly points: readonly BayId[]; readonly kind: GrantKind; readonly isHeardOf: boolean},
): Grant {
  const {number, validFrom, validUntil} = claim;
  const {points, kind, isHeardOf} = at;
  const leaseMs = isHeardOf ? validUntil : Math.min(validUntil, validFrom + LEASE_MS);
  return {
    id: idOfNumber(number),
    number,
    kind,
    holder: asId<HolderId>(`number-${number}`),
    holderMask: '',
    credentials: [],
    points,
    validFrom,
    validUntil,
    weekly: [],
    // A one-use token is spent under its own name: several may be out for one grant.
    entries: 'multi',
    state: 'active',
    rev: 0,
    leaseUntil: leaseMs as UnixMillis,
  };
}

/** The known grant in the bounds of its token. */
export function narrowed(grant: Grant, claim: TokenClaim, points: readonly BayId[]): Grant {
  return {
    ...grant,
    points: grant.points.filter(point => points.includes(point)),
    validFrom: Math.max(grant.validFrom, claim.validFrom) as UnixMillis,
    validUntil: Math.min(grant.validUntil, claim.validUntil) as UnixMillis,
  };
}

/** A picture of a token that rotates, or one whose secret has not reached this gateway. */
export function rotationDoubt(
  context: LotContext,
  {rotation}: TokenClaim,
  secretHex?: string,
): Reason | undefined {
  if (rotation === undefined) return undefined;
  if (secretHex === undefined) return 'NEEDS_GUARD';
  return context.rotationHolds(rotation, secretHex) ? undefined : 'REPLAY';
}
