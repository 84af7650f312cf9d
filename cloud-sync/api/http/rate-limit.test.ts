import test from 'ava';
import {VirtualClock} from '../../../sim/clock/virtual-clock.js';
import {RateLimit} from './rate-limit.js';

const clock = () => new VirtualClock({yieldTurn: () => Promise.resolve()});

test('so many at once, then as many as the rate gives, and the wait is told', async t => {
  const time = clock();
  const limit = new RateLimit(time, {burst: 15, perSecond: 15 / 60});
  for (let count = 0; count < 15; count += 1) t.is(limit.take('A-012'), undefined);
  t.is(limit.take('A-012'), 4);
  t.is(limit.look('A-012'), 4);
  t.is(limit.take('A-013'), undefined);
  await time.advance(3999);
  t.is(limit.take('A-012'), 1);
  await time.advance(1);
  t.is(limit.take('A-012'), undefined);
  t.is(limit.take('A-012'), 4);
  await time.advance(3_600_000);
  for (let count = 0; count < 15; count += 1) t.is(limit.take('A-012'), undefined);
  t.is(limit.take('A-012'), 4);
});

test('however many names ask, only so many are remembered, the busiest of them', t => {
  const limit = new RateLimit(clock(), {burst: 2, perSecond: 1}, 100);
  for (let count = 0; count < 10_000; count += 1) {
    limit.take(`name-${count}`);
    limit.take('busy');
  }
  t.is(limit.size, 100);
  t.is(limit.take('busy'), 1);
  t.is(limit.take('name-0'), undefined);
});
