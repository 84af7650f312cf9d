import test from 'ava';
import {
  NEW_UNIT,
  stepUnit,
  type UnitEffect,
  type UnitInput,
  type UnitState,
} from './unit-machine.js';

const values = {kind: 'values', values: [1, 2], atMs: 5} as const;
const exception = (exceptionCode: number): UnitInput => ({
  kind: 'outcome',
  outcome: {kind: 'exception', exceptionCode, atMs: 5},
});
const live: UnitState = {line: 'ok', refusal: undefined};
const refusing: UnitState = {line: 'ok', refusal: 2};

interface Row {
  readonly name: string;
  readonly from: UnitState;
  readonly input: UnitInput;
  readonly to: UnitState;
  readonly effects: readonly UnitEffect[];
}

const rows: readonly Row[] = [
  {
    name: 'the first health is told',
    from: NEW_UNIT,
    input: {kind: 'health', health: 'ok'},
    to: live,
    effects: [{kind: 'health', health: 'ok'}],
  },
  {
    name: 'the same health is not told again',
    from: live,
    input: {kind: 'health', health: 'ok'},
    to: live,
    effects: [],
  },
  {
    name: 'values pass',
    from: live,
    input: {kind: 'outcome', outcome: values},
    to: live,
    effects: [values],
  },
  {
    name: 'a misfit turns the unit offline, once',
    from: live,
    input: exception(2),
    to: refusing,
    effects: [
      {kind: 'health', health: 'offline'},
      {kind: 'trouble', code: 'device/profile-misfit', exceptionCode: 2},
    ],
  },
  {
    name: 'a failed device is another trouble',
    from: live,
    input: exception(4),
    to: {line: 'ok', refusal: 4},
    effects: [
      {kind: 'health', health: 'offline'},
      {kind: 'trouble', code: 'device/failed', exceptionCode: 4},
    ],
  },
  {
    name: 'a refusal that stands is not reported again',
    from: refusing,
    input: exception(2),
    to: refusing,
    effects: [],
  },
  {name: 'busy is no trouble', from: live, input: exception(6), to: live, effects: []},
  {
    name: 'values end a refusal, health first',
    from: refusing,
    input: {kind: 'outcome', outcome: values},
    to: live,
    effects: [{kind: 'health', health: 'ok'}, values],
  },
  {
    name: 'a lost line does not change what is told of a refusing unit',
    from: refusing,
    input: {kind: 'health', health: 'offline'},
    to: {line: 'offline', refusal: 2},
    effects: [],
  },
  ...(['timeout', 'down', 'written'] as const).map(kind => ({
    name: `${kind} is left to the line's own counting`,
    from: live,
    input: {kind: 'outcome', outcome: {kind, atMs: 5}} as const,
    to: live,
    effects: [],
  })),
];

for (const {name, from, input, to, effects} of rows) {
  test(`unit: ${name}`, t => {
    t.deepEqual(stepUnit(from, input), {state: to, effects});
  });
}
