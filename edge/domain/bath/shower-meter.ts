import type {Millis} from '../../../protocols/base/clock.js';
import {MINUTE_MS} from '../../../protocols/base/units.js';
import {mlForFen} from '../../../protocols/site/shower-tariff.js';
import {type Shower, type ShowerRow, type ShowerRules, WET} from './shower-state.js';

export interface MeterSaid {
  readonly totalMl: number;
  readonly flowMlPerMin: number | undefined;
  readonly quality: 'good' | 'rollover' | 'estimated';
}

/** Count the time since the last step: of the valve that stood open, and of a meter that was silent. */
export function countTime(shower: Shower, atMs: Millis, rules: ShowerRules): Shower {
  const {row, countedMs, heardMs, valve} = shower;
  if (atMs <= countedMs) return shower;
  const counted = {...shower, countedMs: atMs};
  const passedMs = atMs - countedMs;
  if (row.phase === 'rinsing') {
    if (valve !== 'open') return counted;
    return {...counted, row: {...row, rinseRanMs: row.rinseRanMs + passedMs}};
  }
  if (row.phase !== 'running') return counted;
  const ran = {...row, ranMs: row.ranMs + passedMs};
  const silentFromMs = Math.max(countedMs, heardMs + rules.meterLostMs);
  // Water that nobody measures is charged only while the valve is known to let it through.
  const isGuessed = row.tariff.by === 'water' && valve === 'open' && atMs > silentFromMs;
  if (!isGuessed) return {...counted, row: ran};
  const estimatedMs = row.estimatedMs + atMs - silentFromMs;
  return {...counted, isGuessing: true, row: {...ran, estimatedMs, quality: 'estimated'}};
}

/** Share out what ran since the reading before, so that metered is billed, rinse and free to the millilitre. */
export function bookWater(
  shower: Shower,
  {totalMl, flowMlPerMin, quality}: MeterSaid,
  atMs: Millis,
  rules: ShowerRules,
): Shower {
  const {row} = shower;
  const ml = row.meterMl === null ? 0 : Math.max(0, totalMl - row.meterMl);
  const isDoubtful = quality === 'estimated' && ml > 0;
  const booked = share(row, ml, paidOf(shower, ml, atMs), rules);
  return {
    ...shower,
    row: {...booked, meterMl: totalMl, quality: isDoubtful ? 'estimated' : booked.quality},
    heardMs: atMs,
    flowMlPerMin: flowMlPerMin ?? shower.flowMlPerMin,
    waterMs: ml > 0 ? atMs : shower.waterMs,
    leakedMl: isLate(shower, atMs, rules) ? shower.leakedMl + ml : shower.leakedMl,
    shut: undefined,
    isGuessing: false,
  };
}

/**
 * Does it run although the valve should be shut? A reading must lie wholly in the time in which that is looked into,
 * for on a busy line it may be seconds old when it is told; and beyond the grace of the valve. In any other dry phase
 * it must lie wholly in the time in which nothing ran for long.
 */
function isLate(
  {row, phaseMs, heardMs, watchedMs}: Shower,
  atMs: Millis,
  {closeGraceMs, leakMs}: ShowerRules,
): boolean {
  if (WET.has(row.phase)) return false;
  const isLookedInto = row.phase === 'closing' || row.phase === 'leak_check';
  if (!isLookedInto) return heardMs - watchedMs >= leakMs;
  return heardMs >= phaseMs && atMs - phaseMs > closeGraceMs;
}

interface Paid {
  readonly as: 'billed' | 'rinse';
  readonly ml: number;
}

/** Of a reading after the close, what ran before the order: the bather pays to there and no further. */
function paidOf({row, shut, heardMs, isGuessing}: Shower, ml: number, atMs: Millis): Paid {
  if (row.isService || isGuessing) return {as: 'billed', ml: 0};
  if (row.phase === 'rinsing') return {as: 'rinse', ml};
  if (WET.has(row.phase)) return {as: 'billed', ml};
  if (shut === undefined || atMs <= heardMs) return {as: 'billed', ml: 0};
  const openMs = Math.min(atMs, shut.atMs) - heardMs;
  return {as: shut.as, ml: Math.floor((ml * Math.max(0, openMs)) / (atMs - heardMs))};
}

function share(row: ShowerRow, ml: number, paid: Paid, rules: ShowerRules): ShowerRow {
  const billed = paid.as === 'billed' ? Math.min(paid.ml, payableMl(row, rules)) : 0;
  const rinse = paid.as === 'rinse' ? paid.ml : 0;
  return {
    ...row,
    meteredMl: row.meteredMl + ml,
    billedMl: row.billedMl + billed,
    rinseMl: row.rinseMl + rinse,
    freeMl: row.freeMl + ml - billed - rinse,
  };
}

/** What may still be billed: no more than the budget buys, and than he may have. */
function payableMl(row: ShowerRow, rules: ShowerRules): number {
  return Math.min(boughtMl(row, rules), allowedMl(row));
}

/** What is left of the water that he may have; without end where nobody set one. */
export function allowedMl({mostMl, billedMl}: ShowerRow): number {
  return Math.max(0, (mostMl ?? Number.POSITIVE_INFINITY) - billedMl);
}

/** What the budget still buys; without end where time is paid. */
function boughtMl(row: ShowerRow, rules: ShowerRules): number {
  const guessedFen = Math.floor((row.estimatedMs * rules.estimateFenPerMinute) / MINUTE_MS);
  const mostMl = mlForFen(row.tariff, Math.max(0, row.budgetFen - guessedFen));
  return mostMl === undefined ? Number.POSITIVE_INFINITY : Math.max(0, mostMl - row.billedMl);
}
