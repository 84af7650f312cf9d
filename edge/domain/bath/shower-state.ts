import type {Millis, UnixMillis} from '../../../protocols/base/clock.js';
import {MINUTE_MS} from '../../../protocols/base/units.js';
import type {ShowerEnd, ShowerPhase} from '../../../protocols/site/events.js';
import type {CollectorId, GrantId, HolderId, SessionId} from '../../../protocols/site/ids.js';
import {type ShowerTariff, showerFen} from '../../../protocols/site/shower-tariff.js';

/** Numbers of a shower. Defaults: requirements 2. */
export interface ShowerRules {
  readonly pauseMs: Millis;
  /** After the order to open, water comes within it. */
  readonly firstWaterMs: Millis;
  /** Open, and no water for so long: somebody has shut his tap and gone. */
  readonly noFlowEndMs: Millis;
  readonly rinseMs: Millis;
  /** How long the rinse is held out when the budget is used up. */
  readonly rinseOfferMs: Millis;
  /** The same code goes on within it after a power cut. */
  readonly resumeMs: Millis;
  /** A valve is given so long to be shut before what still runs counts as a leak. */
  readonly closeGraceMs: Millis;
  readonly leakMs: Millis;
  readonly leakMl: number;
  /** Without a reading for so long the price is by time. */
  readonly meterLostMs: Millis;
  readonly estimateFenPerMinute: number;
  /** Left of the budget when the first warning comes, in percent. */
  readonly warnPercent: number;
  /** Left of the time when the second comes. */
  readonly warnMs: Millis;
  /** Longest shower of the house, whatever the right says. */
  readonly capMs: Millis;
  /** No key for so much of that: somebody looks after the bather. In percent. */
  readonly silentPercent: number;
  /** What was used is stored at least so often. */
  readonly storeEveryMs: Millis;
}

/** What is stored of a shower, and taken up again after a restart. Water in ml, money in whole fen. */
export interface ShowerRow {
  readonly id: SessionId;
  readonly stall: CollectorId;
  readonly grant: GrantId;
  readonly holder: HolderId;
  /** Under which name its code is spent. */
  readonly spends: string | null;
  readonly phase: ShowerPhase;
  readonly end: ShowerEnd | null;
  /** Unbilled: staff cleans or flushes. */
  readonly isService: boolean;
  readonly budgetFen: number;
  /** Longest that the valve may stand open for it. */
  readonly mostMs: Millis;
  /** Hottest water for it; null: the limit of the house. */
  readonly mostMilliCelsius: number | null;
  /** Most water for it; null, or left out by an older version: as much as the budget buys. */
  readonly mostMl?: number | null;
  /** Of the beginning, whatever the price is later. @see requirements E67 */
  readonly tariff: ShowerTariff;
  /** Where the meter stood at its latest reading; null before the first. */
  readonly meterMl: number | null;
  /** All that ran since the beginning = billed + rinse + free. */
  readonly meteredMl: number;
  readonly billedMl: number;
  readonly rinseMl: number;
  /** Ran and is not charged: after a close, beyond the budget, while nobody could tell. */
  readonly freeMl: number;
  readonly ranMs: Millis;
  readonly rinseRanMs: Millis;
  /** Of these, without a meter. */
  readonly estimatedMs: Millis;
  readonly rinse: 'none' | 'taken' | 'barred';
  readonly quality: 'good' | 'estimated';
  readonly openedWallMs: UnixMillis;
}

/** A shower that is going on: its row, and what a restart may forget. All instants monotonic. */
export interface Shower {
  readonly row: ShowerRow;
  readonly phaseMs: Millis;
  /** Until when time was counted. */
  readonly countedMs: Millis;
  /** Of the latest reading. */
  readonly heardMs: Millis;
  /** When water moved last. */
  readonly waterMs: Millis;
  readonly keyMs: Millis;
  readonly storedMs: Millis;
  /** When the valve was told to close, and who pays what ran until then; gone with the next reading. */
  readonly shut: {readonly atMs: Millis; readonly as: 'billed' | 'rinse'} | undefined;
  /** Since when the valve should be shut and its meter is listened to; a start begins anew. */
  readonly watchedMs: Millis;
  /** `shut`: a reading proved it; only then it may be opened again. */
  readonly valve: 'open' | 'shut' | 'unknown';
  readonly flowMlPerMin: number;
  /** Since the valve should be shut. */
  readonly leakedMl: number;
  /** Time was charged since the latest reading, so the water of that time is not. */
  readonly isGuessing: boolean;
  readonly hasWarnedShare: boolean;
  readonly hasWarnedTime: boolean;
  /** The newer of both. */
  readonly warned: 'share' | 'time' | undefined;
  readonly hasToldSilence: boolean;
}

/** Phases in which the valve stands open, or is told to. */
export const WET: ReadonlySet<ShowerPhase> = new Set<ShowerPhase>([
  'armed',
  'opening',
  'running',
  'rinsing',
]);

/** Used up of the budget, never more than it: the rest of the water is free. */
export function spentFen(row: ShowerRow, rules: ShowerRules): number {
  if (row.isService) return 0;
  const measured = showerFen(row.tariff, row.billedMl, Math.floor(row.ranMs));
  const guessed = Math.floor((row.estimatedMs * rules.estimateFenPerMinute) / MINUTE_MS);
  return Math.min(row.budgetFen, measured + guessed);
}

/** The rinse, which is owed. */
export function rinseFen(row: ShowerRow): number {
  return row.isService ? 0 : showerFen(row.tariff, row.rinseMl, Math.floor(row.rinseRanMs));
}

export function leftFen(row: ShowerRow, rules: ShowerRules): number {
  return row.budgetFen - spentFen(row, rules);
}

/** Till the budget or the longest time is used up, as fast as water runs now. */
export function leftMs({row, flowMlPerMin}: Shower, rules: ShowerRules): Millis {
  const capMs = Math.max(0, row.mostMs - row.ranMs);
  if (row.isService) return capMs;
  const left = leftFen(row, rules);
  const {tariff} = row;
  const fenPerMin =
    tariff.by === 'time' ? tariff.fenPerMinute : (flowMlPerMin * tariff.fenPerLitre) / 1000;
  return fenPerMin > 0 ? Math.min(capMs, (left * MINUTE_MS) / fenPerMin) : capMs;
}
