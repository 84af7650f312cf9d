import type {Turn} from '../lot/turn.js';
import {expireMaintenance} from './care-flow.js';
import {armCare, endPath, endTestCalls, onNight} from './test-flow.js';
import {expireWalk} from './walk-flow.js';

/** End what is over, and begin what the night asks for. */
export function onCareTimer(turn: Turn): void {
  expireMaintenance(turn);
  expireWalk(turn);
  endTestCalls(turn);
  const {path} = turn.state.care;
  if (path && path.untilMs <= turn.nowMs) endPath(turn);
  onNight(turn);
  armCare(turn);
}
