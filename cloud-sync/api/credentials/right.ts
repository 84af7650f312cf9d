import type {UnixMillis} from '../../../protocols/base/clock.js';
import type {Grant, GrantBudget, GrantKind, GrantState} from '../../../protocols/site/grant.js';
import {asId} from '../../../protocols/site/ids.js';
import type {WeeklyWindow} from '../../../protocols/site/windows.js';

/**
 * `consumed`: its one entry was used. `ended`: its time is over. Both, and `revoked`, are for good.
 * @see requirements 6.2, Grant
 */
export const RIGHT_STATES = ['issued', 'suspended', 'revoked', 'consumed', 'ended'] as const;
export type RightState = (typeof RIGHT_STATES)[number];

/** The right of one holder to use points of one site in a time, at whatever gateways they hang. */
export interface Right {
  readonly id: string;
  readonly tenant: string;
  readonly site: string;
  readonly holder: string;
  /** What staff may see of him: `陈** 138****5678`. */
  readonly holderMask: string;
  readonly kind: GrantKind;
  readonly points: readonly string[];
  readonly validFrom: UnixMillis;
  readonly validUntil: UnixMillis;
  readonly weekly: readonly WeeklyWindow[];
  readonly entries: 'one' | 'multi';
  /** What may be used up at most. */
  readonly budget: GrantBudget | undefined;
  /** Of cars that may stand there under it; undefined: of any. */
  readonly plates?: readonly string[] | undefined;
  readonly state: RightState;
  /** Its holder is frozen, whatever the grant's own state. */
  readonly isFrozen: boolean;
  /** What a QR token holds of it. */
  readonly number: string;
  readonly credentials: readonly string[];
  /** The order that wanted it, and under which name there. */
  readonly orderId: string | null;
  readonly name: string | null;
  readonly createdWall: number;
  readonly changedWall: number;
}

/** May it still be changed? */
export function isLive(right: Pick<Right, 'state'>): boolean {
  return right.state === 'issued' || right.state === 'suspended';
}

/** What a gateway makes of it. */
function stateAtGateway({state, isFrozen}: Pick<Right, 'state' | 'isFrozen'>): GrantState {
  switch (state) {
    case 'issued':
      return isFrozen ? 'suspended' : 'active';
    case 'suspended':
      return 'suspended';
    case 'revoked':
      return 'revoked';
    case 'consumed':
    case 'ended':
      return 'ended';
  }
}

/**
 * Its row at a gateway that has `points` of it; none: it had some once, and opens nothing there any more.
 * `alias`: who has it is told nothing of there.
 */
export function rowOfRight(
  right: Right,
  points: readonly string[],
  at: {readonly rev: number; readonly leaseUntil: UnixMillis},
  alias: string | undefined,
): Grant {
  const {number, kind, validFrom, validUntil, weekly, entries, budget, plates} = right;
  const holderMask = alias === undefined ? right.holderMask : '';
  return {
    ...{id: asId(right.id), number, kind, holder: asId(alias ?? right.holder), holderMask},
    credentials: right.credentials.map(id => asId(id)),
    points: points.map(point => asId(point)),
    ...{validFrom, validUntil, weekly, entries, ...(budget && {budget}), ...(plates && {plates})},
    state: points.length === 0 ? 'ended' : stateAtGateway(right),
    ...at,
  };
}
