import test from 'ava';
import {VirtualClock} from '../../sim/clock/virtual-clock.js';
import {yieldTurn} from '../platform/event-loop.js';
import type {SetupMachine, TriedSite} from './contract.js';
import {locksByBay, moveLocks} from './move-locks.js';
import {proposeSite} from './propose-site.js';
import {SETUP_WORDS} from './setup-words.js';

const BAYS = ['A-001', 'A-002', 'A-003'];
const NAMES = {
  ...({id: 'lot-1', name: 'Lot', timezone: 'Asia/Shanghai', language: 'en'} as const),
  person: {id: 'installer', name: 'Installer'},
} as const;
const LINE = {
  ...{path: '/dev/a', baudRate: 9600},
  units: [1, 2, 3]
    .map(unit => ({unit, kind: 'parking-lock' as const}))
    .concat([
      {unit: 31, kind: 'display' as never},
      {unit: 32, kind: 'emergency-button' as never},
    ]),
};

async function tried(answers: readonly string[], site: Partial<TriedSite> = {}) {
  const left = [...answers];
  const told: string[] = [];
  const orders: string[] = [];
  const machine: SetupMachine = {
    clock: new VirtualClock({yieldTurn}),
    ports: () => [],
    openLink: () => {
      throw new TypeError('no link is opened');
    },
    tell: line => told.push(line),
    ask: () => Promise.resolve(left.shift() ?? ''),
    readSite: () => undefined,
    writeSite: () => {},
    siteProblems: () => [],
    startSite: async () => [],
  };
  const moves: TriedSite = {
    order: (bay, desired) => {
      orders.push(`${bay} ${desired}`);
      return Promise.resolve({kind: 'done', actuation: undefined});
    },
    settle: async () => [],
    close: async () => {},
    ...site,
  };
  const result = await moveLocks(BAYS, moves, {machine, words: SETUP_WORDS.en});
  return {...result, told, orders};
}

test('two locks whose addresses are exchanged are put right in the site file, as the installer saw them move', async t => {
  const {moved, proven, orders} = await tried(['', 'a-002', '', 'A-001', '', '']);
  t.deepEqual(
    orders,
    BAYS.flatMap(bay => [`${bay} down`, `${bay} up`]),
  );
  t.deepEqual(proven, BAYS);
  const lockOf = locksByBay(BAYS, moved);
  const {text} = proposeSite(NAMES, [{line: LINE, readerPath: '/dev/b'}], lockOf);
  t.regex(
    text,
    /id: A-001\s+lock: L-A-002\s+- id: A-002\s+lock: L-A-001\s+- id: A-003\s+lock: L-A-003/,
  );
});

test('answers that put two locks at one bay are no site file', async t => {
  const {moved} = await tried(['', 'A-002', '', '', '', '']);
  t.is(locksByBay(BAYS, moved), undefined);
});

test('a lock that is left out, that nobody saw move, or that an interlock holds is not proven', async t => {
  const {proven, unproven, told} = await tried(['s', '', 'X', 'n', ''], {
    order: async (bay, desired) =>
      bay === 'A-003' && desired === 'down'
        ? {kind: 'refused', reason: 'DEVICE_OFFLINE'}
        : {kind: 'done', actuation: undefined},
  });
  t.deepEqual(proven, []);
  t.deepEqual(unproven, BAYS);
  t.deepEqual(told, ['X is none of A-001, A-002, A-003', 'A-003 did not move: DEVICE_OFFLINE']);
});

test('what has no place in a site file is told', t => {
  const bare = {...LINE, units: LINE.units.slice(0, 3)};
  const {bays, left} = proposeSite(NAMES, [{line: bare, readerPath: '/dev/b'}]);
  t.deepEqual(bays, []);
  t.regex(left[0] ?? '', /needs a lock, a display and a call button/);
});
