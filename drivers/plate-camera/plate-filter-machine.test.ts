import test from 'ava';
import fc from 'fast-check';
import {asId, type DeviceId} from '../../protocols/site/ids.js';
import type {PlateSeen} from './contract.js';
import {NEW_PLATE_FILTER, type PlateFilterState, stepPlateFilter} from './plate-filter-machine.js';

const SEEN: PlateSeen = {
  device: asId<DeviceId>('CAM-1'),
  plate: '粤B12345',
  raw: '粤B12345',
  confidence: 96,
  colour: 'blue',
  direction: 'down',
  isOffline: false,
  plateId: undefined,
  capturedWallMs: undefined,
  atMs: 1000,
};

/** What is told of each of several recognitions in turn. */
function told(...changes: readonly Partial<PlateSeen>[]): readonly string[] {
  let state: PlateFilterState = NEW_PLATE_FILTER;
  return changes.map(change => {
    const step = stepPlateFilter(state, {...SEEN, ...change});
    state = step.state;
    return step.sighting?.kind ?? 'repeat';
  });
}

const wall = (ms: number) => ms as NonNullable<PlateSeen['capturedWallMs']>;

const rows: readonly [string, readonly Partial<PlateSeen>[], readonly string[]][] = [
  ['a sure plate is an arrival', [{}], ['arrival']],
  [
    '80 is sure, 79 is for a person',
    [{confidence: 80}, {confidence: 79, plate: 'B'}],
    ['arrival', 'ask'],
  ],
  ['a camera that does not say how sure it is, asks', [{confidence: undefined}], ['ask']],
  ['a car without a plate', [{plate: '', confidence: 0}], ['no_plate']],
  ['an old record', [{isOffline: true}], ['record']],
  ['an old record without a plate', [{isOffline: true, plate: ''}], ['record']],
  ['the same plate within 10 s', [{}, {atMs: 10_999}], ['arrival', 'repeat']],
  ['and after 10 s', [{}, {atMs: 11_000}], ['arrival', 'arrival']],
  ['another lane', [{}, {device: asId<DeviceId>('CAM-2')}], ['arrival', 'arrival']],
  ['another plate', [{}, {plate: '粤B12346'}], ['arrival', 'arrival']],
  ['a surer reading after a doubtful one', [{confidence: 50}, {}], ['ask', 'arrival']],
  ['a doubtful reading after a sure one', [{}, {confidence: 50}], ['arrival', 'repeat']],
  [
    'the same number with the same time, hours later',
    [
      {plateId: 7, capturedWallMs: wall(1)},
      {plateId: 7, capturedWallMs: wall(1), atMs: 9_000_000},
    ],
    ['arrival', 'repeat'],
  ],
  [
    'the same number after a restart of the camera',
    [
      {plateId: 7, capturedWallMs: wall(1)},
      {plateId: 7, capturedWallMs: wall(2), atMs: 60_000},
    ],
    ['arrival', 'arrival'],
  ],
  [
    'the same number without a time counts for 10 minutes',
    [{plateId: 7}, {plateId: 7, atMs: 601_000}, {plateId: 7, atMs: 1_201_001}],
    ['arrival', 'repeat', 'arrival'],
  ],
  [
    'an old record does not hide the car that stands there',
    [{isOffline: true}, {}],
    ['record', 'arrival'],
  ],
  [
    'an old record that was told when it was new',
    [
      {plateId: 7, capturedWallMs: wall(1)},
      {plateId: 7, capturedWallMs: wall(1), isOffline: true},
    ],
    ['arrival', 'repeat'],
  ],
  [
    'two old records of one plate are two visits, one sent twice is one',
    [
      {isOffline: true, plateId: 7, capturedWallMs: wall(1)},
      {isOffline: true, plateId: 8, capturedWallMs: wall(2)},
      {isOffline: true, plateId: 8, capturedWallMs: wall(2)},
    ],
    ['record', 'record', 'repeat'],
  ],
];

for (const [name, changes, expected] of rows) {
  test(`filter: ${name}`, t => t.deepEqual(told(...changes), expected));
}

const anySeen: fc.Arbitrary<PlateSeen> = fc.record({
  device: fc.constantFrom(asId<DeviceId>('CAM-1'), asId<DeviceId>('CAM-2')),
  plate: fc.constantFrom('粤B12345', '粤B12346', ''),
  raw: fc.constant(''),
  confidence: fc.option(fc.nat(100), {nil: undefined}),
  colour: fc.constant('blue' as const),
  direction: fc.constant('down' as const),
  isOffline: fc.boolean(),
  plateId: fc.option(fc.nat(3), {nil: undefined}),
  capturedWallMs: fc.option(fc.nat(2).map(wall), {nil: undefined}),
  atMs: fc.nat(30_000),
});

test('~P8 no old record, doubtful reading or missing plate ever may open', t => {
  fc.assert(
    fc.property(fc.array(anySeen, {maxLength: 20}), all => {
      let state = NEW_PLATE_FILTER;
      for (const seen of all) {
        const step = stepPlateFilter(state, seen);
        state = step.state;
        if (!step.sighting?.opens) continue;
        t.false(step.sighting.seen.isOffline);
        t.true((step.sighting.seen.confidence ?? 0) >= 80);
        t.not(step.sighting.seen.plate, '');
      }
    }),
  );
});

test('memory is bounded, and repeats are counted', t => {
  let state = NEW_PLATE_FILTER;
  for (let no = 0; no < 1000; no += 1) {
    state = stepPlateFilter(state, {...SEEN, plate: `A${no}`}).state;
  }
  t.is(state.told.length, 256);
  t.is(stepPlateFilter(state, {...SEEN, plate: 'A999'}).state.repeats, 1);
});
