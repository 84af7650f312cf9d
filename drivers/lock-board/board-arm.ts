import type {Millis} from '../../protocols/base/clock.js';
import type {ArmState} from '../parking-lock/contract.js';

/** A movement that was ordered and may still go on. */
export interface BoardMovement {
  readonly to: 'up' | 'down';
  readonly untilMs: Millis;
}

/**
 * Where the arm stands, as far as one contact can tell. A contact changes as soon as the arm leaves it,
 * so nothing is settled before the arm had its travel time.
 */
export function boardArm(
  isSet: boolean,
  statusMeansOpen: boolean,
  movement: BoardMovement | undefined,
  atMs: Millis,
): ArmState {
  if (movement && atMs < movement.untilMs) return 'moving';
  return isSet === statusMeansOpen ? 'down' : 'up';
}
