import test from 'ava';
import {SeededEntropy} from './seeded-entropy.js';
import {type HeapEntry, TimerHeap} from './timer-heap.js';

test('timers come out by instant and order, whatever was set and cancelled in between', t => {
  const chance = new SeededEntropy(7);
  const heap = new TimerHeap();
  let live: HeapEntry[] = [];
  for (let order = 0; order < 5000; order += 1) {
    const dueMs = Math.floor(1000 * chance.fraction());
    const entry = {name: `t-${order}`, dueMs, order, callback: () => {}, isGone: false};
    heap.add(entry);
    live.push(entry);
    const victim = live[Math.floor(live.length * chance.fraction())];
    if (victim && chance.fraction() < 0.8) {
      heap.cancel(victim);
      heap.cancel(victim);
      live = live.filter(one => one !== victim);
    }
    t.is(heap.size, live.length);
    if (chance.fraction() >= 0.05) continue;
    const [first] = live.toSorted(
      (one, other) => one.dueMs - other.dueMs || one.order - other.order,
    );
    const untilMs = 500;
    const wanted = first && first.dueMs <= untilMs ? first : undefined;
    t.is(heap.take(untilMs), wanted);
    live = live.filter(one => one !== wanted);
  }
  const names = (entries: readonly HeapEntry[]) => entries.map(({name}) => name).toSorted();
  t.deepEqual(names(heap.live()), names(live));
  const left = live.toSorted((one, other) => one.dueMs - other.dueMs || one.order - other.order);
  for (const entry of left) t.is(heap.take(Number.POSITIVE_INFINITY), entry);
  t.is(heap.take(Number.POSITIVE_INFINITY), undefined);
});
