import {availableParallelism} from 'node:os';
import {parseArgs} from 'node:util';
import {errorText, UsageError} from '../../protocols/base/errors.js';
import {type ChildReport, runChild} from './fuzz-child.js';
import {superviseTarget} from './fuzz-supervisor.js';
import {FUZZ_TARGETS} from './targets/all-targets.js';

/*
 * `npm run fuzz`: every decoder in a process of its own, so that a hang can be ended and memory be
 * weighed by itself. Prints a line for each, one line of JSON, and `N passed, N failed`.
 */
const DEFAULT_RUNS = 1_000_000;

const {values} = parseArgs({
  options: {
    only: {type: 'string'},
    runs: {type: 'string'},
    seed: {type: 'string'},
    from: {type: 'string'},
    child: {type: 'boolean'},
  },
});

function wholeNumber(name: string, text: string | undefined, byDefault: number): number {
  const value = text === undefined ? byDefault : Number(text);
  if (Number.isSafeInteger(value) && value >= 0) return value;
  throw new UsageError('fuzz/number', `--${name} is no whole number: ${text}`);
}

function tell(report: ChildReport): void {
  const {target, inputs, seconds, growthKib, failures} = report;
  const rate = Math.round(inputs / Math.max(seconds, 0.001)).toLocaleString('en');
  const verdict = failures.length === 0 ? 'ok    ' : 'FAILED';
  const growth =
    growthKib === undefined ? '' : `, heap ${growthKib >= 0 ? '+' : ''}${growthKib} KiB`;
  process.stdout.write(`${verdict} ${target}: ${inputs} inputs, ${rate}/s${growth}\n`);
  for (const {index, why, inputHex} of failures) {
    process.stdout.write(
      `       ${why}\n       --only '${target}' --from ${index} --runs 1: ${inputHex}\n`,
    );
  }
}

async function superviseAll(options: {seed: number; from: number; runs: number}): Promise<void> {
  const targets = FUZZ_TARGETS.filter(({name}) => name.includes(values.only ?? ''));
  if (targets.length === 0)
    throw new UsageError('fuzz/name', `no target has "${values.only}" in its name`);
  process.stdout.write(
    `${targets.length} targets, ${options.runs} inputs each, --seed ${options.seed}\n`,
  );
  const reports: ChildReport[] = [];
  const waiting = [...targets];
  const begunMs = performance.now();
  const work = async () => {
    for (let target = waiting.shift(); target; target = waiting.shift()) {
      const report = await superviseTarget(target.name, options);
      tell(report);
      reports.push(report);
    }
  };
  await Promise.all(Array.from({length: availableParallelism()}, work));
  const failed = reports.filter(({failures}) => failures.length > 0).length;
  const summary = {
    targets: reports.length,
    inputs: reports.reduce((sum, {inputs}) => sum + inputs, 0),
    failures: reports.reduce((sum, {failures}) => sum + failures.length, 0),
    seed: options.seed,
    seconds: Math.round((performance.now() - begunMs) / 1000),
  };
  process.stdout.write(`${JSON.stringify(summary)}\n`);
  process.stdout.write(`${reports.length - failed} passed, ${failed} failed\n`);
  if (failed > 0) process.exitCode = 1;
}

try {
  const options = {
    seed: wholeNumber('seed', values.seed, 1),
    from: wholeNumber('from', values.from, 0),
    runs: wholeNumber('runs', values.runs, DEFAULT_RUNS),
  };
  if (values.child) await runChild(values.only ?? '', options);
  else await superviseAll(options);
} catch (error) {
  process.stderr.write(`${errorText(error)}\n`);
  process.exitCode = 1;
}
