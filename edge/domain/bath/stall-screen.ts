import type {AlarmKind} from '../../../protocols/site/events.js';
import type {CollectorId} from '../../../protocols/site/ids.js';
import {isFireAt} from '../fire/fire-state.js';
import type {DisplayMessage} from '../lot/display-message.js';
import type {Turn} from '../lot/turn.js';
import {isRowShut} from './master-valve.js';
import {leftFen, rinseFen, type Shower, type ShowerRules, spentFen} from './shower-state.js';
import type {StallState} from './stall-state.js';

/** Until a person has closed these, nobody is let in. */
const BARRING: ReadonlySet<AlarmKind> = new Set<AlarmKind>(['LEAK', 'NO_FLOW', 'HOT_WATER']);

/** Something is wrong there that only a person ends, or its meter and valve are not sure. */
export function isOutOfService(turn: Turn, {config, meterMl, valve}: StallState): boolean {
  if (meterMl === undefined || valve !== 'shut') return true;
  if (isRowShut(turn, config.id)) return true;
  const open = [...turn.state.alarms.values()];
  return open.some(({kind, collector}) => collector === config.id && BARRING.has(kind));
}

/** What the display of a stall shows when nothing new happens. */
export function stallScreen(turn: Turn, id: CollectorId): DisplayMessage | undefined {
  const stall = turn.stall(id);
  const bath = turn.config.bath;
  if (!stall || !bath) return undefined;
  if (stall.shower) return showerScreen(stall.shower, bath.rules);
  if (isFireAt(turn, id)) return {code: 'FIRE'};
  return isOutOfService(turn, stall) ? {code: 'STALL_OUT'} : {code: 'STALL_FREE'};
}

/** Show it, unless that is what the display was told last. */
export function showStall(turn: Turn, collector: CollectorId, message: DisplayMessage): void {
  if (JSON.stringify(turn.stall(collector)?.shown) === JSON.stringify(message)) return;
  turn.patchStall(collector, {shown: message});
  turn.effect({kind: 'show', collector, message});
}

export function showerScreen(shower: Shower, rules: ShowerRules): DisplayMessage {
  const {row, warned} = shower;
  if (row.isService) return {code: 'STALL_SERVICE'};
  const ml = row.billedMl + row.rinseMl;
  const fen = spentFen(row, rules) + rinseFen(row);
  const shown = {ml, fen, leftFen: leftFen(row, rules)};
  switch (row.phase) {
    case 'armed':
    case 'opening':
    case 'running':
      return {code: 'SHOWER', warned, ...shown};
    case 'paused':
    case 'resumable':
      return {code: 'SHOWER_PAUSED', ...shown};
    case 'rinse_offered':
      return {code: 'RINSE_OFFERED'};
    case 'rinsing':
      return {code: 'RINSING'};
    default:
      return {code: 'SHOWER_OVER', ...shown};
  }
}
