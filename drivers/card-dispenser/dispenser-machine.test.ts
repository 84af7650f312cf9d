import test from 'ava';
import type {DispenserRegisters} from '../../protocols/profiles/card-dispenser-profile.js';
import {asId, type CardUid} from '../../protocols/site/ids.js';
import type {DispenserFault} from './contract.js';
import {
  type DispenserEffect,
  type DispenserInput,
  type DispenserState,
  NEW_DISPENSER,
  stepDispenser,
} from './dispenser-machine.js';

const CARD = asId<CardUid>('CARD1');
const OTHER = asId<CardUid>('CARD2');
const atMs = 1000;

const REST: DispenserRegisters = {
  ...{isReady: true, isEmpty: false, isLow: false, isJammed: false, isDoubleFeed: false},
  ...{isCardAtMouth: false, stock: 50, sequence: 7, fedCount: 3, takenCount: 2, swallowedCount: 1},
};
const MOUTH: DispenserRegisters = {...REST, isCardAtMouth: true};

const IDLE: DispenserState = {...NEW_DISPENSER, registers: REST};
const OUT: DispenserState = {...NEW_DISPENSER, registers: MOUTH};
const faulty = (from: DispenserState, ...faults: readonly DispenserFault[]): DispenserState => ({
  ...from,
  faults: new Set(faults),
});
const told = (from: DispenserState, ...uids: readonly CardUid[]): DispenserState => ({
  ...from,
  told: new Set(uids),
});

const status = (registers: Partial<DispenserRegisters>, base = REST): DispenserInput => ({
  kind: 'status',
  registers: {...base, ...registers},
  atMs,
});
const card = (uid: CardUid): DispenserInput => ({kind: 'card', uid, atMs});
const fault = (which: DispenserFault, isStanding: boolean): DispenserEffect => ({
  kind: 'fault',
  fault: which,
  isStanding,
});
const wait: DispenserEffect = {kind: 'wait', afterMs: 60_000};
const rest: DispenserEffect = {kind: 'rest'};
const atMouth = (uid: CardUid): DispenserEffect => ({kind: 'cardAtMouth', uid, atMs});
const fed = (cards: number): DispenserEffect => ({kind: 'fed', cards, atMs});

interface Row {
  readonly from: DispenserState;
  readonly input: DispenserInput;
  /** Beside the registers of a status, which always become those of the state. */
  readonly to: Partial<DispenserState>;
  readonly effects: readonly DispenserEffect[];
}

function runTable(t: {deepEqual(actual: unknown, expected: unknown, message?: string): void}) {
  return (rows: readonly Row[]) => {
    for (const [no, {from, input, to, effects}] of rows.entries()) {
      const step = stepDispenser(from, input);
      const {registers} = input.kind === 'status' ? input : from;
      t.deepEqual(step.state, {...from, registers, ...to}, `state of row ${no}`);
      t.deepEqual(step.effects, effects, `effects of row ${no}`);
    }
  };
}

test('stock and counters are told by their change; the first poll and a restart give none', t => {
  runTable(t)([
    {from: NEW_DISPENSER, input: status({}), to: {}, effects: [{kind: 'stock', stock: 50}]},
    {from: IDLE, input: status({}), to: {}, effects: []},
    {
      from: IDLE,
      input: status({stock: 49, fedCount: 4}),
      to: {},
      effects: [{kind: 'stock', stock: 49}, fed(1)],
    },
    {
      from: IDLE,
      input: status({takenCount: 3, swallowedCount: 2}),
      to: {},
      effects: [
        {kind: 'taken', atMs},
        {kind: 'swallowed', atMs},
      ],
    },
    {
      from: IDLE,
      input: status({fedCount: 0, takenCount: 0, swallowedCount: 0}),
      to: {},
      effects: [],
    },
    {
      from: {...IDLE, registers: {...REST, fedCount: 0xffff}},
      input: status({fedCount: 0}),
      to: {},
      effects: [fed(1)],
    },
    // 1000 cards are the most that a stack holds; one more is a restart.
    {
      from: IDLE,
      input: status({takenCount: 1002}),
      to: {},
      effects: [{kind: 'taken', atMs}],
    },
    {from: IDLE, input: status({takenCount: 1003}), to: {}, effects: []},
  ]);
});

test('faults are told when they begin and when they end', t => {
  const empty = faulty(IDLE, 'EMPTY');
  const jam = faulty(IDLE, 'JAM');
  const both = faulty(IDLE, 'EMPTY', 'JAM');
  runTable(t)([
    {
      from: IDLE,
      input: status({isEmpty: true}),
      to: {faults: empty.faults},
      effects: [fault('EMPTY', true)],
    },
    {from: empty, input: status({isEmpty: true}), to: {}, effects: []},
    {from: empty, input: status({}), to: {faults: new Set()}, effects: [fault('EMPTY', false)]},
    {
      from: IDLE,
      input: status({isEmpty: true, isJammed: true}),
      to: {faults: both.faults},
      effects: [fault('EMPTY', true), fault('JAM', true)],
    },
    {
      from: jam,
      input: status({}),
      to: {faults: new Set()},
      effects: [fault('JAM', false)],
    },
  ]);
});

test('a double feed stands until one card was fed alone', t => {
  const double = faulty(IDLE, 'DOUBLE');
  runTable(t)([
    {
      from: IDLE,
      input: status({fedCount: 5}),
      to: {faults: double.faults},
      effects: [fed(2), fault('DOUBLE', true)],
    },
    {
      from: IDLE,
      input: status({fedCount: 4, isDoubleFeed: true}),
      to: {faults: double.faults},
      effects: [fed(1), fault('DOUBLE', true)],
    },
    {from: double, input: status({}), to: {}, effects: []},
    {from: double, input: status({fedCount: 5}), to: {}, effects: [fed(2)]},
    {
      from: double,
      input: status({fedCount: 4}),
      to: {faults: new Set()},
      effects: [fed(1), fault('DOUBLE', false)],
    },
  ]);
});

test('a card is told once while one lies at the mouth, whichever of reader and machine is first', t => {
  const seen = {...IDLE, inField: CARD};
  runTable(t)([
    {from: NEW_DISPENSER, input: card(CARD), to: {inField: CARD}, effects: []},
    {from: IDLE, input: card(CARD), to: {inField: CARD}, effects: []},
    {
      from: seen,
      input: status({}, MOUTH),
      to: {told: new Set([CARD])},
      effects: [wait, atMouth(CARD)],
    },
    {
      from: OUT,
      input: card(CARD),
      to: {inField: CARD, told: new Set([CARD])},
      effects: [atMouth(CARD)],
    },
    {from: told(OUT, CARD), input: card(CARD), to: {inField: CARD}, effects: []},
    {
      from: told(OUT, CARD),
      input: card(OTHER),
      to: {inField: OTHER, told: new Set([CARD, OTHER])},
      effects: [atMouth(OTHER)],
    },
    {
      from: {...OUT, inField: CARD},
      input: {kind: 'cardGone'},
      to: {inField: undefined},
      effects: [],
    },
    {
      from: told({...OUT, inField: CARD}, CARD),
      input: status({}),
      to: {told: new Set()},
      effects: [rest],
    },
  ]);
});

test('a card that nobody takes in 60 s is swallowed; the fault ends when the mouth is free', t => {
  const untaken = faulty(OUT, 'UNTAKEN');
  runTable(t)([
    {from: IDLE, input: status({}, MOUTH), to: {}, effects: [wait]},
    {from: OUT, input: status({}, MOUTH), to: {}, effects: []},
    {
      from: OUT,
      input: {kind: 'due'},
      to: {faults: untaken.faults},
      effects: [fault('UNTAKEN', true), {kind: 'swallow'}],
    },
    {from: untaken, input: {kind: 'due'}, to: {}, effects: [{kind: 'swallow'}]},
    {from: IDLE, input: {kind: 'due'}, to: {}, effects: []},
    {from: NEW_DISPENSER, input: {kind: 'due'}, to: {}, effects: []},
    {
      from: untaken,
      input: status({swallowedCount: 2}),
      to: {faults: new Set()},
      effects: [{kind: 'swallowed', atMs}, rest, fault('UNTAKEN', false)],
    },
  ]);
});
