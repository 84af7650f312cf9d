import {isDeepStrictEqual} from 'node:util';
import {equalBytes, toHex} from '../../protocols/base/bytes.js';
import type {Decoded} from '../../protocols/base/decode.js';
import {errorText} from '../../protocols/base/errors.js';
import {drain} from './drain.js';
import {FuzzRandom, makeInput} from './mutate.js';
import type {FuzzTarget} from './target.js';

export interface FuzzRunOptions {
  readonly seed: number;
  /** Number of the first input; the same number is always the same input. */
  readonly from?: number;
  readonly runs: number;
  /** Monotonic milliseconds with fractions; undefined: time is not looked at. */
  readonly nowMs?: (() => number) | undefined;
  /** Called every `PROGRESS_INPUTS` with how many are done: a sign of life. */
  readonly onProgress?: (done: number) => void;
}

export interface FuzzFailure {
  readonly target: string;
  /** To be seen again with `--only`, `--seed`, `--from` and `--runs 1`. */
  readonly index: number;
  readonly why: string;
  readonly inputHex: string;
}

export const PROGRESS_INPUTS = 2000;
/** A call that takes longer is a hang in the making: frames come every few milliseconds. */
const SLOWEST_CALL_MS = 100;
/** A slow call is repeated this often; only the quickest counts, since others use the machine too. */
const SLOW_REPEATS = 3;
/** One in so many inputs goes through the dearer checks. */
const CLOSE_LOOK_EVERY = 16;
const MOST_FAILURES = 5;
const SURROUNDING_BYTES = 64;

/**
 * Runs inputs `from` .. `from + runs` through a decoder. A failure is a throw, a slow call, an input
 * that was changed, a result that depends on bytes around the input (read past its end), and of a
 * stream decoder a `used` that is none, a `wait` at more bytes than it says, or a stream that does not
 * end. Stops after five.
 */
export function fuzzRun(target: FuzzTarget, options: FuzzRunOptions): readonly FuzzFailure[] {
  const {seed, from = 0, runs, onProgress} = options;
  const failures: FuzzFailure[] = [];
  for (let index = from; index < from + runs; index += 1) {
    const input = makeInput(new FuzzRandom(seed, target.name, index), target);
    const why = faultOf(target, input, index % CLOSE_LOOK_EVERY === 0, options.nowMs);
    if (why !== undefined) {
      failures.push({target: target.name, index, why, inputHex: toHex(input)});
      if (failures.length === MOST_FAILURES) return failures;
    }
    if ((index - from) % PROGRESS_INPUTS === 0) onProgress?.(index - from);
  }
  onProgress?.(runs);
  return failures;
}

function faultOf(
  target: FuzzTarget,
  input: Uint8Array,
  isCloseLook: boolean,
  nowMs: FuzzRunOptions['nowMs'],
): string | undefined {
  try {
    const begunMs = nowMs?.() ?? 0;
    const result = target.run(input);
    if (nowMs && nowMs() - begunMs > SLOWEST_CALL_MS && isAlwaysSlow(target, input, nowMs)) {
      return `slower than ${SLOWEST_CALL_MS} ms`;
    }
    const fault = target.waitsUpTo === undefined ? undefined : streamFault(target, input, result);
    return fault ?? (isCloseLook ? closeFault(target, input, result) : undefined);
  } catch (error) {
    return `throws ${errorText(error)}`;
  }
}

function isAlwaysSlow(target: FuzzTarget, input: Uint8Array, nowMs: () => number): boolean {
  return Array.from({length: SLOW_REPEATS}, () => {
    const begunMs = nowMs();
    target.run(input);
    return nowMs() - begunMs;
  }).every(tookMs => tookMs > SLOWEST_CALL_MS);
}

function streamFault(target: FuzzTarget, input: Uint8Array, result: unknown): string | undefined {
  const decoded = result as Decoded<unknown>;
  if (decoded.kind === 'wait') {
    const most = target.waitsUpTo ?? 0;
    return input.length > most ? `waits at ${input.length} bytes, at most ${most}` : undefined;
  }
  const isUsed = Number.isInteger(decoded.used) && decoded.used >= 1;
  return isUsed && decoded.used <= input.length
    ? undefined
    : `used ${decoded.used} of ${input.length}`;
}

function closeFault(target: FuzzTarget, input: Uint8Array, result: unknown): string | undefined {
  for (const fill of [0x00, 0xff]) {
    const room = new Uint8Array(input.length + 2 * SURROUNDING_BYTES).fill(fill);
    room.set(input, SURROUNDING_BYTES);
    const view = room.subarray(SURROUNDING_BYTES, SURROUNDING_BYTES + input.length);
    const again = target.run(view);
    if (!equalBytes(view, input)) return 'changes its input';
    if (!isDeepStrictEqual(again, result)) return 'depends on bytes around its input';
  }
  if (target.waitsUpTo !== undefined) {
    // Zeros behind what it waits for: more than it may wait for must always be enough.
    const long = new Uint8Array(Math.max(target.waitsUpTo + 1, input.length));
    long.set(input);
    const fault = streamFault(target, long, target.run(long));
    if (fault !== undefined) return fault;
    drain(bytes => target.run(bytes) as Decoded<unknown>, input);
  }
  return undefined;
}
