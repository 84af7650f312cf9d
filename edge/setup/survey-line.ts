import {
  type ScanLine,
  type ScanRow,
  type SpeedReport,
  scanBus,
} from '../../drivers/wiring/bus-scan.js';
import type {WiringFinding} from '../../drivers/wiring/classifier.js';
import {openScanLine} from '../../drivers/wiring/scan-line.js';
import type {FoundLine, FoundUnit, SetupMachine} from './contract.js';
import {identifyUnit} from './identify-unit.js';

/** The usual first: most devices leave the factory so. */
const SPEEDS = [9600, 19_200, 38_400];
const FIRST_UNIT = 1;
const LAST_UNIT = 32;
const OPENING_MS = 3000;
const OPENING_STEP_MS = 20;

/** What is wrong with a line, for a person to mend. */
export type LineTrouble =
  | {readonly kind: 'port'; readonly why: string}
  | {readonly kind: 'wiring'; readonly finding: WiringFinding}
  /** It answers at another speed than the others of its line. */
  | {readonly kind: 'otherSpeed'; readonly unit: number; readonly baudRate: number};

export interface LineSurvey {
  readonly line: FoundLine;
  readonly troubles: readonly LineTrouble[];
}

/** Scan a port at each usual speed, choose the speed of the line, and look at who answers. Reads only. */
export async function surveyLine(path: string, machine: SetupMachine): Promise<LineSurvey> {
  const openLine = (baudRate: number) =>
    openScanLine({
      link: machine.openLink({kind: 'serial', path, baudRate, parity: 'none'}, path),
      clock: machine.clock,
      baudRate,
      hasParity: false,
    });
  const reports = await scanBus({
    clock: machine.clock,
    ...{from: FIRST_UNIT, to: LAST_UNIT, baudRates: SPEEDS, openLine},
    onRow: () => {},
    isStopped: () => false,
  });
  const best = reports.reduce((left, right) => (soundRows(right) > soundRows(left) ? right : left));
  const troubles = troublesOf(best, reports);
  const units: FoundUnit[] = [];
  if (soundRows(best) > 0) {
    const line = openLine(best.baudRate);
    try {
      await untilUp(line, machine.clock);
      for (const {unit} of best.rows.filter(isSound)) {
        units.push({unit, kind: await identifyUnit(line, unit)});
      }
    } finally {
      await line.close();
    }
  }
  return {line: {path, baudRate: best.baudRate, units}, troubles};
}

async function untilUp(line: ScanLine, clock: SetupMachine['clock']): Promise<void> {
  const giveUpMs = clock.nowMs() + OPENING_MS;
  while (line.trouble !== undefined && clock.nowMs() < giveUpMs) await clock.sleep(OPENING_STEP_MS);
}

function isSound({answer}: ScanRow): boolean {
  return answer !== 'garbled';
}

function soundRows({rows}: SpeedReport): number {
  return rows.filter(isSound).length;
}

function troublesOf(best: SpeedReport, reports: readonly SpeedReport[]): readonly LineTrouble[] {
  if (best.trouble !== undefined) return [{kind: 'port', why: best.trouble}];
  const known = new Set(best.rows.map(({unit}) => unit));
  const strangers = reports
    .filter(report => report !== best)
    .flatMap(({rows}) => rows.filter(isSound))
    .filter(({unit}) => !known.has(unit))
    .map(({unit, baudRate}) => ({kind: 'otherSpeed', unit, baudRate}) as const);
  // Where nobody is heard soundly, the speed at which at least something is heard says most.
  const loudest = reports.find(({findings}) => findings.some(({kind}) => kind === 'allGarbage'));
  const told = soundRows(best) > 0 ? best : (loudest ?? best);
  const wiring = told.findings
    .filter(({kind}) => kind !== 'exception')
    .map(finding => ({kind: 'wiring', finding}) as const);
  return [...wiring, ...strangers];
}
