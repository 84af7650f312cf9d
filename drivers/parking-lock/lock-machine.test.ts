import test from 'ava';
import type {UnixMillis} from '../../protocols/base/clock.js';
import type {BusOutcome} from '../bus/contract.js';
import type {LockReading, VehicleFlag} from './contract.js';
import {
  commandOutcome,
  type LockEffect,
  type LockInput,
  type LockState,
  NEW_LOCK,
  pollPeriodMs,
  stepLock,
} from './lock-machine.js';

function reading(vehicle: VehicleFlag, atMs: number): LockReading {
  const faults = {
    motor: false,
    limitSwitch: false,
    lowBattery: false,
    tamper: false,
    overCurrent: false,
  };
  return {arm: 'up', vehicle, supplyMv: 12_000, faults, cycles: 4, atMs, wallMs: 0 as UnixMillis};
}

const watched: LockState = {...NEW_LOCK, watched: true, confirming: true, confirmMs: 100};
const rows: readonly {
  readonly name: string;
  readonly from: LockState;
  readonly input: LockInput;
  readonly to: LockState;
  readonly effects: readonly LockEffect[];
}[] = [
  {
    name: 'watching starts with a reading at once',
    from: NEW_LOCK,
    input: {kind: 'watch', fast: true, atMs: 100},
    to: watched,
    effects: [{kind: 'confirm'}],
  },
  {
    name: 'watching twice reads once',
    from: watched,
    input: {kind: 'watch', fast: true, atMs: 120},
    to: watched,
    effects: [],
  },
  {
    name: 'the next reading starts 500 ms after the start of the last',
    from: watched,
    input: {kind: 'confirmed', atMs: 140, answered: true},
    to: {...watched, confirming: false},
    effects: [{kind: 'wait', afterMs: 460}],
  },
  {
    name: 'a reading that took longer than the period is followed at once',
    from: watched,
    input: {kind: 'confirmed', atMs: 900, answered: true},
    to: {...watched, confirming: false},
    effects: [{kind: 'wait', afterMs: 0}],
  },
  {
    name: 'a read without an answer is followed by a second of rest, so that its late reply meets nobody',
    from: watched,
    input: {kind: 'confirmed', atMs: 180, answered: false},
    to: {...watched, confirming: false},
    effects: [{kind: 'wait', afterMs: 1000}],
  },
  {
    name: 'a pause that ends reads again',
    from: {...watched, confirming: false},
    input: {kind: 'due', atMs: 600},
    to: {...watched, confirmMs: 600},
    effects: [{kind: 'confirm'}],
  },
  {
    name: 'a pause that ends during a read changes nothing',
    from: watched,
    input: {kind: 'due', atMs: 600},
    to: watched,
    effects: [],
  },
  {
    name: 'the end of watching lets the read in flight end alone',
    from: watched,
    input: {kind: 'watch', fast: false, atMs: 110},
    to: {...watched, watched: false},
    effects: [{kind: 'rest'}],
  },
  {
    name: 'a read that ends unwatched is the last',
    from: {...watched, watched: false},
    input: {kind: 'confirmed', atMs: 140, answered: true},
    to: {...watched, watched: false, confirming: false},
    effects: [],
  },
  {
    name: 'watching again during the old read waits for it',
    from: {...watched, watched: false},
    input: {kind: 'watch', fast: true, atMs: 130},
    to: watched,
    effects: [],
  },
];

for (const {name, from, input, to, effects} of rows) {
  test(`lock: ${name}`, t => {
    t.deepEqual(stepLock(from, input), {state: to, effects});
  });
}

test('polls every 500 ms, never slower than 2 s, and a flipping detector every 200 ms for 10 s', t => {
  t.is(pollPeriodMs(NEW_LOCK, 500, 0), 500);
  t.is(pollPeriodMs(NEW_LOCK, 9000, 0), 2000);
  const first = stepLock(NEW_LOCK, {kind: 'reading', reading: reading('absent', 100)});
  t.is(pollPeriodMs(first.state, 500, 100), 500);
  const flip = stepLock(first.state, {kind: 'reading', reading: reading('present', 700)});
  t.is(pollPeriodMs(flip.state, 500, 700), 200);
  t.is(pollPeriodMs(flip.state, 100, 700), 100);
  const calm = stepLock(flip.state, {kind: 'reading', reading: reading('present', 1000)});
  t.is(pollPeriodMs(calm.state, 500, 10_699), 200);
  t.is(pollPeriodMs(calm.state, 500, 10_700), 500);
});

test('every outcome of the wire has one meaning for a command', t => {
  const meanings: readonly (readonly [BusOutcome, string])[] = [
    [{kind: 'written', atMs: 1}, 'acknowledged'],
    [{kind: 'exception', exceptionCode: 5, atMs: 1}, 'acknowledged'],
    [{kind: 'exception', exceptionCode: 6, atMs: 1}, 'refused'],
    [{kind: 'exception', exceptionCode: 4, atMs: 1}, 'refused'],
    [{kind: 'timeout', atMs: 1}, 'unanswered'],
    [{kind: 'down', atMs: 1}, 'not_sent'],
  ];
  for (const [outcome, meaning] of meanings) t.is(commandOutcome(outcome), meaning as never);
});
