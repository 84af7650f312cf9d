import test from 'ava';
import fc from 'fast-check';
import {
  type LoopInput,
  type LoopSight,
  type LoopState,
  loopSight,
  NEW_LOOP,
  stepLoop,
} from './loop-machine.js';

type Moment = readonly [atMs: number, what: LoopSight | 'lost' | number];

/** Sights, losses and counted presses by their time; what is told, in words. */
function play(moments: readonly Moment[], from: LoopState = NEW_LOOP): string[] {
  const told: string[] = [];
  let state = from;
  for (const [atMs, what] of moments) {
    const step = stepLoop(state, inputOf(what), atMs);
    state = step.state;
    for (const effect of step.effects) {
      told.push(effect.kind === 'line' ? effect.line : `${effect.presses} at ${effect.atMs}`);
    }
  }
  return told;
}

function inputOf(what: Moment[1]): LoopInput {
  if (typeof what === 'number') return {kind: 'count', presses: what};
  return what === 'lost' ? {kind: 'lost'} : {kind: 'sight', sight: what};
}

const AT_REST: LoopState = {...NEW_LOOP, line: 'ok', seen: {sight: 'rest', sinceMs: -1000}};

const TABLE: readonly (readonly [string, readonly Moment[], readonly string[]])[] = [
  [
    'a press at the second look',
    [
      [0, 'pressed'],
      [49, 'pressed'],
      [50, 'pressed'],
    ],
    ['1 at 50'],
  ],
  [
    'a held press is one',
    [
      [0, 'pressed'],
      [100, 'pressed'],
      [9000, 'pressed'],
    ],
    ['1 at 100'],
  ],
  [
    'a flash of one look is none',
    [
      [0, 'pressed'],
      [100, 'rest'],
      [200, 'rest'],
    ],
    [],
  ],
  [
    'a bounce within a press does not tell it anew',
    [
      [0, 'pressed'],
      [100, 'pressed'],
      [200, 'rest'],
      [210, 'pressed'],
      [310, 'pressed'],
    ],
    ['1 at 100'],
  ],
  [
    'two presses',
    [
      [0, 'pressed'],
      [50, 'pressed'],
      [100, 'rest'],
      [150, 'rest'],
      [200, 'pressed'],
      [250, 'pressed'],
    ],
    ['1 at 50', '1 at 250'],
  ],
  [
    'a slow finger is no cut wire',
    [
      [0, 'open'],
      [299, 'open'],
      [300, 'pressed'],
      [350, 'pressed'],
    ],
    ['1 at 350'],
  ],
  [
    'a cut loop, once, and no press',
    [
      [0, 'open'],
      [300, 'open'],
      [900, 'open'],
    ],
    ['open'],
  ],
  [
    'a bridged loop',
    [
      [0, 'short'],
      [300, 'short'],
    ],
    ['short'],
  ],
  [
    'cut, then bridged',
    [
      [0, 'open'],
      [300, 'open'],
      [400, 'short'],
      [700, 'short'],
    ],
    ['open', 'short'],
  ],
  [
    'mended',
    [
      [0, 'open'],
      [300, 'open'],
      [400, 'rest'],
      [449, 'rest'],
      [450, 'rest'],
    ],
    ['open', 'ok'],
  ],
  [
    'pressed right after the loop was mended',
    [
      [0, 'open'],
      [300, 'open'],
      [400, 'pressed'],
      [450, 'pressed'],
    ],
    ['open', '1 at 450', 'ok'],
  ],
  [
    'a press through which the loop breaks is told once',
    [
      [0, 'pressed'],
      [50, 'pressed'],
      [100, 'open'],
      [400, 'open'],
      [500, 'pressed'],
      [550, 'pressed'],
    ],
    ['1 at 50', 'open', 'ok'],
  ],
  [
    'what was held through a loss counts again',
    [
      [0, 'pressed'],
      [50, 'pressed'],
      [60, 'lost'],
      [5000, 'pressed'],
      [5050, 'pressed'],
    ],
    ['1 at 50', '1 at 5050'],
  ],
  [
    'two looks with a loss between them are not one',
    [
      [0, 'pressed'],
      [10, 'lost'],
      [60, 'pressed'],
      [70, 'rest'],
    ],
    [],
  ],
  [
    'a counted press shorter than a poll',
    [
      [10, 1],
      [100, 'rest'],
    ],
    ['1 at 100'],
  ],
  [
    'a counted press that is seen too is one',
    [
      [10, 1],
      [20, 'pressed'],
      [120, 'pressed'],
    ],
    ['1 at 20'],
  ],
  [
    'a press seen before it is counted is one',
    [
      [0, 'pressed'],
      [50, 'pressed'],
      [60, 1],
      [100, 'pressed'],
    ],
    ['1 at 50'],
  ],
  [
    'three counted, one of them seen',
    [
      [0, 'pressed'],
      [50, 'pressed'],
      [60, 3],
      [100, 'pressed'],
    ],
    ['1 at 50', '2 at 100'],
  ],
  [
    'what a bridged loop counts is no press',
    [
      [0, 1],
      [10, 'short'],
      [310, 'short'],
      [400, 'rest'],
      [450, 'rest'],
    ],
    ['short', 'ok'],
  ],
  [
    'what was counted before a loss is a press',
    [
      [0, 2],
      [10, 'lost'],
    ],
    ['2 at 10'],
  ],
];

for (const [name, moments, told] of TABLE) {
  test(`loop: ${name}`, t => {
    t.deepEqual(play(moments, AT_REST), told);
  });
}

test('at the start a held button was pressed, and a loop at rest is told as sound', t => {
  t.deepEqual(
    play([
      [0, 'pressed'],
      [60, 'pressed'],
    ]),
    ['1 at 60', 'ok'],
  );
  t.deepEqual(
    play([
      [0, 'rest'],
      [60, 'rest'],
    ]),
    ['ok'],
  );
});

test('each wiring reads its four pairs of contacts', t => {
  const pairs = [
    [true, false],
    [false, true],
    [false, false],
    [true, true],
  ] as const;
  const read = (wiring: 'antivalent' | 'endOfLine') =>
    pairs.map(([first, second]) => loopSight(wiring, first, second));
  t.deepEqual(read('antivalent'), ['rest', 'pressed', 'open', 'short']);
  t.deepEqual(read('endOfLine'), ['open', 'pressed', 'open', 'rest']);
});

test('however a loop is cut, bridged and mended, it never presses', t => {
  const sights = fc.array(fc.constantFrom<LoopSight>('rest', 'open', 'short'), {maxLength: 60});
  t.notThrows(() =>
    fc.assert(
      fc.property(sights, fc.integer({min: 10, max: 400}), (list, pollMs) =>
        play(list.map((sight, index) => [index * pollMs, sight])).every(
          told => !told.includes('at'),
        ),
      ),
    ),
  );
});
