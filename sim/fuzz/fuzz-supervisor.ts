import {spawn} from 'node:child_process';
import {once} from 'node:events';
import {createInterface} from 'node:readline';
import {fileURLToPath} from 'node:url';
import type {ChildOptions, ChildReport} from './fuzz-child.js';
import {PROGRESS_INPUTS} from './fuzz-run.js';

/** So long without a sign of life is a hang: a block of inputs takes a fraction of a second. */
const HANG_MS = 60_000;

/** Runs one target in a process of its own, and ends it when it hangs. */
export async function superviseTarget(name: string, options: ChildOptions): Promise<ChildReport> {
  const {seed, from, runs} = options;
  const script = fileURLToPath(new URL('main.js', import.meta.url));
  const numbers = ['--seed', `${seed}`, '--from', `${from}`, '--runs', `${runs}`];
  const child = spawn(
    process.execPath,
    ['--expose-gc', '--enable-source-maps', script, '--child', '--only', name, ...numbers],
    {stdio: ['ignore', 'pipe', 'inherit']},
  );
  const ended = once(child, 'close');
  let at = from;
  let report: ChildReport | undefined;
  let isHung = false;
  const watchdog = setTimeout(() => {
    isHung = true;
    child.kill('SIGKILL');
  }, HANG_MS);
  for await (const line of createInterface({input: child.stdout})) {
    const message: {report?: ChildReport; at?: number} = JSON.parse(line);
    at = message.at ?? at;
    report = message.report;
    watchdog.refresh();
  }
  clearTimeout(watchdog);
  const [code] = await ended;
  if (report) return report;
  const why = isHung
    ? `hangs on an input of the ${PROGRESS_INPUTS} or more behind ${at}`
    : `the process ended with ${code} behind input ${at}`;
  const failures = [{target: name, index: at, why, inputHex: ''}];
  return {target: name, inputs: at - from, seconds: 0, growthKib: undefined, failures};
}
