import test from 'ava';
import {SeededEntropy} from '../clock/seeded-entropy.js';
import {VirtualClock} from '../clock/virtual-clock.js';
import {FaultyWay, type MessageFaults, NO_FAULTS} from './faulty-way.js';

async function carried(count: number, faults: MessageFaults): Promise<readonly number[]> {
  const clock = new VirtualClock({yieldTurn: () => Promise.resolve()});
  const arrived: number[] = [];
  const parts = {clock, entropy: new SeededEntropy(7), faults};
  const way = new FaultyWay<number>(parts, message => arrived.push(message));
  for (let message = 0; message < count; message += 1) {
    way.send(message);
    await clock.advance(1);
  }
  await clock.advance(faults.holdMs);
  return arrived;
}

test('without faults everything arrives once and in order', async t => {
  t.deepEqual(await carried(5, NO_FAULTS), [0, 1, 2, 3, 4]);
});

test('loss, duplicates and reorder come in about the share asked for', async t => {
  const lost = await carried(2000, {...NO_FAULTS, loss: 0.3});
  t.true(Math.abs(lost.length - 1400) < 80);
  const doubled = await carried(2000, {...NO_FAULTS, duplicate: 0.1});
  t.true(Math.abs(doubled.length - 2200) < 60);
  const swapped = await carried(2000, {...NO_FAULTS, reorder: 0.1, holdMs: 100});
  t.is(swapped.length, 2000);
  const late = swapped.filter((message, index) => message < Math.max(...swapped.slice(0, index)));
  t.true(Math.abs(late.length - 200) < 60);
});

test('what is held when the connection ends is lost', async t => {
  const clock = new VirtualClock({yieldTurn: () => Promise.resolve()});
  const faults = {...NO_FAULTS, reorder: 1, holdMs: 100};
  const way = new FaultyWay<number>({clock, entropy: new SeededEntropy(1), faults}, () => t.fail());
  way.send(1);
  way.close();
  await clock.advance(1000);
  clock.assertIdle();
  t.pass();
});
