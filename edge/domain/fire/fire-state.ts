import type {CollectorId} from '../../../protocols/site/ids.js';
import type {Turn} from '../lot/turn.js';

/** While it is so, nothing moves an arm but what runs already, or a person who lets somebody out. */
export function isFire(turn: Turn): boolean {
  return turn.state.fires.size > 0;
}

/** Does a fire keep the water of this stall off? */
export function isFireAt(turn: Turn, stall: CollectorId): boolean {
  const zones = turn.config.firePanels ?? [];
  return zones.some(({panel, stops}) => turn.state.fires.has(panel) && stops.includes(stall));
}
