import test from 'ava';
import {NEW_BEAMS, stepBeams} from './beam-machine.js';

type Poll = readonly [atMs: number, a: number, b: number];

/** `in/out quality` of every passage. */
function walk(polls: readonly Poll[]): readonly string[] {
  let state = NEW_BEAMS;
  return polls.flatMap(([atMs, a, b]) => {
    const step = stepBeams(state, {a, b, atMs});
    state = step.state;
    return step.counted.map(passage => `${passage.in}/${passage.out} ${passage.quality}`);
  });
}

test('breaks of two beams become passages, guesses, or nothing', t => {
  const table: readonly (readonly [string, readonly Poll[], readonly string[]])[] = [
    [
      'A before B is in',
      [
        [0, 1, 0],
        [1500, 0, 1],
      ],
      ['1/0 good'],
    ],
    [
      'B before A is out',
      [
        [0, 0, 1],
        [100, 0, 0],
        [200, 1, 0],
      ],
      ['0/1 good'],
    ],
    [
      'too late for a pair',
      [
        [0, 1, 0],
        [1501, 0, 1],
        [1600, 1, 0],
      ],
      ['0/1 good'],
    ],
    [
      'turned round',
      [
        [0, 1, 0],
        [2000, 0, 0],
      ],
      [],
    ],
    [
      'a bag swings twice',
      [
        [0, 1, 0],
        [100, 1, 0],
        [200, 0, 1],
      ],
      ['1/0 good'],
    ],
    [
      'a dog',
      [
        [0, 2, 0],
        [100, 1, 0],
        [200, 0, 1],
      ],
      ['1/0 ambiguous'],
    ],
    [
      'the second beam flutters',
      [
        [0, 1, 0],
        [200, 0, 3],
      ],
      ['1/0 ambiguous'],
    ],
    [
      'both in one poll, alternately',
      [
        [0, 1, 1],
        [9000, 2, 1],
      ],
      ['1/0 ambiguous', '0/2 ambiguous'],
    ],
    [
      'both, after B alone',
      [
        [0, 0, 1],
        [100, 1, 1],
      ],
      ['0/1 ambiguous'],
    ],
  ];
  for (const [what, polls, counted] of table) t.deepEqual(walk(polls), counted, what);
});
