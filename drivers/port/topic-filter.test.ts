import test from 'ava';
import {matchesTopic} from './topic-filter.js';

const rows: readonly [string, string, boolean][] = [
  ['a/b', 'a/b', true],
  ['a/b', 'a/c', false],
  ['a/b', 'a', false],
  ['a/b', 'a/b/c', false],
  ['a/+/c', 'a/b/c', true],
  ['a/+', 'a/', true],
  ['a/+', 'a', false],
  ['a/#', 'a/b/c', true],
  ['a/#', 'a', true],
  ['#', 'a/b', true],
  ['+/b', '/b', true],
  ['#', '$SYS/load', false],
  ['$SYS/#', '$SYS/load', true],
];

for (const [filter, topic, matches] of rows) {
  test(`${filter} ${matches ? 'takes' : 'leaves'} ${topic}`, t => {
    t.is(matchesTopic(filter, topic), matches);
  });
}
