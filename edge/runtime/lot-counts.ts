import type {SiteEventBodies} from '../../protocols/site/events.js';
import type {BayState, LotState} from '../domain/lot/lot-state.js';

/** Stays and showers that go on. */
export function openSessions({bays, stalls}: LotState): number {
  const stays = [...bays.values()].filter(({session}) => session !== undefined);
  const showers = [...stalls.values()].filter(({shower}) => shower !== undefined);
  return stays.length + showers.length;
}

/** Bays that a driver from the road could be sent to: seen empty, sound, and nobody's. */
export function freeBays({bays}: LotState): number {
  const isFree = ({published, sensor, session}: BayState) =>
    published?.saleable === true && sensor?.occupancy === 'vacant' && session === undefined;
  return [...bays.values()].filter(isFree).length;
}

/** How the bays stand, as it was last journalled. */
export function publishedBays({bays}: LotState): readonly SiteEventBodies['bay'][] {
  return [...bays.values()].flatMap(({published}) => published ?? []);
}
