import test from 'ava';
import fc from 'fast-check';
import {backoffDelayMs, REOPEN_BACKOFF} from './backoff.js';

test('a port is reopened after 1, 2, 4, 8, 16, 30, 30 s', t => {
  const delays = [0, 1, 2, 3, 4, 5, 6].map(attempt => backoffDelayMs(REOPEN_BACKOFF, attempt, 0.5));
  t.deepEqual(delays, [1000, 2000, 4000, 8000, 16_000, 30_000, 30_000]);
});

test('jitter stays within its share and never passes the limit', t => {
  fc.assert(
    fc.property(fc.nat(5000), fc.double({min: 0, max: 1, noNaN: true}), (attempt, fraction) => {
      const plainMs = backoffDelayMs(REOPEN_BACKOFF, attempt, 0.5);
      const delayMs = backoffDelayMs(REOPEN_BACKOFF, attempt, fraction);
      return delayMs >= plainMs * 0.8 - 1e-9 && delayMs <= Math.min(plainMs * 1.2 + 1e-9, 30_000);
    }),
  );
  t.pass();
});
