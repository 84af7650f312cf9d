import {writeSync} from 'node:fs';
import {UsageError} from '../../protocols/base/errors.js';
import {type FuzzFailure, fuzzRun} from './fuzz-run.js';
import {FUZZ_TARGETS} from './targets/all-targets.js';

/** What became of one target. */
export interface ChildReport {
  readonly target: string;
  readonly inputs: number;
  readonly seconds: number;
  /** Of the heap and what hangs on it, after a first round; undefined: not weighed. */
  readonly growthKib: number | undefined;
  readonly failures: readonly FuzzFailure[];
}

export interface ChildOptions {
  readonly seed: number;
  readonly from: number;
  readonly runs: number;
}

/** Below this there is no first round to compare with. */
const LEAST_WEIGHED_RUNS = 100_000;
const MOST_GROWTH_KIB = 1024;
/** Bytes that only the process as a whole shows, such as those of zlib and of ciphers. */
const MOST_RSS_GROWTH_KIB = 64 * 1024;
const SIGN_OF_LIFE_MS = 500;
const SLICE_INPUTS = 2000;

/** One target in this process; signs of life and the report go to the standard output. */
export async function runChild(name: string, {seed, from, runs}: ChildOptions): Promise<void> {
  const target = FUZZ_TARGETS.find(candidate => candidate.name === name);
  if (!target) throw new UsageError('fuzz/name', `no target is called "${name}"`);
  const isWeighed = runs >= LEAST_WEIGHED_RUNS;
  const warmUp = isWeighed ? Math.floor(runs / 5) : 0;
  // Collecting a stack costs more than most decoders do; a single input shows it.
  if (runs > 1) Error.stackTraceLimit = 0;
  const begunMs = performance.now();
  const common = {seed, nowMs: () => performance.now()};
  const signs = signsOfLife();
  const run = async (start: number, count: number): Promise<FuzzFailure[]> => {
    const failures: FuzzFailure[] = [];
    for (let done = 0; done < count; done += SLICE_INPUTS) {
      const slice = {from: start + done, runs: Math.min(SLICE_INPUTS, count - done)};
      failures.push(...fuzzRun(target, {...common, ...slice, onProgress: signs(slice.from)}));
      // What zlib failed on is let go of when the event loop turns, and not before.
      await new Promise(resolve => setImmediate(resolve));
    }
    return failures;
  };
  const first = await run(from, warmUp);
  const before = weigh();
  const second = await run(from + warmUp, runs - warmUp);
  const after = weigh();
  const growthKib = isWeighed ? after.heapKib - before.heapKib : undefined;
  const grown = (growthKib ?? 0) > MOST_GROWTH_KIB;
  const swollen = isWeighed && after.rssKib - before.rssKib > MOST_RSS_GROWTH_KIB;
  const failures = [...first, ...second];
  if (grown || swollen) {
    const why = `memory grows: heap ${growthKib} KiB, process ${after.rssKib - before.rssKib} KiB`;
    failures.push({target: name, index: from, why, inputHex: ''});
  }
  const seconds = (performance.now() - begunMs) / 1000;
  const report: ChildReport = {target: name, inputs: runs, seconds, growthKib, failures};
  writeSync(1, `${JSON.stringify({report})}\n`);
}

/** Written at once, not when the event loop turns: that may be long. */
function signsOfLife(): (from: number) => (done: number) => void {
  let toldMs = performance.now();
  return from => done => {
    if (performance.now() - toldMs < SIGN_OF_LIFE_MS) return;
    toldMs = performance.now();
    writeSync(1, `${JSON.stringify({at: from + done})}\n`);
  };
}

function weigh(): {readonly heapKib: number; readonly rssKib: number} {
  globalThis.gc?.();
  globalThis.gc?.();
  const {heapUsed, external, rss} = process.memoryUsage();
  return {heapKib: Math.round((heapUsed + external) / 1024), rssKib: Math.round(rss / 1024)};
}
