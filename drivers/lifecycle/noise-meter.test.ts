import test from 'ava';
import {VirtualClock} from '../../sim/clock/virtual-clock.js';
import {NoiseMeter} from './noise-meter.js';

test('noise is told at the first byte and then once a minute, with the total, and never twice the same', async t => {
  const clock = new VirtualClock({yieldTurn: () => new Promise(r => setImmediate(r))});
  const told: (readonly [number, number])[] = [];
  const meter = new NoiseMeter({clock, tell: bytes => told.push([clock.nowMs(), bytes])});
  meter.follow(0);
  meter.follow(1);
  for (let second = 1; second <= 90; second += 1) {
    await clock.advance(1000);
    meter.follow(1 + second * 1000);
  }
  await clock.advance(120_000);
  meter.follow(90_001);
  meter.follow(90_001);
  t.deepEqual(told, [
    [0, 1],
    [60_000, 60_001],
    [210_000, 90_001],
  ]);
});
