import test from 'ava';
import fc from 'fast-check';
import {
  type LastValueInput,
  type LastValueState,
  newLastValue,
  stepLastValue,
} from './last-value-machine.js';

type State = LastValueState<string>;
const fresh = newLastValue<string>();
const held: State = {...fresh, wanted: 'a', held: 'a'};
const sending: State = {...fresh, wanted: 'a', sending: 'a'};

test('the first value waits a moment, then goes out', t => {
  const set = stepLastValue(fresh, {kind: 'set', value: 'a'});
  t.deepEqual(set.effects, [{kind: 'wait', pause: 'settle'}]);
  t.deepEqual(stepLastValue(set.state, {kind: 'due'}), {
    state: sending,
    effects: [{kind: 'send', value: 'a'}],
  });
});

test('a value that the device holds is not sent again by setting it', t => {
  t.deepEqual(stepLastValue(held, {kind: 'set', value: 'a'}), {state: held, effects: []});
});

test('values set during a transfer: only the last follows it', t => {
  const b = stepLastValue(sending, {kind: 'set', value: 'b'});
  const c = stepLastValue(b.state, {kind: 'set', value: 'c'});
  t.deepEqual([...b.effects, ...c.effects], []);
  t.deepEqual(stepLastValue(c.state, {kind: 'sent', taken: true}).effects, [
    {kind: 'send', value: 'c'},
  ]);
});

test('a value taken is refreshed later, one not taken is retried', t => {
  t.deepEqual(stepLastValue(sending, {kind: 'sent', taken: true}), {
    state: held,
    effects: [{kind: 'wait', pause: 'refresh'}],
  });
  t.deepEqual(stepLastValue(sending, {kind: 'sent', taken: false}).effects, [
    {kind: 'wait', pause: 'retry'},
  ]);
});

test('an unreachable device is left alone and gets its value when it comes back', t => {
  const gone = stepLastValue(held, {kind: 'reachable', reachable: false});
  t.deepEqual(stepLastValue(gone.state, {kind: 'due'}).effects, []);
  t.deepEqual(stepLastValue(gone.state, {kind: 'set', value: 'b'}).effects, []);
  t.deepEqual(stepLastValue(gone.state, {kind: 'reachable', reachable: true}).effects, [
    {kind: 'wait', pause: 'settle'},
  ]);
});

test('whatever happens, one transfer at a time, and the last value gets through in the end', t => {
  const input: fc.Arbitrary<LastValueInput<string>> = fc.oneof(
    fc.record({kind: fc.constant('set' as const), value: fc.constantFrom('a', 'b', 'c')}),
    fc.record({kind: fc.constant('sent' as const), taken: fc.boolean()}),
    fc.record({kind: fc.constant('due' as const)}),
    fc.record({kind: fc.constant('reachable' as const), reachable: fc.boolean()}),
  );
  const property = fc.property(fc.array(input), inputs => {
    let state = fresh;
    const run = (next: LastValueInput<string>) => {
      if (next.kind === 'sent' && state.sending === undefined) return;
      const busy = state.sending !== undefined && next.kind !== 'sent';
      const step = stepLastValue(state, next);
      if (busy && step.effects.some(effect => effect.kind === 'send')) throw new RangeError('two');
      state = step.state;
    };
    for (const next of inputs) run(next);
    run({kind: 'reachable', reachable: true});
    for (let turn = 0; turn < 4; turn += 1) {
      run({kind: 'due'});
      run({kind: 'sent', taken: true});
    }
    return state.held === state.wanted;
  });
  t.notThrows(() => fc.assert(property));
});
