import type {Millis, UnixMillis} from '../../../protocols/base/clock.js';
import {DAY_MS} from '../../../protocols/base/units.js';
import type {LotState} from '../lot/lot-state.js';
import {type CallsConfig, LOOP_LATE_MS} from './call-config.js';
import type {CallTestDue, CallTests, CallWalk} from './call-view.js';
import {PATH, WALK} from './test-flow.js';

export interface DrawnAt {
  readonly nowMs: Millis;
  readonly nowWallMs: UnixMillis;
}

const USUAL_DAYS = {path: 3, walk: 31};

/** What was tested, and what is due. */
export function drawTests(lot: LotState, config: CallsConfig, at: DrawnAt): CallTests {
  const {walk, path} = lot.care;
  const {pathDays = USUAL_DAYS.path} = config.tests ?? {};
  const pressed = new Map(walk?.pressed ?? []);
  return {
    devices: config.devices.map(({device, collector}) => ({
      ...{device, collector},
      ...dueOf(lot, device, LOOP_LATE_MS, at),
      walkedWallMs: pressed.get(device) ?? null,
    })),
    path: {...dueOf(lot, PATH, pathDays * DAY_MS, at), isRunning: path !== undefined},
    walk: drawWalk(lot, config, at),
  };
}

function dueOf(lot: LotState, name: string, everyMs: Millis, at: DrawnAt): CallTestDue {
  const row = lot.care.tests.get(name);
  const sinceMs = row?.goodWallMs ?? row?.sinceWallMs ?? at.nowWallMs;
  const dueWallMs = (sinceMs + everyMs) as UnixMillis;
  return {
    lastWallMs: row?.lastWallMs ?? null,
    passed: row?.passed ?? null,
    dueWallMs,
    isOverdue: dueWallMs < at.nowWallMs,
    isRunning: false,
    note: row?.note ?? null,
  };
}

function drawWalk(lot: LotState, config: CallsConfig, at: DrawnAt): CallWalk {
  const {walk} = lot.care;
  const {walkDays = USUAL_DAYS.walk} = config.tests ?? {};
  const {dueWallMs, isOverdue} = dueOf(lot, WALK, walkDays * DAY_MS, at);
  return {
    person: walk?.person ?? null,
    isRunning: walk?.overWallMs === null,
    begunWallMs: walk?.begunWallMs ?? null,
    overWallMs: walk?.overWallMs ?? null,
    ...{dueWallMs, isOverdue},
    done: walk?.pressed.length ?? 0,
    of: config.devices.length,
  };
}
