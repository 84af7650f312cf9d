import test from 'ava';
import fc from 'fast-check';
import {COUNTER_BLOCK, nextSendCounter, resumeSendCounter} from './send-counter.js';

test('the first frame of a new key stores a block of 1000, the next 999 store nothing', t => {
  let state = resumeSendCounter(0n);
  const stored: bigint[] = [];
  for (let frame = 0n; frame < 2001n; frame += 1n) {
    const taken = nextSendCounter(state);
    t.is(taken.counter, frame);
    if (taken.storeFirst !== undefined) stored.push(taken.storeFirst);
    state = taken.state;
  }
  t.deepEqual(stored, [1000n, 2000n, 3000n]);
});

test('after a crash anywhere no counter comes again', t => {
  fc.assert(
    fc.property(fc.array(fc.nat(2500), {minLength: 1, maxLength: 5}), framesPerRun => {
      let disk = 0n;
      let highest = -1n;
      for (const frames of framesPerRun) {
        let state = resumeSendCounter(disk);
        for (let frame = 0; frame < frames; frame += 1) {
          const taken = nextSendCounter(state);
          disk = taken.storeFirst ?? disk;
          t.true(taken.counter > highest);
          t.true(taken.counter < disk);
          highest = taken.counter;
          state = taken.state;
        }
      }
    }),
    {numRuns: 30},
  );
  t.is(COUNTER_BLOCK, 1000n);
});
