import test from 'ava';
import {MINUTE_MS} from '../../../protocols/base/units.js';
import {VirtualClock} from '../../../sim/clock/virtual-clock.js';
import {networkOf, TryLimit} from './try-limit.js';

const setUp = () => {
  const clock = new VirtualClock({yieldTurn: () => Promise.resolve()});
  return {clock, limit: new TryLimit(clock, {perAddress: 3, overall: 8})};
};
const tries = (limit: TryLimit, address: string, count: number) =>
  Array.from({length: count}, () => limit.begin(address)).filter(Boolean).length;

test('one address is let try so often a minute, and keeps nobody else out', async t => {
  const {clock, limit} = setUp();
  t.is(tries(limit, '10.0.0.1', 100), 3);
  t.is(tries(limit, '10.0.0.2', 1), 1);
  await clock.advance(MINUTE_MS);
  t.is(tries(limit, '10.0.0.1', 100), 3);
});

test('all together are bounded too', t => {
  const {limit} = setUp();
  const let_ = Array.from({length: 20}, (_, index) => tries(limit, `10.0.0.${index}`, 1));
  t.is(let_.filter(count => count === 1).length, 8);
});

test('a try that was none is given back, but not to the next minute', async t => {
  const {clock, limit} = setUp();
  for (let round = 0; round < 50; round += 1) limit.begin('10.0.0.1')?.();
  const giveBack = limit.begin('10.0.0.1');
  await clock.advance(MINUTE_MS);
  t.is(tries(limit, '10.0.0.1', 2), 2);
  giveBack?.();
  t.is(tries(limit, '10.0.0.1', 9), 1);
});

test('a network of IPv6 counts as one address', t => {
  t.is(networkOf('::ffff:10.0.0.1'), '10.0.0.1');
  t.is(networkOf('2001:db8:1:2::9'), '2001:db8:1');
  t.is(networkOf('2001:0db8:0001:ffff:1:2:3:4'), '2001:db8:1');
  t.is(networkOf('2001:db8::1'), '2001:db8:0');
  t.is(networkOf('::1'), '0:0:0');
  t.is(networkOf('unknown'), 'unknown');
});
