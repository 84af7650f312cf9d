import {dirname, resolve} from 'node:path';
import {bundleText} from '../doctor/bundle.js';
import type {CheckResult, DoctorMachine} from '../doctor/contract.js';
import {examine} from '../doctor/doctor.js';
import type {CommandResult} from './command.js';

export interface DoctorOptions {
  readonly config: string;
  readonly json: boolean;
  /** Where to put what may be sent to whoever helps. */
  readonly bundle?: string;
}

/** Writes a file that only its owner reads; why not, or undefined. */
export type WriteFile = (path: string, text: string) => string | undefined;

/**
 * `latchkey doctor`: one line for each check. Exit code 0 when all is well, 1 when somebody should look, 2 when
 * something keeps the site from working.
 */
export async function callDoctor(
  {config: path, json, bundle}: DoctorOptions,
  machine: DoctorMachine,
  write: WriteFile,
): Promise<CommandResult> {
  const pathOf = (inner: string) => resolve(dirname(path), inner);
  const examination = await examine({path, pathOf}, machine);
  const {checks} = examination;
  const lines = json ? [JSON.stringify(checks)] : checks.map(checkLine);
  const exitCode = checks.some(({verdict}) => verdict === 'FAIL')
    ? 2
    : checks.some(({verdict}) => verdict === 'WARN')
      ? 1
      : 0;
  if (bundle === undefined) return {exitCode, lines};
  const {version, nodeVersion, clock} = machine;
  const text = bundleText(examination, {version, nodeVersion, atMs: clock.wallMs()});
  const why = write(bundle, text);
  if (why !== undefined) return {exitCode: 2, lines: [...lines, `${bundle}: ${why}`]};
  return {
    exitCode,
    lines: json ? lines : [...lines, `written to ${bundle}: read it before you send it`],
  };
}

function checkLine({name, verdict, cause, next, code}: CheckResult): string {
  const line = `${verdict.padEnd(4)}  ${name}: ${cause}`;
  return code === undefined ? line : `${line} -> ${next} [${code}]`;
}
