import process from 'node:process';
import {errorText} from '../../protocols/base/errors.js';

export interface Check {
  readonly name: string;
  /** A text, such as figures, is added to its line. */
  run(): Promise<unknown>;
}

export function say(line: string): void {
  process.stdout.write(`${line}\n`);
}

/**
 * Prints `ok` or `not ok` for each. One after the other; behind the first that fails, none can be
 * trusted. @returns whether all passed
 */
export async function runChecks(checks: readonly Check[]): Promise<boolean> {
  let broken: string | undefined;
  for (const {name, run} of checks) {
    const beganMs = performance.now();
    let more = '';
    if (broken === undefined) {
      broken = await run().then(
        said => {
          more = typeof said === 'string' ? `: ${said}` : '';
          return undefined;
        },
        thrown => errorText(thrown),
      );
    } else broken = 'not reached';
    const seconds = ((performance.now() - beganMs) / 1000).toFixed(1);
    say(broken === undefined ? `ok ${name}${more} (${seconds} s)` : `not ok ${name}: ${broken}`);
  }
  return broken === undefined;
}
