import {
  type BusScanOptions,
  type ScanRow,
  type SpeedReport,
  scanBus,
} from '../../drivers/wiring/bus-scan.js';
import type {Clock} from '../../protocols/base/clock.js';
import {wiringSentence} from '../words/wiring-words.js';
import {type CommandResult, failed, succeeded} from './command.js';

export interface ScanRequest {
  readonly from: string;
  readonly to: string;
  /** Speeds, separated by commas. */
  readonly baud: string;
  readonly language: string;
  readonly json: boolean;
}

/** What the scan needs of the machine: a line of its own at each speed, and a person who may stop it. */
export interface ScanMachine {
  readonly clock: Clock;
  readonly openLine: BusScanOptions['openLine'];
  readonly isStopped: () => boolean;
  /** A row as soon as it is known. */
  readonly print: (line: string) => void;
}

/**
 * `latchkey scan bus`: who answers on a line, and what its wiring looks like. Reads only. Exit code 0
 * when somebody answered and nothing is wrong with the wires, otherwise 1.
 */
export async function scan(request: ScanRequest, machine: ScanMachine): Promise<CommandResult> {
  const {problems, from, to, baudRates, language} = parse(request);
  if (problems.length > 0) return failed(...problems);
  const reports = await scanBus({
    clock: machine.clock,
    from,
    to,
    baudRates,
    openLine: baudRate => machine.openLine(baudRate),
    isStopped: () => machine.isStopped(),
    onRow: row => {
      if (!request.json) machine.print(rowLine(row));
    },
  });
  const isWell = reports.some(({rows}) => rows.length > 0) && reports.every(isSound);
  const lines = request.json
    ? [JSON.stringify(reports)]
    : reports.flatMap(report => reportLines(report, language));
  return isWell ? succeeded(...lines) : failed(...lines);
}

/** Silence at a speed that nobody uses is no fault once another speed is found. */
function isSound({findings, trouble}: SpeedReport): boolean {
  const harmless = ['exception', 'nothing', 'echo', 'echoOnly'];
  return trouble === undefined && findings.every(({kind}) => harmless.includes(kind));
}

interface Parsed {
  readonly problems: readonly string[];
  readonly from: number;
  readonly to: number;
  readonly baudRates: readonly number[];
  readonly language: 'en' | 'zh-CN';
}

function parse(request: ScanRequest): Parsed {
  const from = Number(request.from);
  const to = Number(request.to);
  const baudRates = request.baud.split(',').map(Number);
  const problems: string[] = [];
  const isUnit = (unit: number) => Number.isInteger(unit) && unit >= 1 && unit <= 247;
  if (!isUnit(from)) problems.push(`--from: expected 1-247, got ${request.from}`);
  if (!isUnit(to)) problems.push(`--to: expected 1-247, got ${request.to}`);
  if (isUnit(from) && isUnit(to) && from > to) {
    problems.push(`--to: expected at least ${from}, got ${to}`);
  }
  if (!baudRates.every(rate => Number.isInteger(rate) && rate >= 300 && rate <= 921_600)) {
    problems.push(`--baud: expected speeds of 300-921600 separated by commas, got ${request.baud}`);
  }
  const language = request.language === 'zh-CN' ? 'zh-CN' : 'en';
  if (request.language !== language) {
    problems.push(`--language: expected en or zh-CN, got ${request.language}`);
  }
  return {problems, from, to, baudRates, language};
}

function rowLine({baudRate, unit, answer, roundTripMs}: ScanRow): string {
  const time = roundTripMs === undefined ? '' : `, ${Math.round(roundTripMs)} ms`;
  return `${baudRate} Bd  unit ${unit}  ${answer}${time}`;
}

function reportLines(report: SpeedReport, language: 'en' | 'zh-CN'): readonly string[] {
  const {baudRate, rows, findings, trouble} = report;
  if (trouble !== undefined) return [`${baudRate} Bd: ${trouble}`];
  const sentences = findings.map(finding => wiringSentence(finding, language));
  return [
    `${baudRate} Bd: ${rows.length} answer`,
    ...sentences.flatMap(({found, next}) => [`  ${found}`, `    -> ${next}`]),
  ];
}
