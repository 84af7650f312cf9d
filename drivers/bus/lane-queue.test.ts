import test from 'ava';
import type {Lane} from './contract.js';
import {LaneQueue} from './lane-queue.js';

const job = (lane: Lane, name: string) => ({lane, name});

test('commands before confirming reads before polls, in order within a lane', t => {
  const queue = new LaneQueue<{readonly lane: Lane; readonly name: string}>(8);
  for (const next of [
    job('poll', 'p1'),
    job('confirm', 'c1'),
    job('command', 'x1'),
    job('confirm', 'c2'),
    job('command', 'x2'),
  ]) {
    t.true(queue.push(next, 5));
  }
  t.is(queue.take()?.job.name, 'x1');
  t.is(queue.first('command')?.name, 'x2');
  const rest = [queue.take(), queue.take(), queue.take(), queue.take()];
  t.deepEqual(
    rest.map(waiting => waiting?.job.name),
    ['x2', 'c1', 'c2', 'p1'],
  );
  t.is(rest[1]?.sinceMs, 5);
  t.is(queue.first('command'), undefined);
  t.true(queue.isEmpty);
  t.is(queue.take(), undefined);
});

test('each lane has its own bound, and draining empties all', t => {
  const queue = new LaneQueue<{readonly lane: Lane; readonly name: string}>(2);
  t.deepEqual(
    ['a', 'b', 'c'].map(name => queue.push(job('poll', name), 0)),
    [true, true, false],
  );
  t.true(queue.push(job('command', 'd'), 0));
  t.deepEqual(
    queue.drain().map(({name}) => name),
    ['d', 'a', 'b'],
  );
  t.true(queue.isEmpty);
});
