import test from 'ava';
import fc from 'fast-check';
import {
  EMPTY_REPLAY_WINDOW,
  formatReplayWindow,
  parseReplayWindow,
  type ReplayWindow,
  takeCounter,
} from './replay-window.js';

/** Take counters in order; which of them were let in. */
function takeAll(counters: readonly bigint[]): {window: ReplayWindow; taken: bigint[]} {
  let window = EMPTY_REPLAY_WINDOW;
  const taken: bigint[] = [];
  for (const counter of counters) {
    const moved = takeCounter(window, counter);
    if (!moved) continue;
    taken.push(counter);
    window = moved;
  }
  return {window, taken};
}

test('a counter is taken once, 0 included', t => {
  t.deepEqual(takeAll([0n, 0n, 1n, 1n, 0n, 2n]).taken, [0n, 1n, 2n]);
});

test('out of order within 64 is taken, older is not', t => {
  t.deepEqual(takeAll([100n, 37n, 36n, 99n, 37n]).taken, [100n, 37n, 99n]);
});

test('a leap forward forgets what fell out of the window', t => {
  t.deepEqual(takeAll([5n, 1_000_000n, 5n, 999_999n]).taken, [5n, 1_000_000n, 999_999n]);
  t.deepEqual(takeAll([5n, 68n, 5n]).taken, [5n, 68n]);
  t.deepEqual(takeAll([5n, 69n, 5n]).taken, [5n, 69n]);
});

test('the end of 64 bits', t => {
  const last = 2n ** 64n - 1n;
  const {window, taken} = takeAll([last, last - 63n, last - 64n, last]);
  t.deepEqual(taken, [last, last - 63n]);
  t.is(window.seen, (1n << 63n) | 1n);
});

test('a refused counter leaves the window as it was, and it never grows beyond 64 bits', t => {
  const {window} = takeAll([10n, 11n, 12n]);
  t.is(takeCounter(window, 11n), undefined);
  t.deepEqual(window, {highest: 12n, seen: 0b111n});
  let long = EMPTY_REPLAY_WINDOW;
  for (let counter = 0n; counter < 300n; counter += 1n) {
    long = takeCounter(long, counter) ?? long;
  }
  t.deepEqual(long, {highest: 299n, seen: 2n ** 64n - 1n});
});

test('no counter is ever taken twice, and within the window none is lost', t => {
  fc.assert(
    fc.property(fc.array(fc.bigInt({min: 0n, max: 200n}), {maxLength: 200}), counters => {
      const {taken} = takeAll(counters);
      t.is(new Set(taken).size, taken.length);
    }),
  );
  fc.assert(
    fc.property(fc.shuffledSubarray(Array.from({length: 64}, (_, n) => BigInt(n))), counters => {
      t.deepEqual(takeAll(counters).taken, counters);
    }),
  );
});

test('a stored window still knows what was taken', t => {
  const {window} = takeAll([100n, 98n, 255n]);
  t.is(formatReplayWindow({highest: 255n, seen: 0b101n}), 'ff/5');
  const restored = parseReplayWindow(formatReplayWindow(window));
  t.deepEqual(restored, window);
  t.is(takeCounter(restored ?? EMPTY_REPLAY_WINDOW, 255n), undefined);
});

test('text that is no window', t => {
  for (const text of ['', 'ff', 'ff/', '/5', 'FF/5', '-1/5', 'ff/5/1', '11112222333344445/1']) {
    t.is(parseReplayWindow(text), undefined, text);
  }
});
