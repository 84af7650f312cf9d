import type {UnixMillis} from '../../../protocols/base/clock.js';
import type {DeviceId} from '../../../protocols/site/ids.js';
import type {Turn} from '../lot/turn.js';
import {LONGEST_MAINTENANCE_MS} from './call-config.js';
import {callsConfigOf} from './call-flow.js';
import type {CallInput, CareRequest} from './call-input.js';
import type {CallActor, CallAnswer, CallRefusal} from './call-view.js';
import type {CareRow, Maintenance} from './care-state.js';
import {
  armBoards,
  careFact,
  DONE,
  onBoardAlive,
  onSounded,
  patchCare,
  silence,
  watch,
} from './stations-flow.js';
import {armCare, beginPath, endOf, onPathReached, restoreTests} from './test-flow.js';
import {beginWalk, endWalk, restoreWalk} from './walk-flow.js';

/** A person asks something of the care for calls, and is answered once it is stored. */
export function onCallCare(turn: Turn, input: Extract<CallInput, {kind: 'callCare'}>): void {
  const {ask, actor, request} = input;
  const answer = actor.isShared ? forShared(turn, request, actor) : ofPerson(turn, request, actor);
  turn.effect({kind: 'callAnswer', ask, answer});
}

/** A shared account may quieten its own board and begin its watch. */
function forShared(turn: Turn, request: CareRequest, actor: CallActor): CallAnswer {
  if (request.kind === 'silence' || request.kind === 'watch') {
    return ofPerson(turn, request, actor);
  }
  return refused('NEEDS_NAME');
}

function ofPerson(turn: Turn, request: CareRequest, {person}: CallActor): CallAnswer {
  switch (request.kind) {
    case 'silence':
      return silence(turn, request.station, person);
    case 'watch':
      return watch(turn, request.station, request.act, person);
    case 'walkTest':
      return request.act === 'begin' ? beginWalk(turn, person) : endWalk(turn, person);
    case 'pathTest':
      return beginPath(turn, person);
    case 'maintenance':
      return beginMaintenance(turn, {...request, person});
    case 'maintenanceOver':
      if (!turn.state.care.maintenance.has(request.device)) return refused('UNKNOWN_DEVICE');
      endMaintenance(turn, request.device, person);
      return DONE;
  }
}

function refused(why: CallRefusal): CallAnswer {
  return {kind: 'refused', why};
}

function beginMaintenance(
  turn: Turn,
  {
    device,
    forMs,
    reason,
    person,
  }: Extract<CareRequest, {kind: 'maintenance'}> & {
    readonly person: CallActor['person'];
  },
): CallAnswer {
  const isKnown =
    [...turn.state.collectors.keys()].some(id => String(id) === device) ||
    callsConfigOf(turn).devices.some(one => String(one.device) === device);
  if (!isKnown) return refused('UNKNOWN_DEVICE');
  if (reason.trim() === '') return refused('REASON_MISSING');
  if (!(forMs > 0 && forMs <= LONGEST_MAINTENANCE_MS)) return refused('TOO_LONG');
  const {nowMs} = turn;
  const {wallMs: sinceWallMs} = turn.context;
  const untilWallMs = (sinceWallMs + forMs) as UnixMillis;
  keep(turn, {device, person, reason, sinceWallMs, untilWallMs, untilMs: nowMs + forMs});
  careFact(turn, 'maintenance_begun', {device, person, untilWallMs, note: reason});
  armCare(turn);
  return DONE;
}

function keep(turn: Turn, row: Maintenance): void {
  const {device} = row;
  const maintenance = new Map(turn.state.care.maintenance).set(device, row);
  patchCare(turn, {maintenance});
  const id = `maintenance ${device}`;
  turn.record({table: 'care', id, row: {id, kind: 'maintenance', row}});
}

function endMaintenance(turn: Turn, device: string, person: CallActor['person'] | null): void {
  const maintenance = new Map(turn.state.care.maintenance);
  maintenance.delete(device);
  patchCare(turn, {maintenance});
  turn.record({table: 'care', id: `maintenance ${device}`, row: null});
  careFact(turn, person === null ? 'maintenance_expired' : 'maintenance_over', {device, person});
}

/** With its time over, a device is as all others again. */
export function expireMaintenance(turn: Turn): void {
  for (const {device, untilMs} of [...turn.state.care.maintenance.values()]) {
    if (untilMs <= turn.nowMs) endMaintenance(turn, device, null);
  }
}

/** What boards, sounders and the way to the cloud tell of themselves. */
export function onCallNews(
  turn: Turn,
  input: Extract<CallInput, {kind: 'boardAlive' | 'sounded' | 'cloudHas'}>,
): void {
  switch (input.kind) {
    case 'boardAlive':
      onBoardAlive(turn, input);
      if (turn.state.care.path?.missing.includes('board')) {
        const {call} = turn.state.care.path;
        if (input.shown.includes(call)) onPathReached(turn, call, 'board');
      }
      return;
    case 'sounded':
      onSounded(turn, input.station);
      return;
    case 'cloudHas':
      onPathReached(turn, input.call, 'cloud');
  }
}

/** With a call that was counted, or after it: one press too many is cheaper than one too few. */
export function keepPressCount(turn: Turn, device: DeviceId, count: number): void {
  const id = `presses ${device}`;
  turn.record({table: 'care', id, row: {id, kind: 'presses', device, count}});
}

/** Take up what the run before left. */
export function restoreCare(turn: Turn, rows: readonly CareRow[]): void {
  for (const row of rows) {
    if (row.kind === 'watch') patchCare(turn, {isWatched: true});
    if (row.kind === 'maintenance') {
      keep(turn, {...row.row, untilMs: endOf(turn, row.row.untilWallMs, LONGEST_MAINTENANCE_MS)});
    }
  }
  restoreTests(turn, rows);
  restoreWalk(turn, rows);
  armBoards(turn);
  armCare(turn);
}
