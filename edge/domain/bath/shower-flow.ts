import {MINUTE_MS} from '../../../protocols/base/units.js';
import type {ShowerEnd} from '../../../protocols/site/events.js';
import type {CollectorId} from '../../../protocols/site/ids.js';
import {clearAlarm, openAlarm, raiseAlarm} from '../alarms/alarm-flow.js';
import type {FormerRun} from '../lot/contract.js';
import type {Turn} from '../lot/turn.js';
import type {BathConfig, StallInput} from './contract.js';
import {keepRowsShut, shutRow} from './master-valve.js';
import {
  newShower,
  type ShowerEffect,
  type ShowerInput,
  showerDueMs,
  stepShower,
} from './shower-machine.js';
import {rinseFen, type Shower, type ShowerRow, spentFen, WET} from './shower-state.js';
import {showerScreen, showStall, stallScreen} from './stall-screen.js';

/** A rinse that is older than any code that is still alive has been paid, or bars nobody. */
const RINSE_KEPT_MS = 60 * MINUTE_MS;

/** What meter, valve, probe and keypad of a stall say. */
export function onStall(turn: Turn, {collector: id, said}: StallInput): void {
  const stall = turn.stall(id);
  if (!stall) return;
  if (said.kind === 'temperature') {
    turn.patchStall(id, {milliCelsius: said.milliCelsius});
    judgeHeat(turn, id);
    return;
  }
  if (said.kind === 'leak') {
    if (stall.shower && WET.has(stall.shower.row.phase)) return;
    haltShower(turn, id, 'device');
    tellLeak(turn, id, `${id}: water runs through its shut valve`);
    return;
  }
  if (said.kind === 'reading') turn.patchStall(id, {meterMl: said.said.totalMl});
  if (said.kind === 'valve') turn.patchStall(id, {valve: said.valve});
  feedShower(turn, id, said);
  if (said.kind === 'reading' && openAlarm(turn, dry(id)) === undefined) judgeMain(turn);
}

/** Somebody pressed the call button, or ended it from afar. */
export function haltShower(turn: Turn, id: CollectorId, end: ShowerEnd): void {
  feedShower(turn, id, {kind: 'halt', end});
}

export function onShowerTimer(turn: Turn, id: CollectorId): void {
  feedShower(turn, id, {kind: 'due'});
}

/** Its code was used up in this very turn. */
export function beginShower(turn: Turn, row: ShowerRow): void {
  const shower = newShower(row, turn.nowMs);
  const valve = turn.stall(row.stall)?.valve ?? 'unknown';
  turn.patchStall(row.stall, {shower: {...shower, valve}});
  feedShower(turn, row.stall, {kind: 'begin'});
}

/** Its code was keyed in again: what is left of it is good at its own stall. */
export function resumeShower(turn: Turn, id: CollectorId): void {
  feedShower(turn, id, {kind: 'resume'});
}

/** What the stop left open goes on waiting for its code for a while; valves are shut by then. */
export function restoreShowers(
  turn: Turn,
  rows: readonly ShowerRow[],
  former: FormerRun | undefined,
): void {
  const {wallMs, nowMs} = turn.context;
  for (const row of rows) {
    if (row.rinse === 'taken' && wallMs - row.openedWallMs < RINSE_KEPT_MS) {
      turn.patch({rinses: new Map([...turn.state.rinses, [row.holder, row.openedWallMs]])});
    }
    if (row.phase === 'settled' || !turn.stall(row.stall)) continue;
    const wasOver = ['closing', 'leak_check', 'rinsing', 'rinse_offered'].includes(row.phase);
    const phase = wasOver ? 'leak_check' : 'resumable';
    const end = wasOver ? (row.end ?? 'budget') : row.end;
    // A cut takes of the time in which the code goes on; a valve that was being shut is watched anew, since
    // nobody saw what ran meanwhile.
    const phaseMs = wasOver ? nowMs : nowMs - (former?.offMs ?? 0);
    const shower = {...newShower({...row, phase, end}, nowMs), phaseMs};
    turn.patchStall(row.stall, {shower});
    keep(turn, shower);
    wait(turn, shower);
  }
  keepRowsShut(turn);
}

function feedShower(turn: Turn, id: CollectorId, input: ShowerInput): void {
  const stall = turn.stall(id);
  const {rules} = bathOf(turn);
  if (!stall) return;
  const before = stall.shower;
  if (!before) {
    const message = stallScreen(turn, id);
    if (message && input.kind === 'valve') showStall(turn, id, message);
    return;
  }
  const {shower, effects} = stepShower(before, input, turn.nowMs, rules);
  const isOther = shower.row.phase !== before.row.phase || input.kind === 'begin';
  const isDue = turn.nowMs - before.storedMs >= rules.storeEveryMs && shower.row !== before.row;
  const stored = isOther || isDue ? {...shower, storedMs: turn.nowMs} : shower;
  turn.patchStall(id, {shower: stored});
  for (const effect of effects) perform(turn, shower, effect);
  if (isOther)
    keep(
      turn,
      stored,
      effects.some(({kind}) => kind === 'giveBack'),
    );
  else if (isDue) turn.record({table: 'shower', row: stored.row});
  if (isOther || input.kind === 'due' || input.kind === 'reading') wait(turn, stored);
  if (shower.row.phase === 'settled') over(turn, id, shower);
  showStall(turn, id, showerScreen(shower, rules));
}

function perform(turn: Turn, {row}: Shower, effect: ShowerEffect): void {
  const {stall, grant, id: session, spends} = row;
  switch (effect.kind) {
    case 'open': {
      const {forMs, creditMl} = effect;
      turn.effect({kind: 'water', stall, order: 'open', forMs, creditMl});
      return;
    }
    case 'shut':
      turn.effect({kind: 'water', stall, order: 'shut', forMs: 0, creditMl: undefined});
      return;
    case 'alarm':
      if (effect.alarm === 'LEAK') {
        tellLeak(turn, stall, effect.detail);
        return;
      }
      raiseAlarm(turn, {kind: effect.alarm, collector: stall, detail: effect.detail});
      if (effect.alarm === 'NO_FLOW') judgeMain(turn);
      return;
    case 'giveBack':
      turn.record({table: 'grantUnused', grant, session});
      if (spends !== null) turn.record({table: 'unspent', id: spends});
      return;
    case 'warn':
      return;
  }
}

/** One transaction for each arrow: its row and its event. */
function keep(turn: Turn, {row}: Shower, isGivenBack = false): void {
  const {rules} = bathOf(turn);
  turn.record({table: 'shower', row});
  const {id: session, stall, grant, holder, phase, end, meteredMl, billedMl, rinseMl, freeMl} = row;
  turn.fact('shower', {
    ...{session, stall, grant, holder, phase, end, meteredMl, billedMl, rinseMl, freeMl},
    ...{ranMs: Math.floor(row.ranMs), usedFen: spentFen(row, rules), owedFen: rinseFen(row)},
    ...{quality: row.quality, isGivenBack, ...(row.isService && {isService: true})},
  });
}

function wait(turn: Turn, shower: Shower): void {
  const {rules} = bathOf(turn);
  const timer = {kind: 'shower', collector: shower.row.stall} as const;
  const dueMs = showerDueMs(shower, rules);
  if (dueMs === undefined) turn.cancelTimer(timer);
  else turn.startTimer(timer, dueMs - turn.nowMs);
}

function over(turn: Turn, id: CollectorId, {row}: Shower): void {
  if (row.rinse === 'taken') {
    turn.patch({rinses: new Map([...turn.state.rinses, [row.holder, turn.context.wallMs]])});
  }
  turn.patchStall(id, {shower: undefined});
  turn.startTimer({kind: 'idleScreen', collector: id}, turn.config.rules.idleScreenMs);
}

/** Staff is called, and the row of the stall gets no more water; whoever stands in it is let go. */
function tellLeak(turn: Turn, id: CollectorId, detail: string): void {
  raiseAlarm(turn, {kind: 'LEAK', collector: id, detail});
  for (const stall of shutRow(turn, id)) {
    if (stall !== id) haltShower(turn, stall, 'device');
    if (!turn.stall(stall)?.shower) showStall(turn, stall, {code: 'STALL_OUT'});
  }
}

/** Staff that flushes wants it hot. @see requirements E64 */
function judgeHeat(turn: Turn, id: CollectorId): void {
  const stall = turn.stall(id);
  const row = stall?.shower?.row;
  if (!stall || !row || row.isService || !WET.has(row.phase)) return;
  const {hottestMilliCelsius: hottest} = bathOf(turn).rules;
  const {milliCelsius} = stall;
  if (milliCelsius === undefined) {
    // Who was promised cooler water than all others gets none that nobody looks at.
    if (row.mostMilliCelsius !== null) haltShower(turn, id, 'device');
    return;
  }
  if (milliCelsius > Math.min(hottest, row.mostMilliCelsius ?? hottest))
    haltShower(turn, id, 'hot');
  if (milliCelsius <= hottest) return;
  const detail = `${id}: the water is at ${(milliCelsius / 1000).toFixed(1)} °C`;
  raiseAlarm(turn, {kind: 'HOT_WATER', collector: id, detail});
}

/** Several stalls without water are one trouble of the house, and it ends when there is water again. */
function judgeMain(turn: Turn): void {
  const {rules, stalls} = bathOf(turn);
  const dryOnes = stalls.filter(({id}) => openAlarm(turn, dry(id)) !== undefined);
  if (dryOnes.length >= rules.dryStalls) {
    const detail = `no water at ${dryOnes.map(({id}) => id).join(', ')}`;
    raiseAlarm(turn, {kind: 'NO_WATER', detail});
  } else clearAlarm(turn, {kind: 'NO_WATER'}, 'water is back');
}

function dry(collector: CollectorId) {
  return {kind: 'NO_FLOW', collector} as const;
}

function bathOf(turn: Turn): BathConfig {
  return turn.config.bath ?? NO_BATH;
}

const NO_BATH: BathConfig = {stalls: [], rows: [], rules: {} as BathConfig['rules']};
