import test from 'ava';
import type {UnixMillis} from '../../protocols/base/clock.js';
import {VirtualClock} from '../../sim/clock/virtual-clock.js';
import {TimeKeeper} from './time-keeper.js';

const BUILD = 1_700_000_000_000 as UnixMillis;
const NOW = 1_800_000_000_000 as UnixMillis;
const DAY_MS = 86_400_000;
const newClock = () => new VirtualClock({yieldTurn: () => Promise.resolve()});

test('before any source only the floor is known', t => {
  const keeper = new TimeKeeper(newClock(), BUILD);
  t.deepEqual(keeper.read(), {
    clk: 'floor',
    utcMs: BUILD,
    errorMs: Number.POSITIVE_INFINITY,
  });
});

test('an answer is taken at the middle of its round trip, half of which bounds the error', async t => {
  const clock = newClock();
  const keeper = new TimeKeeper(clock, BUILD);
  keeper.offer(NOW, 400);
  t.deepEqual(keeper.read(), {clk: 'ok', utcMs: NOW + 200, errorMs: 200} as never);
  await clock.advance(1000);
  t.is(keeper.read().utcMs, (NOW + 1200) as UnixMillis);
});

test('after 24 h without a source the time is held over, its bound growing by 100 ppm', async t => {
  const clock = newClock();
  const keeper = new TimeKeeper(clock, BUILD);
  keeper.offer(NOW, 0);
  await clock.advance(DAY_MS - 1);
  t.is(keeper.read().clk, 'ok');
  await clock.advance(1);
  t.is(keeper.read().clk, 'holdover');
  t.is(keeper.read().errorMs, 8640 + 1000);
});

test('a worse reading does not replace a better one, until that has drifted', async t => {
  const clock = newClock();
  const keeper = new TimeKeeper(clock, BUILD);
  keeper.offer(NOW, 100);
  keeper.offer((NOW + 5000) as UnixMillis, 10_000);
  t.is(keeper.read().utcMs, (NOW + 50) as UnixMillis);
  await clock.advance(DAY_MS);
  keeper.offer((NOW + DAY_MS) as UnixMillis, 2000);
  t.is(keeper.read().errorMs, 1000);
});

test('the floor rises with what is surely past and never falls', async t => {
  const clock = newClock();
  const keeper = new TimeKeeper(clock, BUILD);
  keeper.offer(NOW, 0);
  await clock.advance(10_000);
  t.is(keeper.floorMs(), (NOW + 9999) as UnixMillis);
  clock.stepWall(-DAY_MS);
  t.true(keeper.floorMs() >= NOW + 9999);
});
