import test from 'ava';
import {
  type LifeEffect,
  type LifeInput,
  type LifeState,
  NEW_LIFE,
  stepLife,
} from './life-machine.js';

const listen: LifeEffect = {kind: 'listen'};
const live: LifeState = {health: 'ok', uptimeS: 100};
const lost: LifeState = {health: 'offline', uptimeS: 100};

const rows: readonly {
  readonly name: string;
  readonly from: LifeState;
  readonly input: LifeInput;
  readonly to: LifeState;
  readonly effects: readonly LifeEffect[];
}[] = [
  {
    name: 'the first genuine frame proves it alive',
    from: NEW_LIFE,
    input: {kind: 'heard', uptimeS: undefined},
    to: {health: 'ok', uptimeS: undefined},
    effects: [listen, {kind: 'health', health: 'ok'}],
  },
  {
    name: 'further frames only renew the silence',
    from: live,
    input: {kind: 'heard', uptimeS: 102},
    to: {health: 'ok', uptimeS: 102},
    effects: [listen],
  },
  {
    name: 'a lower uptime is a restart, and it forgot what it showed',
    from: live,
    input: {kind: 'heard', uptimeS: 3},
    to: {health: 'ok', uptimeS: 3},
    effects: [listen, {kind: 'resend'}],
  },
  {
    name: 'silence',
    from: live,
    input: {kind: 'silence'},
    to: lost,
    effects: [{kind: 'health', health: 'offline'}],
  },
  {
    name: 'a lost link',
    from: live,
    input: {kind: 'linkDown'},
    to: lost,
    effects: [{kind: 'health', health: 'offline'}],
  },
  {
    name: 'what is offline stays so, untold',
    from: lost,
    input: {kind: 'silence'},
    to: lost,
    effects: [],
  },
  {
    name: 'one that comes back is told again what to show',
    from: lost,
    input: {kind: 'heard', uptimeS: 120},
    to: {health: 'ok', uptimeS: 120},
    effects: [listen, {kind: 'health', health: 'ok'}, {kind: 'resend'}],
  },
];

for (const {name, from, input, to, effects} of rows) {
  test(`collector life: ${name}`, t => {
    t.deepEqual(stepLife(from, input), {state: to, effects});
  });
}
