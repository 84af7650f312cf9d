import type {CallCareBody} from '../../../protocols/site/calls.js';
import type {PersonId} from '../../../protocols/site/ids.js';
import {clearAlarm, openAlarm, raiseAlarm} from '../alarms/alarm-flow.js';
import {isUnanswered} from '../alarms/alarm-machine.js';
import type {AlarmRecord} from '../alarms/alarm-record.js';
import type {LotState} from '../lot/lot-state.js';
import type {Turn} from '../lot/turn.js';
import {BOARD_ALIVE_MS, BOARD_LOST_MS, SILENCE_MS} from './call-config.js';
import {callsConfigOf} from './call-flow.js';
import {logCall} from './call-log.js';
import type {BoardAlive, CallAnswer} from './call-view.js';
import type {CallsState, Station} from './care-state.js';

/** All wired sounders of the site, silenced as one station. */
export const SOUNDER = 'sounder';
/** More names than that are no boards: the oldest is forgotten. */
const MOST_STATIONS = 32;
const LOST = {kind: 'BOARD_LOST', device: 'board'} as const;

export const DONE: CallAnswer = {kind: 'done'};

export function patchCare(turn: Turn, patch: Partial<CallsState>): void {
  turn.patch({care: {...turn.state.care, ...patch}});
}

export function careFact(
  turn: Turn,
  what: CallCareBody['what'],
  about: Partial<Omit<CallCareBody, 'what'>> = {},
): void {
  const nothing = {device: null, station: null, person: null, untilWallMs: null};
  turn.fact('call.care', {what, ...nothing, ...{done: null, of: null, note: null}, ...about});
}

/** A board says that it lives, and what stands on it. */
export function onBoardAlive(turn: Turn, board: BoardAlive): void {
  const {station: id, hasSound} = board;
  const known = turn.state.care.stations.get(id);
  const station: Station = {
    person: null,
    silencedMs: null,
    silentUntilMs: null,
    ...known,
    ...{id, hasSound, seenMs: turn.nowMs},
  };
  const stations = new Map(turn.state.care.stations);
  stations.delete(id);
  for (const oldest of stations.keys()) {
    if (stations.size < MOST_STATIONS) break;
    stations.delete(oldest);
  }
  patchCare(turn, {stations: stations.set(id, station)});
  if (openAlarm(turn, LOST)) {
    clearAlarm(turn, LOST, 'recovered');
    careFact(turn, 'board_back', {station: id});
  }
  for (const call of board.shown) logOnce(turn, turn.state.alarms.get(call), 'shown', id);
  if (board.isSounding) onSounded(turn, id);
  armBoards(turn);
}

/** A loudspeaker is at work: for every call that nobody has taken. */
export function onSounded(turn: Turn, station: string): void {
  for (const alarm of turn.state.alarms.values()) {
    if (isUnanswered(alarm)) logOnce(turn, alarm, 'sounded', station);
  }
}

function logOnce(
  turn: Turn,
  alarm: AlarmRecord | undefined,
  step: 'shown' | 'sounded',
  where: string,
): void {
  const {call} = alarm ?? {};
  const mark = `${step} ${where}`;
  if (!alarm || !call || call.toldAt.includes(mark)) return;
  logCall(turn, {...alarm, call: {...call, toldAt: [...call.toldAt, mark]}}, step, {where});
}

/** Silent for a minute at most, and not for calls that come after. */
export function silence(turn: Turn, id: string, person: PersonId): CallAnswer {
  const {stations} = turn.state.care;
  const none = {id, person: null, seenMs: Number.NEGATIVE_INFINITY, hasSound: true};
  const station = stations.get(id) ?? (id === SOUNDER ? none : undefined);
  if (!station) return {kind: 'refused', why: 'UNKNOWN_STATION'};
  const silent = {...station, silencedMs: turn.nowMs, silentUntilMs: turn.nowMs + SILENCE_MS};
  patchCare(turn, {stations: new Map(stations).set(id, silent)});
  for (const alarm of turn.state.alarms.values()) {
    if (isUnanswered(alarm)) logCall(turn, alarm, 'silenced', {where: id, person});
  }
  armBoards(turn);
  return DONE;
}

/** Whether this station may sound for this call now. */
export function isHeardAt(
  station: Pick<Station, 'silencedMs' | 'silentUntilMs'> | undefined,
  alarm: AlarmRecord,
  nowMs: number,
): boolean {
  if (!station || station.silencedMs === null || station.silentUntilMs === null) return true;
  return nowMs >= station.silentUntilMs || alarm.raisedMs > station.silencedMs;
}

export function isAlive({seenMs}: Station, nowMs: number): boolean {
  return nowMs - seenMs < BOARD_ALIVE_MS;
}

export function watch(turn: Turn, id: string, act: 'begin' | 'end', person: PersonId): CallAnswer {
  const stations = new Map(turn.state.care.stations);
  if (act === 'begin') {
    const known = stations.get(id) ?? {id, hasSound: true, silencedMs: null, silentUntilMs: null};
    stations.set(id, {...known, person, hasSound: true, seenMs: turn.nowMs});
  } else if (!stations.delete(id)) {
    return {kind: 'refused', why: 'UNKNOWN_STATION'};
  }
  const isWatched =
    act === 'begin' || [...stations.values()].some(station => station.person !== null);
  const sinceWallMs = turn.context.wallMs;
  const row = isWatched ? ({id: 'watch', kind: 'watch', sinceWallMs} as const) : null;
  if (isWatched !== turn.state.care.isWatched) turn.record({table: 'care', id: 'watch', row});
  patchCare(turn, {stations, isWatched});
  careFact(turn, act === 'begin' ? 'watch_begun' : 'watch_over', {station: id, person});
  if (!expectsBoard(turn)) clearAlarm(turn, LOST, 'the watch is over');
  armBoards(turn);
  return DONE;
}

/** Somebody relies on a board: its silence is a fault. */
export function expectsBoard(turn: Turn): boolean {
  return turn.state.care.isWatched || callsConfigOf(turn).needsBoard;
}

/** Silences that are over end, and a board that should have been heard is missed. */
export function onBoardsTimer(turn: Turn): void {
  const stations = new Map(turn.state.care.stations);
  for (const [id, station] of stations) {
    if (station.silentUntilMs === null || station.silentUntilMs > turn.nowMs) continue;
    stations.set(id, {...station, silentUntilMs: null, silencedMs: null});
  }
  patchCare(turn, {stations});
  const lostMs = lostAtMs(turn);
  if (lostMs !== undefined && lostMs <= turn.nowMs) {
    careFact(turn, 'board_lost');
    const seconds = BOARD_LOST_MS / 1000;
    raiseAlarm(turn, {...LOST, detail: `no board was heard for ${seconds} s`});
  }
  armBoards(turn);
}

export function armBoards(turn: Turn): void {
  const ends = [...turn.state.care.stations.values()].flatMap(({silentUntilMs}) =>
    silentUntilMs === null ? [] : [silentUntilMs],
  );
  const dueMs = Math.min(lostAtMs(turn) ?? Number.POSITIVE_INFINITY, ...ends);
  if (Number.isFinite(dueMs)) turn.startTimer({kind: 'boards'}, dueMs - turn.nowMs);
  else turn.cancelTimer({kind: 'boards'});
}

/** When the last board is missed; undefined: none is expected, or it is missed already. */
function lostAtMs(turn: Turn): number | undefined {
  if (!expectsBoard(turn) || openAlarm(turn, LOST)) return undefined;
  const {care, bootMs} = turn.state;
  return Math.max(bootMs, ...[...care.stations.values()].map(({seenMs}) => seenMs)) + BOARD_LOST_MS;
}

/** What wired sounders do: nothing, sound, or sound with the second ones. */
export type SounderLevel = 'off' | 'on' | 'loud';

export function sounderLevel({alarms, care}: LotState, nowMs: number): SounderLevel {
  const station = care.stations.get(SOUNDER);
  let level: SounderLevel = 'off';
  for (const alarm of alarms.values()) {
    if (!sounds(alarm) || !isHeardAt(station, alarm, nowMs)) continue;
    if (isLoud(alarm)) return 'loud';
    level = 'on';
  }
  return level;
}

/** Calls for help until somebody takes them, those that last too long, and the loss of all boards. */
export function sounds(alarm: AlarmRecord): boolean {
  if (alarm.kind === 'BOARD_LOST') return isUnanswered(alarm);
  if (!alarm.call || alarm.kind === 'CALL_TEST') return false;
  return isUnanswered(alarm) || alarm.call.reminders > 0;
}

export function isLoud(alarm: AlarmRecord): boolean {
  return alarm.call?.isLoud === true || (alarm.call?.reminders ?? 0) > 0;
}
