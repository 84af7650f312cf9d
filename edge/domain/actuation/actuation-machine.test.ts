import test, {type ExecutionContext} from 'ava';
import fc from 'fast-check';
import type {ArmState, LockReading} from '../../../drivers/parking-lock/contract.js';
import type {UnixMillis} from '../../../protocols/base/clock.js';
import type {ActuationState} from '../../../protocols/site/events.js';
import {type ActuationId, asId, type PersonId} from '../../../protocols/site/ids.js';
import {bayId, NO_FAULTS, RULES} from '../lot/rig-config.js';
import {
  type Actuation,
  type ActuationInput,
  type ActuationStep,
  type CommandGate,
  isFinal,
  queueActuation,
  stepActuation,
} from './actuation-machine.js';

const OPEN: CommandGate = () => undefined;

const reading = (arm: ArmState, faults: Partial<LockReading['faults']> = {}): LockReading => ({
  arm,
  vehicle: 'absent',
  supplyMv: 12_000,
  faults: {...NO_FAULTS, ...faults},
  cycles: 0,
  atMs: 0,
  wallMs: 0 as UnixMillis,
});

const order = (desired: 'up' | 'down' = 'down', afterStop = false) =>
  queueActuation(
    {
      id: asId<ActuationId>('act'),
      bay: bayId('A-012'),
      desired,
      cause: {kind: 'operator', person: asId<PersonId>('wang'), reason: 'test'},
      startedMs: 0,
      startedWallMs: 0 as UnixMillis,
    },
    afterStop,
  );

type At = readonly [number, ActuationInput];
const timer: ActuationInput = {kind: 'timer'};
const sees = (arm: ArmState, faults: Partial<LockReading['faults']> = {}): ActuationInput => ({
  kind: 'reading',
  reading: reading(arm, faults),
});

interface Played {
  readonly state: Actuation;
  readonly rows: readonly ActuationState[];
  readonly commands: readonly string[];
}

/** Play inputs at given times, and timers wherever the machine asked to be woken. */
function play(
  inputs: readonly At[],
  {actuation = order(), from = reading('up'), gate = OPEN, rules = RULES, untilMs = 60_000} = {},
): Played {
  let state = actuation;
  let wakeAtMs: number | undefined;
  const rows: ActuationState[] = [];
  const commands: string[] = [];
  const take = (step: ActuationStep, atMs: number) => {
    state = step.state;
    rows.push(...step.rows.map(row => row.state));
    for (const effect of step.effects) {
      if (effect.kind === 'wakeAt') wakeAtMs = Math.max(atMs, effect.atMs);
      else commands.push(`${effect.command}@${atMs}`);
    }
  };
  const feed = (input: ActuationInput, atMs: number) =>
    take(stepActuation(state, input, atMs, rules, gate), atMs);
  const runTimers = (toMs: number) => {
    while (wakeAtMs !== undefined && wakeAtMs <= toMs) {
      const atMs = wakeAtMs;
      wakeAtMs = undefined;
      feed(timer, atMs);
    }
  };
  feed({kind: 'begin', reading: from}, 0);
  for (const [atMs, input] of inputs) {
    runTimers(atMs);
    feed(input, atMs);
  }
  runTimers(untilMs);
  return {state, rows, commands};
}

const DEAF = ['lower@0', 'lower@5000', 'lower@10000', 'lower@15000', 'lower@20000', 'lower@25000'];

const TABLE: readonly {
  readonly name: string;
  readonly inputs: readonly At[];
  readonly options?: Parameters<typeof play>[1];
  readonly commands: readonly string[];
  readonly ends: string;
  readonly why: string | null;
}[] = [
  {
    name: 'a healthy arm moves and arrives',
    inputs: [
      [500, sees('moving')],
      [3000, sees('down')],
    ],
    commands: ['lower@0'],
    ends: 'confirmed',
    why: null,
  },
  {name: 'a deaf lock', inputs: [], commands: DEAF, ends: 'failed', why: 'arm_up'},
  {
    name: 'success on a later try, while waiting for the next',
    inputs: [[9700, sees('down')]],
    commands: DEAF.slice(0, 2),
    ends: 'confirmed',
    why: null,
  },
  {
    name: 'a moving arm is never commanded again: the next try waits until it stands',
    inputs: [
      [4000, sees('moving')],
      [6000, sees('up')],
      [6500, sees('down')],
    ],
    commands: ['lower@0', 'lower@6000'],
    ends: 'confirmed',
    why: null,
  },
  {
    name: 'an arm that moves for ever fails at 29.5 s without another command',
    inputs: [[500, sees('moving')]],
    commands: ['lower@0'],
    ends: 'failed',
    why: 'arm_moving',
  },
  {
    name: 'a try that an arm on its way kept waiting costs none: the next ones come nearer to their places again',
    inputs: [
      [4000, sees('moving')],
      [6200, sees('up')],
    ],
    commands: ['lower@0', 'lower@6200', 'lower@10700', 'lower@15200', 'lower@20000', 'lower@25000'],
    ends: 'failed',
    why: 'arm_up',
  },
  {
    name: 'tries more than half an interval late leave out the one that has no place left',
    inputs: [
      [4000, sees('moving')],
      [7600, sees('up')],
    ],
    commands: ['lower@0', 'lower@7600', 'lower@12600', 'lower@17600', 'lower@22600'],
    ends: 'failed',
    why: 'arm_up',
  },
  {
    name: 'an obstacle stops the series at once, the arm has stopped by itself',
    inputs: [
      [800, sees('moving')],
      [1500, sees('blocked')],
    ],
    commands: ['lower@0'],
    ends: 'aborted',
    why: 'OBSTACLE',
  },
  {
    name: 'over-current stops the motor and the series',
    inputs: [[800, sees('moving', {overCurrent: true})]],
    commands: ['lower@0', 'stop@800'],
    ends: 'aborted',
    why: 'OVERCURRENT',
  },
  {
    name: 'a motor fault stops the series',
    inputs: [[800, sees('up', {motor: true})]],
    commands: ['lower@0', 'stop@800'],
    ends: 'aborted',
    why: 'MOTOR_FAULT',
  },
  {
    name: 'retryHardFault restores the literal text',
    inputs: [[800, sees('blocked')]],
    options: {rules: {...RULES, unlock: {...RULES.unlock, retryHardFault: true}}},
    commands: DEAF,
    ends: 'failed',
    why: 'arm_blocked',
  },
  {
    name: 'an old obstacle gets one command to clear it, not six',
    inputs: [[300, sees('blocked')]],
    options: {from: reading('blocked')},
    commands: ['lower@0'],
    ends: 'aborted',
    why: 'OBSTACLE',
  },
  {
    name: 'an old obstacle that the first command cleared',
    inputs: [
      [300, sees('moving')],
      [3000, sees('down')],
    ],
    options: {from: reading('blocked')},
    commands: ['lower@0'],
    ends: 'confirmed',
    why: null,
  },
  {
    name: 'an order to a moving arm waits until it stands',
    inputs: [
      [2000, sees('up')],
      [5000, sees('down')],
    ],
    options: {from: reading('moving')},
    commands: ['lower@2000'],
    ends: 'confirmed',
    why: null,
  },
  {
    name: 'an order that could not go out in 10 s never runs',
    inputs: [[2000, sees('moving')]],
    options: {from: reading('moving')},
    commands: [],
    ends: 'expired',
    why: 'TTL',
  },
  {
    name: 'after a stop the command goes out within a second, whatever the arm reports',
    inputs: [
      [500, sees('moving')],
      [3000, sees('down')],
    ],
    options: {actuation: order('down', true), from: reading('moving')},
    commands: ['lower@1000'],
    ends: 'confirmed',
    why: null,
  },
  {
    name: 'a refused gate lets no command out',
    inputs: [],
    options: {actuation: order('up'), from: reading('down'), gate: () => 'CAR_PRESENT'},
    commands: [],
    ends: 'aborted',
    why: 'CAR_PRESENT',
  },
  {
    name: 'an abort on the way stops the arm',
    inputs: [
      [500, sees('moving')],
      [700, {kind: 'abort', why: 'CAR_PRESENT'}],
    ],
    options: {actuation: order('up'), from: reading('down')},
    commands: ['raise@0', 'stop@700'],
    ends: 'aborted',
    why: 'CAR_PRESENT',
  },
  {
    name: 'what the wire said last explains the failure',
    inputs: [[25_100, {kind: 'outcome', tryNo: 6, outcome: 'refused'}]],
    commands: DEAF,
    ends: 'failed',
    why: 'refused',
  },
];

for (const {name, inputs, options, commands, ends, why} of TABLE) {
  test(name, t => {
    const played = play(inputs, options);
    t.deepEqual(played.commands, commands);
    t.is<string, string>(played.state.row.state, ends);
    t.is(played.state.row.why, why);
  });
}

test('every arrow is a row', t => {
  t.deepEqual(
    play([
      [500, sees('moving')],
      [3000, sees('down')],
    ]).rows,
    ['queued', 'sent', 'moving', 'confirmed'],
  );
  const deaf = play([]).rows;
  t.is(deaf.filter(state => state === 'sent').length, 6);
  t.is(deaf.filter(state => state === 'retry_wait').length, 5);
  t.deepEqual([deaf[0], deaf.at(-1)], ['queued', 'failed']);
});

test('a reading that changes nothing, and any input after the end, give back the same object', t => {
  const {state} = stepActuation(order(), {kind: 'begin', reading: reading('up')}, 0, RULES, OPEN);
  t.is(stepActuation(state, sees('up'), 100, RULES, OPEN).state, state);
  t.is(
    stepActuation(state, {kind: 'outcome', tryNo: 9, outcome: 'refused'}, 1, RULES, OPEN).state,
    state,
  );
  const done = stepActuation(state, sees('down'), 200, RULES, OPEN).state;
  t.is(stepActuation(done, timer, 99_000, RULES, OPEN).state, done);
});

for (const lateMs of [7, 350, 480]) {
  test(`~P16 timers that come ${lateMs} ms late push no later try back and cost none, and the series ends as it should`, t => {
    playLate(t, lateMs);
  });
}

for (const slot of [1, 2, 3, 4, 5]) {
  test(`~P16 a machine that stands still for 2.4 s at slot ${slot} costs no try, and the call does not wait for it`, t => {
    let state = order();
    const sentAt: number[] = [];
    let wakeAtMs = 0;
    let nowMs = 0;
    let input: ActuationInput = {kind: 'begin', reading: reading('up')};
    while (!isFinal(state.row.state)) {
      const step = stepActuation(state, input, nowMs, RULES, OPEN);
      state = step.state;
      for (const effect of step.effects) {
        if (effect.kind === 'wakeAt') wakeAtMs = effect.atMs;
        else sentAt.push(nowMs);
      }
      input = timer;
      const isStill = wakeAtMs >= slot * 5000 && nowMs < slot * 5000;
      nowMs = isStill ? slot * 5000 + 2400 : Math.max(nowMs, wakeAtMs);
    }
    t.is(sentAt.length, 6);
    for (const [index, at] of sentAt.entries()) {
      if (index > 0) t.true(at - (sentAt[index - 1] ?? 0) >= 4500, `${at}`);
    }
    t.is(nowMs, 29_500);
  });
}

function playLate(t: ExecutionContext, lateMs: number): void {
  let state = order();
  const sentAt: number[] = [];
  let wakeAtMs = 0;
  let nowMs = 0;
  let input: ActuationInput = {kind: 'begin', reading: reading('up')};
  while (!isFinal(state.row.state)) {
    const step = stepActuation(state, input, nowMs, RULES, OPEN);
    state = step.state;
    for (const effect of step.effects) {
      if (effect.kind === 'wakeAt') wakeAtMs = effect.atMs;
      else sentAt.push(nowMs);
    }
    input = timer;
    nowMs = Math.max(nowMs, wakeAtMs) + lateMs;
  }
  t.is(sentAt.length, 6);
  for (const [index, at] of sentAt.entries()) {
    t.true(at >= index * 5000 && at - index * 5000 <= lateMs, `${at}`);
  }
  t.true(nowMs <= 29_500 + 2 * lateMs, `${nowMs}`);
}

const ARMS: readonly ArmState[] = ['unknown', 'up', 'moving', 'blocked', 'forced'];

test('whatever a lock reports, a series has at most six commands, none more than 2.5 s off its place, and ends by 29.5 s', t => {
  const anyInputs = fc.array(
    fc.tuple(fc.integer({min: 0, max: 40_000}), fc.constantFrom(...ARMS), fc.boolean()),
    {maxLength: 40},
  );
  fc.assert(
    fc.property(anyInputs, fc.constantFrom(...ARMS), fc.boolean(), (raw, first, retryHardFault) => {
      const inputs: At[] = [...raw]
        .sort((left, right) => left[0] - right[0])
        .map(([atMs, arm, overCurrent]) => [atMs, sees(arm, {overCurrent})]);
      const rules = {...RULES, unlock: {...RULES.unlock, retryHardFault}};
      const {commands, state} = play(inputs, {from: reading(first), rules, untilMs: 50_000});
      const sent = commands
        .filter(one => one.startsWith('lower'))
        .map(one => Number(one.split('@')[1]));
      t.true(isFinal(state.row.state));
      const endMs = (sent[0] ?? 0) + 29_500;
      const byThen = play(inputs, {from: reading(first), rules, untilMs: endMs});
      t.true(sent.length === 0 || isFinal(byThen.state.row.state), `not over at ${endMs} ms`);
      t.true(sent.length <= 6);
      t.true(sent.every((at, index) => index === 0 || at - (sent[index - 1] ?? 0) >= 4500));
      t.true((sent.at(-1) ?? 0) <= (sent[0] ?? 0) + 27_500);
    }),
  );
  t.pass();
});
