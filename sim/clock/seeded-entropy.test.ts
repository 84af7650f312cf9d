import test from 'ava';
import {SeededEntropy} from './seeded-entropy.js';

test('one seed repeats itself, two differ', t => {
  const left = new SeededEntropy(7);
  const right = new SeededEntropy(7);
  t.deepEqual(left.bytes(32), right.bytes(32));
  t.is(left.fraction(), right.fraction());
  t.notDeepEqual(new SeededEntropy(8).bytes(32), new SeededEntropy(7).bytes(32));
});

test('fractions fill [0, 1) evenly', t => {
  const entropy = new SeededEntropy();
  const tenths = new Array<number>(10).fill(0);
  for (let count = 0; count < 10_000; count += 1) {
    const tenth = Math.floor(entropy.fraction() * 10);
    tenths[tenth] = (tenths[tenth] ?? 0) + 1;
  }
  for (const count of tenths) t.true(count > 900 && count < 1100, `${tenths}`);
});

test('ids have 26 characters, count up and differ between seeds', t => {
  const entropy = new SeededEntropy(2);
  const ids = Array.from({length: 2000}, () => entropy.ulid());
  for (const id of ids) t.regex(id, /^[0-9A-HJKMNP-TV-Z]{26}$/);
  t.deepEqual([...ids].sort(), ids);
  t.is(new Set([...ids, new SeededEntropy(1).ulid()]).size, 2001);
  const large = new SeededEntropy(2 ** 31);
  t.is(new Set([large.ulid(), large.ulid()]).size, 2, 'a large seed leaves room to count');
});
