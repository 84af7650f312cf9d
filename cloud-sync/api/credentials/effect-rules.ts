import type {PlaceReading} from './credential-table.js';

/** @see ecosystem.md 3.3: what is wanted against what is on the device */
export type PlaceState = 'setting' | 'set' | 'removing' | 'unset';

/** Why a gateway does not have it yet. */
export type WaitingReason =
  /** Said nothing for a while: it hears of it at its next contact. */
  | 'offline'
  /** It has never said anything. */
  | 'never_seen'
  /** On its way. */
  | 'in_delivery'
  /** What was sent did not fit there: the whole state is sent again. */
  | 'failed_to_set'
  /** Another code there is the same: this one cannot lie there. */
  | 'clash';

export interface Waiting {
  readonly gateway: string;
  readonly state: PlaceState;
  readonly reason: WaitingReason;
  /** When the gateway was last heard; null: never. */
  readonly seenMs: number | null;
}

/** How far what is wanted has come. */
export interface Effect {
  readonly effectiveOn: {readonly gateways: number; readonly of: number};
  readonly waitingFor: readonly Waiting[];
}

function placeState(place: PlaceReading): PlaceState {
  if (place.revVer > 0) return place.heldRev >= place.revVer ? 'unset' : 'removing';
  return isHeld(place) ? 'set' : 'setting';
}

/** `lacking`: gateways that should have it and cannot. */
export function effectOf(
  places: readonly PlaceReading[],
  isOnline: (gateway: string) => boolean,
  lacking: readonly string[] = [],
): Effect {
  const waiting = places.filter(place => !isDone(placeState(place)));
  return {
    effectiveOn: {
      gateways: places.length - waiting.length,
      of: places.length + lacking.length,
    },
    waitingFor: [
      ...waiting.map(place => ({
        gateway: place.gateway,
        state: placeState(place),
        reason: reasonOf(place, isOnline(place.gateway)),
        seenMs: place.seenWall,
      })),
      ...lacking.map(gateway => ({
        ...({gateway, state: 'setting', reason: 'clash', seenMs: null} as const),
      })),
    ],
  };
}

/**
 * What an integrator may promise: it opens with the gateway cut off because the gateway has it, or because
 * the token carries its whole right. Null: not yet.
 */
export function deliverableOf(
  places: readonly PlaceReading[],
  isSelfContained: boolean,
): 'pre_synced' | 'self_contained' | null {
  const isThere = places.length > 0 && places.every(place => placeState(place) === 'set');
  if (isThere) return 'pre_synced';
  return isSelfContained ? 'self_contained' : null;
}

function isDone(state: PlaceState): boolean {
  return state === 'set' || state === 'unset';
}

/** A gateway that is ahead of the cloud, or at the same version with another state, holds something else. */
function isHeld(place: PlaceReading): boolean {
  const {cfgVer, heldVer, heldHash, wantedVer, wantedHash, misfit} = place;
  if (misfit !== 0 || heldVer < cfgVer || heldVer > wantedVer) return false;
  return heldVer < wantedVer || heldHash === wantedHash;
}

function reasonOf({misfit, seenWall}: PlaceReading, isOnline: boolean): WaitingReason {
  if (seenWall === null) return 'never_seen';
  if (!isOnline) return 'offline';
  return misfit === 0 ? 'in_delivery' : 'failed_to_set';
}
