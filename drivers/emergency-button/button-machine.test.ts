import test from 'ava';
import fc from 'fast-check';
import {type ButtonState, NEW_BUTTON, stepButton} from './button-machine.js';

const ok: ButtonState = {count: 5, line: 'ok'};
const poll = (pressCount: number, pressed = false, loop: 'ok' | 'open' | 'short' = 'ok') => ({
  pressCount,
  pressed,
  loop,
});
const press = (presses: number) => ({kind: 'press', presses, atMs: 100}) as const;

const rows = [
  {
    name: 'the first poll is the baseline',
    from: NEW_BUTTON,
    poll: poll(5),
    effects: [{kind: 'line', line: 'ok'}],
  },
  {
    name: 'a button held at the first poll was pressed',
    from: NEW_BUTTON,
    poll: poll(5, true),
    effects: [press(1), {kind: 'line', line: 'ok'}],
  },
  {name: 'no new press', from: ok, poll: poll(5, true), effects: []},
  {name: 'three presses between two polls', from: ok, poll: poll(8), effects: [press(3)]},
  {
    name: 'the counter wraps at 16 bits',
    from: {count: 65_534, line: 'ok'},
    poll: poll(1),
    effects: [press(3)],
  },
  {
    name: 'a restarted board counts from 0',
    from: ok,
    poll: poll(0),
    effects: [{kind: 'restarted'}],
  },
  {
    name: 'presses since its restart count',
    from: ok,
    poll: poll(2),
    effects: [press(2), {kind: 'restarted'}],
  },
  {
    name: 'a press held through its restart counts',
    from: ok,
    poll: poll(0, true),
    effects: [press(1), {kind: 'restarted'}],
  },
  {
    name: 'a counter from nowhere is no thousand presses',
    from: ok,
    poll: poll(30_000),
    effects: [{kind: 'restarted'}],
  },
  {
    name: 'a cut loop is told, once',
    from: ok,
    poll: poll(5, false, 'open'),
    effects: [{kind: 'line', line: 'open'}],
  },
] as const;

for (const row of rows) {
  test(`button: ${row.name}`, t => {
    const {state, effects} = stepButton(row.from, row.poll, 100);
    t.deepEqual<unknown, unknown>(effects, row.effects);
    t.deepEqual(state, {count: row.poll.pressCount, line: row.poll.loop});
    t.deepEqual(stepButton(state, row.poll, 200).effects, [], 'the same poll again tells nothing');
  });
}

test('however the presses fall between polls, their sum is told', t => {
  const property = fc.property(
    fc.integer({min: 0, max: 0xffff}),
    fc.array(fc.integer({min: 0, max: 200})),
    (start, bursts) => {
      let count = start;
      let {state} = stepButton(NEW_BUTTON, poll(count), 0);
      let told = 0;
      for (const presses of bursts) {
        count = (count + presses) & 0xffff;
        const step = stepButton(state, poll(count), 0);
        state = step.state;
        for (const effect of step.effects) if (effect.kind === 'press') told += effect.presses;
      }
      return told === bursts.reduce((sum, presses) => sum + presses, 0);
    },
  );
  t.notThrows(() => fc.assert(property));
});
