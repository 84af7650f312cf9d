import type {Millis, UnixMillis} from '../../../protocols/base/clock.js';
import {DAY_MS, HOUR_MS, MINUTE_MS, SECOND_MS} from '../../../protocols/base/units.js';
import type {AlarmId, PersonId} from '../../../protocols/site/ids.js';
import {clearAlarm, openAlarm, raiseAlarm} from '../alarms/alarm-flow.js';
import type {Turn} from '../lot/turn.js';
import {type CallDevice, LOOP_LATE_MS, PATH_LIMIT_MS} from './call-config.js';
import {callsConfigOf} from './call-flow.js';
import type {CallAnswer} from './call-view.js';
import type {CareRow, TestRow} from './care-state.js';
import {careFact, DONE, expectsBoard, patchCare} from './stations-flow.js';

export const PATH = 'path';
export const WALK = 'walk';
/** How long the call of a walk stands on the boards. */
const TEST_CALL_MS: Millis = 30 * SECOND_MS;
/** Two nights are never exactly a day apart. */
const SAME_NIGHT_MS: Millis = 12 * HOUR_MS;

/** What is due of the care for calls, looked at each minute while anything is. */
export function armCare(turn: Turn): void {
  const {maintenance, walk, path} = turn.state.care;
  const tests = [...turn.state.alarms.values()].filter(({kind}) => kind === 'CALL_TEST');
  const ends = [
    ...[...maintenance.values()].map(({untilMs}) => untilMs),
    ...(walk && walk.overWallMs === null ? [walk.untilMs] : []),
    ...(path ? [path.untilMs] : []),
    ...tests.map(({raisedMs}) => raisedMs + TEST_CALL_MS),
    ...(callsConfigOf(turn).tests ? [turn.nowMs + MINUTE_MS] : []),
  ];
  const dueMs = Math.min(...ends);
  if (!Number.isFinite(dueMs)) return;
  turn.startTimer({kind: 'care'}, Math.max(SECOND_MS, dueMs - turn.nowMs));
}

/** On the clock of this run, when the wall clock reaches `untilWallMs`; never longer than `mostMs`. */
export function endOf(turn: Turn, untilWallMs: UnixMillis, mostMs: Millis): Millis {
  const leftMs = untilWallMs - turn.context.wallMs;
  return turn.nowMs + Math.min(mostMs, Math.max(0, leftMs));
}

export function testOf(turn: Turn, name: string): TestRow {
  const none = {lastWallMs: null, goodWallMs: null, passed: null, note: null};
  return turn.state.care.tests.get(name) ?? {...none, sinceWallMs: turn.context.wallMs};
}

function keepTest(turn: Turn, name: string, row: TestRow): void {
  patchCare(turn, {tests: new Map(turn.state.care.tests).set(name, row)});
  const id = `test ${name}`;
  turn.record({table: 'care', id, row: {id, kind: 'test', name, row}});
}

/** Store how a test ended; one that failed is a fault until the next that passes. */
export function endTest(turn: Turn, name: string, passed: boolean, note: string | null): void {
  const {wallMs} = turn.context;
  const before = testOf(turn, name);
  const goodWallMs = passed ? wallMs : before.goodWallMs;
  keepTest(turn, name, {...before, lastWallMs: wallMs, goodWallMs, passed, note});
  const fault = {kind: 'CALL_TEST_FAILED', device: name} as const;
  if (passed) clearAlarm(turn, fault, 'passed');
  else raiseAlarm(turn, {...fault, detail: `${name}: ${note ?? 'failed'}`});
}

export function restoreTests(turn: Turn, rows: readonly CareRow[]): void {
  const tests = new Map(turn.state.care.tests);
  for (const row of rows) if (row.kind === 'test') tests.set(row.name, row.row);
  patchCare(turn, {tests});
  if (!callsConfigOf(turn).tests) return;
  for (const name of namesOf(turn)) if (!tests.has(name)) keepTest(turn, name, testOf(turn, name));
}

function namesOf(turn: Turn): readonly string[] {
  return [...callsConfigOf(turn).devices.map(({device}) => device), PATH, WALK];
}

/** Each night every loop, every few nights the whole way, and a word about what did not happen. */
export function onNight(turn: Turn): void {
  const {tests, devices} = callsConfigOf(turn);
  const {wallMs} = turn.context;
  const local = turn.context.localTime?.(wallMs);
  // Without the time of day nobody knows when it is night.
  if (!tests || !local || turn.context.timeOfDay().clk === 'floor') return;
  const {minuteOfDay} = local;
  const isNight = minuteOfDay >= tests.nightMinute && minuteOfDay < tests.nightMinute + 60;
  for (const device of devices) {
    const {sinceMs, isMissed} = lateness(turn, device.device, LOOP_LATE_MS);
    if ((isNight && sinceMs > SAME_NIGHT_MS) || isMissed) testLoop(turn, device);
  }
  const {pathDays, walkDays} = tests;
  const path = lateness(turn, PATH, pathDays * DAY_MS);
  const isPathNight = path.sinceMs > (pathDays - 1) * DAY_MS - HOUR_MS;
  if (!turn.state.care.path && ((isNight && isPathNight) || path.isMissed)) beginPath(turn, null);
  lateness(turn, WALK, walkDays * DAY_MS);
}

/** How long ago it last passed, and whether that is a fault; told once. */
function lateness(turn: Turn, name: string, mostMs: Millis) {
  const {goodWallMs, lastWallMs, sinceWallMs} = testOf(turn, name);
  const {wallMs} = turn.context;
  const fault = {kind: 'CALL_TEST_FAILED', device: name} as const;
  const isLate = wallMs - (goodWallMs ?? sinceWallMs) > mostMs;
  // What is known to be missed is tried again at the next look.
  const isMissed = isLate && openAlarm(turn, fault) !== undefined && isOld(lastWallMs, wallMs);
  if (isLate && !openAlarm(turn, fault)) {
    careFact(turn, 'test_missed', {device: name});
    raiseAlarm(turn, {...fault, detail: `${name}: the test is overdue`});
  }
  return {sinceMs: wallMs - (lastWallMs ?? sinceWallMs - DAY_MS), isMissed};
}

function isOld(lastWallMs: UnixMillis | null, wallMs: UnixMillis): boolean {
  return lastWallMs === null || wallMs - lastWallMs > HOUR_MS;
}

/** The loop was read within the last polls, and is sound. */
function testLoop(turn: Turn, {device, collector}: CallDevice): void {
  const {partsOffline} = turn.state;
  const isSilent = partsOffline.has(device) || partsOffline.has(collector);
  const isFaulty = openAlarm(turn, {kind: 'BUTTON_FAULT', collector, device}) !== undefined;
  const note = isSilent ? 'it does not answer' : isFaulty ? 'its loop is not sound' : null;
  careFact(turn, note === null ? 'loop_passed' : 'loop_failed', {device, note});
  endTest(turn, device, note === null, note);
}

/** A call that nobody pressed, from here to the boards and to the cloud. */
export function beginPath(turn: Turn, person: PersonId | null): CallAnswer {
  if (turn.state.care.path) return {kind: 'refused', why: 'NOT_NOW'};
  careFact(turn, 'path_begun', {device: PATH, person});
  raiseAlarm(turn, {kind: 'CALL_TEST', device: PATH, detail: 'test of the way'});
  const call = openAlarm(turn, {kind: 'CALL_TEST', device: PATH})?.id;
  if (call === undefined) return {kind: 'refused', why: 'NOT_NOW'};
  const missing = [
    ...(expectsBoard(turn) ? (['board'] as const) : []),
    ...(turn.context.hasCloud?.() ? (['cloud'] as const) : []),
  ];
  patchCare(turn, {path: {call, untilMs: turn.nowMs + PATH_LIMIT_MS, missing}});
  if (missing.length === 0) endPath(turn);
  armCare(turn);
  return DONE;
}

export function onPathReached(turn: Turn, call: AlarmId, end: 'board' | 'cloud'): void {
  const {path} = turn.state.care;
  if (path?.call !== call || !path.missing.includes(end)) return;
  const missing = path.missing.filter(one => one !== end);
  patchCare(turn, {path: {...path, missing}});
  if (missing.length === 0) endPath(turn);
}

/** All were reached, or the time is over. */
export function endPath(turn: Turn): void {
  const {path} = turn.state.care;
  if (!path) return;
  const isPassed = path.missing.length === 0;
  const note = isPassed ? null : `not reached: ${path.missing.join(', ')}`;
  patchCare(turn, {path: undefined});
  clearAlarm(turn, {kind: 'CALL_TEST', device: PATH}, note ?? 'passed');
  careFact(turn, isPassed ? 'path_passed' : 'path_failed', {device: PATH, note});
  endTest(turn, PATH, isPassed, note);
}

/** The call of a walk has stood long enough. */
export function endTestCalls(turn: Turn): void {
  for (const alarm of [...turn.state.alarms.values()]) {
    const {kind, collector, device, raisedMs} = alarm;
    if (kind !== 'CALL_TEST' || device === PATH) continue;
    if (turn.nowMs - raisedMs < TEST_CALL_MS) continue;
    clearAlarm(
      turn,
      {kind, ...(collector && {collector}), ...(device !== null && {device})},
      'test over',
    );
  }
}
