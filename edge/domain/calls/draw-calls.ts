import {MINUTE_MS} from '../../../protocols/base/units.js';
import {ALARM_RULES} from '../../../protocols/site/alarm-rules.js';
import {CALL_TYPES} from '../../../protocols/site/calls.js';
import {ladderOf} from '../alarms/alarm-ladder.js';
import {callStateOf, isUnanswered, nextRung} from '../alarms/alarm-machine.js';
import type {AlarmRecord} from '../alarms/alarm-record.js';
import type {LotState} from '../lot/lot-state.js';
import {type CallsConfig, DEFAULT_CALLS} from './call-config.js';
import type {CallPlace, CallStation, CallTile, CallView} from './call-view.js';
import {type DrawnAt, drawTests} from './draw-tests.js';
import {isAlive, isHeardAt, isLoud, SOUNDER, sounderLevel, sounds} from './stations-flow.js';

/** What the lot itself does not know. */
export interface CallSurroundings extends DrawnAt {
  readonly cloud: CallView['cloudEscalation'];
  readonly local: CallView['localStep'];
  readonly hasSounder: boolean;
  /** The viewer's role may know of tenants. */
  readonly seesPersons: boolean;
}

/** The board of a lot at one instant. */
export function drawCalls(lot: LotState, around: CallSurroundings): CallView {
  const {nowMs, nowWallMs} = around;
  const config = lot.config.calls ?? DEFAULT_CALLS;
  const level = sounderLevel(lot, nowMs);
  return {
    ...{nowMs, nowWallMs},
    calls: callsInOrder(lot).map(alarm => drawTile(lot, config, alarm, around.seesPersons)),
    stations: drawStations(lot, nowMs),
    maintenance: [...lot.care.maintenance.values()].map(
      ({device, person, reason, sinceWallMs, untilMs}) => ({
        ...{device, person, reason, sinceWallMs, untilMs},
      }),
    ),
    tests: drawTests(lot, config, around),
    cloudEscalation: around.cloud,
    localStep: config.local ? around.local : 'none',
    sounder: soundOf(around.hasSounder, level !== 'off'),
    phone: config.phone ?? null,
    takesShared: config.takesShared,
  };
}

function soundOf(hasSounder: boolean, isSounding: boolean): CallView['sounder'] {
  if (!hasSounder) return 'none';
  return isSounding ? 'sounding' : 'silent';
}

/** Emergency first, then assistance, fault, test; oldest first within a type. */
function callsInOrder({alarms}: LotState): readonly AlarmRecord[] {
  const rank = ({kind}: AlarmRecord) => CALL_TYPES.indexOf(ALARM_RULES[kind].type);
  return [...alarms.values()].sort(
    (left, right) =>
      rank(left) - rank(right) || left.raisedMs - right.raisedMs || (left.id < right.id ? -1 : 1),
  );
}

function drawTile(
  lot: LotState,
  config: CallsConfig,
  alarm: AlarmRecord,
  seesPersons: boolean,
): CallTile {
  const {call, id, kind, count, raisedMs, raisedWallMs, ackedBy, escalation} = alarm;
  const ladder = ladderOf(alarm, lot.config);
  const rung = nextRung(alarm, ladder);
  const place = alarm.collector === null ? undefined : config.places.get(alarm.collector);
  return {
    ...{id, kind, count, raisedMs, raisedWallMs},
    type: ALARM_RULES[kind].type,
    state: callStateOf(alarm),
    place: placeOf(lot, alarm, place?.text),
    ring: ringOf(alarm),
    takenBy: ackedBy,
    takenMs: call?.takenMs ?? null,
    isReminded: (call?.reminders ?? 0) > 0,
    contact: isUnanswered(alarm) ? (ladder.contacts[escalation]?.name ?? null) : null,
    next: rung ? {step: rung.step, atMs: raisedMs + rung.afterMs} : null,
    grouped: groupedOf(lot, config, alarm),
    isMaintenance: call?.isMaintenance ?? false,
    advice: place?.advice ?? null,
    detail: seesPersons ? alarm.detail : null,
    steps: call?.steps ?? [],
  };
}

/** A low ring grows too, once nobody came. */
function ringOf(alarm: AlarmRecord): CallTile['ring'] {
  if (!isLoud(alarm)) return alarm.ring;
  return alarm.ring === 'low' ? 'normal' : 'loud';
}

function placeOf(
  lot: LotState,
  {collector, bay, device}: AlarmRecord,
  text: string | undefined,
): CallPlace {
  const at = collector === null ? undefined : lot.collectors.get(collector);
  const own = bay === null ? undefined : lot.bays.get(bay);
  const zone = own?.config.zone ?? at?.config.zone ?? null;
  return {zone, collector, bay, device, text: text ?? null};
}

/** Calls from its post within the last minutes, counted back from now; never fewer than itself. */
function groupedOf(lot: LotState, {grouping}: CallsConfig, alarm: AlarmRecord): number {
  if (!alarm.call || alarm.collector === null) return 1;
  const recent = lot.care.recent.get(alarm.collector) ?? [];
  const near = recent.filter(ms => Math.abs(ms - alarm.raisedMs) <= grouping.withinMs);
  return Math.max(1, near.length);
}

function drawStations(lot: LotState, nowMs: number): readonly CallStation[] {
  const sounding = callsInOrder(lot).filter(sounds);
  return [...lot.care.stations.values()].map(station => {
    const {id, person, seenMs, hasSound, silentUntilMs} = station;
    const first = sounding.find(alarm => isHeardAt(station, alarm, nowMs));
    return {
      ...{id, person, hasSound},
      isAlive: id === SOUNDER || isAlive(station, nowMs),
      seenMs: Number.isFinite(seenMs) ? seenMs : nowMs - MINUTE_MS,
      silentUntilMs: silentUntilMs !== null && silentUntilMs > nowMs ? silentUntilMs : null,
      sound: first ? {type: ALARM_RULES[first.kind].type, ring: ringOf(first)} : null,
    };
  });
}
