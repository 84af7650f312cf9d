import {ALARM_RULES} from '../../../protocols/site/alarm-rules.js';
import type {CollectorId} from '../../../protocols/site/ids.js';
import {ladderOf} from '../alarms/alarm-ladder.js';
import {isUnanswered} from '../alarms/alarm-machine.js';
import type {AlarmRecord} from '../alarms/alarm-record.js';
import type {Turn} from '../lot/turn.js';
import {type CallsConfig, DEFAULT_CALLS} from './call-config.js';
import {logCall} from './call-log.js';

export function callsConfigOf(turn: Turn): CallsConfig {
  return turn.config.calls ?? DEFAULT_CALLS;
}

/** The call has been stored and told: to whom first, stands in its log. */
export function logAnnounced(turn: Turn, alarm: AlarmRecord): void {
  const contact = ladderOf(alarm, turn.config).contacts[0]?.name ?? null;
  logCall(turn, alarm, 'announced', {where: contact});
}

/** The way out without a cloud follows the calls that need it; lights go with the last call of their post. */
export function settleOutputs(turn: Turn, changed: AlarmRecord): void {
  const {local, safeActions} = callsConfigOf(turn);
  if (local && (changed.reachedMs ?? 0) >= local.afterMs) {
    const isOn = [...turn.state.alarms.values()].some(
      alarm => needsLocal(alarm) && (alarm.reachedMs ?? 0) >= local.afterMs,
    );
    turn.effect({kind: 'callOutput', device: local.device, isOn});
  }
  if (changed.state !== 'closed') return;
  for (const action of safeActions) {
    if (action.kind !== 'switch_on' || action.collector !== changed.collector) continue;
    const isNeeded = [...turn.state.alarms.values()].some(
      ({kind, collector}) =>
        collector === action.collector && ALARM_RULES[kind].type === 'emergency',
    );
    if (!isNeeded) turn.effect({kind: 'callOutput', device: action.device, isOn: false});
  }
}

function needsLocal(alarm: AlarmRecord): boolean {
  return ALARM_RULES[alarm.kind].callsForHelp && isUnanswered(alarm);
}

/** Calls for help from this post, or from those whose end is set at it. */
export function callsEndedAt(turn: Turn, reader: CollectorId): readonly AlarmRecord[] {
  const {places} = callsConfigOf(turn);
  return [...turn.state.alarms.values()].filter(
    ({kind, collector}) =>
      collector !== null &&
      ALARM_RULES[kind].callsForHelp &&
      (collector === reader || places.get(collector)?.reader === reader),
  );
}

/** Calls from this post, or from its button, are marked. */
export function isInMaintenance(turn: Turn, collector: CollectorId | undefined): boolean {
  const {maintenance} = turn.state.care;
  if (collector === undefined || maintenance.size === 0) return false;
  return (
    maintenance.has(collector) ||
    callsConfigOf(turn).devices.some(
      one => one.collector === collector && maintenance.has(one.device),
    )
  );
}
