import type {AlarmId, CollectorId} from '../../../protocols/site/ids.js';
import type {Turn} from '../lot/turn.js';
import type {RowConfig} from './contract.js';

/** Water is taken from the whole row of a stall whose valve lets it through: nothing else stops the flood. */
export function shutRow(turn: Turn, stall: CollectorId): readonly CollectorId[] {
  const row = rowOf(turn, stall);
  if (!row) return [];
  turn.effect({kind: 'rowValve', valve: row.valve, order: 'shut'});
  return row.stalls;
}

/** Whoever closes the last leak of a row answers for its valves: it gets its water back. */
export function reopenRow(turn: Turn, stall: CollectorId): void {
  const row = rowOf(turn, stall);
  if (!row || leaksIn(turn, row).length > 0) return;
  turn.effect({kind: 'rowValve', valve: row.valve, order: 'open'});
}

/** A restart may have cut the order off. */
export function keepRowsShut(turn: Turn): void {
  for (const row of turn.config.bath?.rows ?? []) {
    if (leaksIn(turn, row).length > 0) {
      turn.effect({kind: 'rowValve', valve: row.valve, order: 'shut'});
    }
  }
}

export function isRowShut(turn: Turn, stall: CollectorId): boolean {
  const row = rowOf(turn, stall);
  return row !== undefined && leaksIn(turn, row).length > 0;
}

function rowOf(turn: Turn, stall: CollectorId): RowConfig | undefined {
  return turn.config.bath?.rows.find(({stalls}) => stalls.includes(stall));
}

function leaksIn(turn: Turn, {stalls}: RowConfig): readonly AlarmId[] {
  return [...turn.state.alarms.values()]
    .filter(({kind, collector}) => kind === 'LEAK' && collector && stalls.includes(collector))
    .map(({id}) => id);
}
