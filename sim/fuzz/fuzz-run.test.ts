import test from 'ava';
import type {Decoded} from '../../protocols/base/decode.js';
import {fuzzRun} from './fuzz-run.js';
import {FuzzRandom, makeInput} from './mutate.js';
import type {FuzzTarget} from './target.js';

const SEEDS = [Uint8Array.of(1, 2, 3, 4, 5, 6, 7, 8)];

function whysOf(target: Pick<FuzzTarget, 'run' | 'waitsUpTo'>, nowMs?: () => number) {
  const subject = {name: 'subject', covers: [], seeds: SEEDS, ...target};
  return fuzzRun(subject, {seed: 1, runs: 500, nowMs}).map(({why}) => why);
}

const decoded = (result: Decoded<number>) => () => result;

test('a sound decoder has no failures', t => {
  t.deepEqual(whysOf({run: bytes => bytes.length}), []);
  const run = (bytes: Uint8Array): Decoded<number> =>
    bytes.length === 0 ? {kind: 'wait'} : {kind: 'frame', frame: bytes[0] ?? 0, used: 1};
  t.deepEqual(whysOf({run, waitsUpTo: 0}), []);
});

test('a throw is found, and five are enough', t => {
  const whys = whysOf({
    run: bytes => {
      if (bytes.length > 4) throw new RangeError('too long');
    },
  });
  t.is(whys.length, 5);
  t.regex(whys[0] ?? '', /throws .*too long/);
});

test('a decoder that reads past its input or writes into it is found', t => {
  const past = (bytes: Uint8Array) =>
    new Uint8Array(bytes.buffer).at(bytes.byteOffset + bytes.length);
  t.true(whysOf({run: past}).includes('depends on bytes around its input'));
  t.true(whysOf({run: bytes => bytes.reverse().length}).includes('changes its input'));
});

test('a stream decoder that drops nothing, too much, or waits for ever is found', t => {
  t.regex(
    whysOf({run: decoded({kind: 'discard', used: 0, why: 'noise'}), waitsUpTo: 9})[0] ?? '',
    /^used 0 of/,
  );
  t.regex(
    whysOf({run: decoded({kind: 'frame', frame: 1, used: 9000}), waitsUpTo: 9})[0] ?? '',
    /^used 9000 of/,
  );
  t.regex(
    whysOf({run: decoded({kind: 'wait'}), waitsUpTo: 9})[0] ?? '',
    /^waits at \d+ bytes, at most 9/,
  );
});

test('a slow call is found', t => {
  let nowMs = 0;
  t.regex(whysOf({run: () => 0}, () => (nowMs += 101))[0] ?? '', /slower than 100 ms/);
});

test('the same seed, name and number are the same input, and others are not', t => {
  const input = (seed: number, name: string, index: number) =>
    makeInput(new FuzzRandom(seed, name, index), {seeds: SEEDS}).toString();
  t.is(input(1, 'a', 5), input(1, 'a', 5));
  const inputs = Array.from({length: 1000}, (_, index) => input(1, 'a', index));
  t.true(new Set(inputs).size > 500);
  t.not(inputs.slice(0, 50).join(), Array.from({length: 50}, (_, i) => input(2, 'a', i)).join());
});
