import type {UnixMillis} from '../../../protocols/base/clock.js';
import type {CollectorId, PersonId} from '../../../protocols/site/ids.js';
import {openAlarm, raiseAlarm} from '../alarms/alarm-flow.js';
import type {Turn} from '../lot/turn.js';
import {LONGEST_WALK_MS} from './call-config.js';
import {callsConfigOf} from './call-flow.js';
import type {CallAnswer} from './call-view.js';
import type {CareRow, Walk} from './care-state.js';
import {careFact, DONE, patchCare} from './stations-flow.js';
import {armCare, endOf, endTest, WALK} from './test-flow.js';

const NOT_NOW: CallAnswer = {kind: 'refused', why: 'NOT_NOW'};

/** Somebody goes round and presses every button once. */
export function beginWalk(turn: Turn, person: PersonId): CallAnswer {
  const {walk} = turn.state.care;
  const {devices} = callsConfigOf(turn);
  if (isRunning(walk) || devices.length === 0) return NOT_NOW;
  const {wallMs: begunWallMs} = turn.context;
  const untilWallMs = (begunWallMs + LONGEST_WALK_MS) as UnixMillis;
  const untilMs = turn.nowMs + LONGEST_WALK_MS;
  keep(turn, {person, begunWallMs, overWallMs: null, untilWallMs, untilMs, pressed: []});
  careFact(turn, 'walk_begun', {person, untilWallMs, done: 0, of: devices.length});
  armCare(turn);
  return DONE;
}

export function endWalk(turn: Turn, person: PersonId | null): CallAnswer {
  const {walk} = turn.state.care;
  if (!walk || !isRunning(walk)) return NOT_NOW;
  const {devices} = callsConfigOf(turn);
  const missing = devices.filter(({device}) => !walk.pressed.some(([name]) => name === device));
  const of = devices.length;
  const done = of - missing.length;
  const note = missing.length === 0 ? null : missing.map(({device}) => device).join(', ');
  keep(turn, {...walk, overWallMs: turn.context.wallMs});
  careFact(turn, 'walk_over', {person, done, of, note});
  endTest(turn, WALK, note === null, note && `not pressed: ${note}`);
  return DONE;
}

/**
 * The first press of a button in a walk is that of the walker: it is shown as a test. Any further press of the same
 * button is a call.
 */
export function isWalkPress(turn: Turn, collector: CollectorId): boolean {
  const {walk} = turn.state.care;
  if (!walk || !isRunning(walk) || openAlarm(turn, {kind: 'EMERGENCY_BUTTON', collector})) {
    return false;
  }
  const {devices} = callsConfigOf(turn);
  const one = devices.find(known => known.collector === collector);
  if (!one || walk.pressed.some(([name]) => name === one.device)) return false;
  const {device} = one;
  const pressed = [...walk.pressed, [device, turn.context.wallMs] as const];
  keep(turn, {...walk, pressed});
  const [done, of] = [pressed.length, devices.length];
  careFact(turn, 'walk_pressed', {device, person: walk.person, done, of});
  raiseAlarm(turn, {kind: 'CALL_TEST', collector, device, detail: 'walk test'});
  if (done === of) endWalk(turn, walk.person);
  armCare(turn);
  return true;
}

export function expireWalk(turn: Turn): void {
  const {walk} = turn.state.care;
  if (walk && isRunning(walk) && walk.untilMs <= turn.nowMs) endWalk(turn, null);
}

export function restoreWalk(turn: Turn, rows: readonly CareRow[]): void {
  for (const row of rows) {
    if (row.kind !== 'walk') continue;
    const untilMs = endOf(turn, row.row.untilWallMs, LONGEST_WALK_MS);
    patchCare(turn, {walk: {...row.row, untilMs}});
  }
}

function isRunning(walk: Walk | undefined): boolean {
  return walk?.overWallMs === null;
}

function keep(turn: Turn, row: Walk): void {
  patchCare(turn, {walk: row});
  turn.record({table: 'care', id: WALK, row: {id: WALK, kind: 'walk', row}});
}
