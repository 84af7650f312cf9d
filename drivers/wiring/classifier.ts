import type {ReadExchange} from './exchange.js';

/** How the unit was asked: one at a time with rests, or all in turn as fast as the line can. */
export type AskingPace = 'calm' | 'busy';

export interface PacedExchange extends ReadExchange {
  readonly pace: AskingPace;
}

/** What is wrong with a line or one of its units; sentences for people stand in the dictionaries. */
export type WiringFinding =
  /** No byte ever came: power, port, swapped wires, speed. */
  | {readonly kind: 'nothing'}
  /** Only our own bytes came back: nobody else is heard. */
  | {readonly kind: 'echoOnly'}
  /** The adapter hears itself, and the devices answer. */
  | {readonly kind: 'echo'}
  /** Bytes came, and not one sound frame. */
  | {readonly kind: 'allGarbage'}
  /** All is well while units are asked calmly, and frames break when the line is busy. */
  | {readonly kind: 'failsWithLoad'; readonly errorPercent: number}
  /** A unit that answers, but not always soundly. */
  | {readonly kind: 'errors'; readonly unit: number; readonly errorPercent: number}
  /** This unit's answers break or come twice while all others are sound: two devices bear its address. */
  | {readonly kind: 'clash'; readonly unit: number}
  | {readonly kind: 'foreign'; readonly unit: number; readonly heard: number}
  /** Alive, and it refuses the register. */
  | {readonly kind: 'exception'; readonly unit: number; readonly exceptionCode: number};

/** Below it a broken frame is weather, not wiring. */
const NOTABLE_PERCENT = 5;
/** So many bad answers in a row are no accident. */
const CERTAIN_ANSWERS = 3;

interface UnitTally {
  readonly unit: number;
  readonly sound: number;
  readonly broken: number;
  readonly twice: number;
  readonly foreign: number | undefined;
  readonly exceptionCode: number | undefined;
}

/**
 * What the exchanges of a scan say about the wiring, the gravest first. Real threads blame the
 * software until somebody tells them which wire to look at.
 */
export function classifyLine(exchanges: readonly PacedExchange[]): readonly WiringFinding[] {
  const heard = exchanges.filter(({pattern}) => pattern !== 'nothing');
  if (exchanges.length === 0) return [];
  if (heard.length === 0) return [{kind: 'nothing'}];
  if (heard.every(({pattern}) => pattern === 'echo')) return [{kind: 'echoOnly'}];
  const tallies = unitsOf(heard).map(unit => tallyOf(unit, heard));
  const isSound = tallies.some(({sound}) => sound > 0);
  const isForeign = tallies.some(({foreign}) => foreign !== undefined);
  if (!isSound && !isForeign) return [{kind: 'allGarbage'}];
  const findings: WiringFinding[] = [];
  if (heard.some(({isEchoed}) => isEchoed)) findings.push({kind: 'echo'});
  const load = loadFinding(heard);
  if (load) findings.push(load);
  for (const tally of tallies) findings.push(...unitFindings(tally, tallies, load !== undefined));
  return findings;
}

function unitsOf(exchanges: readonly PacedExchange[]): readonly number[] {
  return [...new Set(exchanges.map(({unit}) => unit))].sort((left, right) => left - right);
}

function tallyOf(unit: number, exchanges: readonly PacedExchange[]): UnitTally {
  const own = exchanges.filter(exchange => exchange.unit === unit);
  const count = (...patterns: readonly string[]) =>
    own.filter(({pattern}) => patterns.includes(pattern)).length;
  return {
    unit,
    sound: count('answer', 'exception'),
    broken: count('garbage'),
    twice: count('twice'),
    foreign: own.find(({pattern}) => pattern === 'foreign')?.detail,
    exceptionCode: own.find(({pattern}) => pattern === 'exception')?.detail,
  };
}

function unitFindings(
  tally: UnitTally,
  all: readonly UnitTally[],
  isExplained: boolean,
): readonly WiringFinding[] {
  const {unit, foreign, exceptionCode} = tally;
  const findings: WiringFinding[] = [];
  if (isClash(tally, all)) findings.push({kind: 'clash', unit});
  else {
    const errorPercent = brokenPercent(tally);
    if (errorPercent >= NOTABLE_PERCENT && !isExplained) {
      findings.push({kind: 'errors', unit, errorPercent});
    }
  }
  if (foreign !== undefined) findings.push({kind: 'foreign', unit, heard: foreign});
  if (exceptionCode !== undefined) findings.push({kind: 'exception', unit, exceptionCode});
  return findings;
}

/** Its answers break or come twice, again and again, and nobody else's do. */
function isClash(tally: UnitTally, all: readonly UnitTally[]): boolean {
  if (tally.twice >= CERTAIN_ANSWERS) return true;
  if (tally.sound > 0 || tally.broken < CERTAIN_ANSWERS) return false;
  const others = all.filter(other => other.unit !== tally.unit && other.sound > 0);
  return others.length > 0 && others.every(other => brokenPercent(other) < NOTABLE_PERCENT);
}

function brokenPercent({sound, broken}: UnitTally): number {
  return sound + broken === 0 ? 0 : Math.round((100 * broken) / (sound + broken));
}

function loadFinding(heard: readonly PacedExchange[]): WiringFinding | undefined {
  const calm = percentOf(heard.filter(({pace}) => pace === 'calm'));
  const busy = percentOf(heard.filter(({pace}) => pace === 'busy'));
  if (calm === undefined || busy === undefined) return undefined;
  if (calm >= NOTABLE_PERCENT || busy < NOTABLE_PERCENT || busy < 3 * calm) return undefined;
  return {kind: 'failsWithLoad', errorPercent: busy};
}

/** Broken answers among those of units that answer soundly at least once. */
function percentOf(exchanges: readonly PacedExchange[]): number | undefined {
  const tallies = unitsOf(exchanges).map(unit => tallyOf(unit, exchanges));
  const living = tallies.filter(({sound}) => sound > 0);
  const sound = living.reduce((sum, tally) => sum + tally.sound, 0);
  const broken = living.reduce((sum, tally) => sum + tally.broken, 0);
  return living.length === 0 ? undefined : Math.round((100 * broken) / (sound + broken));
}
