import type {SiteEventBodies} from '../../protocols/site/events.js';
import {isUnanswered} from '../domain/alarms/alarm-machine.js';
import {ALARM_RULES} from '../domain/alarms/alarm-rules.js';
import type {AlarmRecord} from '../domain/lot/contract.js';
import type {BayState, LotState} from '../domain/lot/lot-state.js';

/** Alarms that call for help until somebody answers. */
export function openCalls({alarms}: LotState): number {
  const isCall = (alarm: AlarmRecord) =>
    ALARM_RULES[alarm.kind].callsForHelp && isUnanswered(alarm);
  return [...alarms.values()].filter(isCall).length;
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
