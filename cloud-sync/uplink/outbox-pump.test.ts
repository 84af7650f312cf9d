import test from 'ava';
import fc from 'fast-check';
import {
  GATHER_MS,
  type PumpEffect,
  type PumpState,
  STALL_MS,
  startPump,
  stepPump,
  WINDOW_BATCHES,
  WINDOW_BYTES,
} from './outbox-pump.js';

/** Report every batch as sent until the pump asks for no more. */
function drain(step: {state: PumpState; effects: readonly PumpEffect[]}, bytes = 1000) {
  let {state} = step;
  const effects = [...step.effects];
  for (let index = 0; index < effects.length; index += 1) {
    const effect = effects[index];
    if (effect?.kind !== 'send' && effect?.kind !== 'rest') continue;
    const next =
      effect.kind === 'rest'
        ? stepPump(state, {kind: 'rested'})
        : stepPump(state, {kind: 'sent', upto: effect.from + effect.limit - 1, bytes});
    state = next.state;
    effects.push(...next.effects);
  }
  return {state, effects};
}

const sends = (effects: readonly PumpEffect[]) => effects.filter(effect => effect.kind === 'send');

test('a backlog goes out in batches of 500, 12 at a time', t => {
  const {state, effects} = drain(startPump(0, 10_000, 1));
  t.is(sends(effects).length, WINDOW_BATCHES);
  t.deepEqual(sends(effects)[1], {kind: 'send', from: 501, limit: 500});
  t.is(state.sent, 6000);
  const acked = drain(stepPump(state, {kind: 'ack', upto: 1000}));
  t.is(sends(acked.effects).length, 2);
  t.deepEqual(acked.effects[0], {kind: 'markAcked', upto: 1000});
});

test('the window also closes at 512 KB', t => {
  const {effects} = drain(startPump(0, 10_000, 1), WINDOW_BYTES / 4);
  t.is(sends(effects).length, 4);
});

test('a lone event waits 50 ms for company, a full batch does not wait', t => {
  const idle = startPump(5, 5, 1).state;
  const first = stepPump(idle, {kind: 'appended', head: 6});
  t.deepEqual(first.effects, [{kind: 'startTimer', timer: 'gather', afterMs: GATHER_MS}]);
  const second = stepPump(first.state, {kind: 'appended', head: 7});
  t.deepEqual(second.effects, []);
  const gathered = stepPump(second.state, {kind: 'gathered'});
  t.deepEqual(gathered.effects, [{kind: 'send', from: 6, limit: 2}]);
  t.is(sends(stepPump(idle, {kind: 'appended', head: 505}).effects).length, 1);
});

test('while a backlog drains, what is appended is offered as an early copy', t => {
  const {state} = drain(startPump(0, 10_000, 1));
  const {effects} = stepPump(state, {kind: 'appended', head: 10_003});
  t.deepEqual(effects, [{kind: 'live', from: 10_001, to: 10_003}]);
});

test('10 s without progress go back to the first unconfirmed event, the third time give up', t => {
  let {state} = drain(startPump(3, 6, 1));
  for (const stall of [1, 2]) {
    const step = drain(stepPump(state, {kind: 'stalled'}));
    t.deepEqual(step.effects[0], {kind: 'send', from: 4, limit: 3}, `stall ${stall}`);
    t.deepEqual(step.effects[1], {kind: 'startTimer', timer: 'stall', afterMs: STALL_MS});
    state = step.state;
  }
  t.deepEqual(stepPump(state, {kind: 'stalled'}).effects, [{kind: 'giveUp'}]);
});

test('progress forgives earlier stalls', t => {
  let {state} = drain(startPump(0, 6, 1));
  state = drain(stepPump(state, {kind: 'stalled'})).state;
  state = drain(stepPump(state, {kind: 'ack', upto: 2})).state;
  t.is(state.stalls, 0);
});

test('what the cloud misses is sent again; what is pruned is said to be gone', t => {
  const {state} = drain(startPump(10, 20, 5));
  const again = drain(stepPump(state, {kind: 'want', from: 13, low: 5}));
  t.deepEqual(sends(again.effects), [{kind: 'send', from: 13, limit: 8}]);
  const pruned = drain(stepPump(state, {kind: 'want', from: 2, low: 5}));
  t.deepEqual(pruned.effects[0], {kind: 'gone', from: 2, to: 4});
  t.deepEqual(sends(pruned.effects), [{kind: 'send', from: 5, limit: 16}]);
});

test('old, foreign and impossible answers change nothing', t => {
  const {state} = drain(startPump(10, 20, 1));
  for (const input of [
    {kind: 'ack', upto: 10},
    {kind: 'ack', upto: 3},
    {kind: 'ack', upto: 21},
    {kind: 'want', from: 22, low: 1},
    {kind: 'appended', head: 20},
  ] as const) {
    t.deepEqual(stepPump(state, input), {state, effects: []});
  }
  const done = stepPump(state, {kind: 'ack', upto: 20});
  t.deepEqual(stepPump(done.state, {kind: 'stalled'}), {state: done.state, effects: []});
});

test('after each batch the event loop has a turn, whatever comes meanwhile', t => {
  const {state, effects} = startPump(0, 10_000, 1);
  t.is(sends(effects).length, 1);
  const early = stepPump(state, {kind: 'appended', head: 10_001});
  t.is(sends(early.effects).length, 0, 'one is being packed');
  const sent = stepPump(early.state, {kind: 'sent', upto: 500, bytes: 1000});
  t.deepEqual(sent.effects.at(-1), {kind: 'rest'});
  const acked = stepPump(sent.state, {kind: 'ack', upto: 500});
  t.is(sends(acked.effects).length, 0);
  const rested = stepPump(acked.state, {kind: 'rested'});
  t.deepEqual(sends(rested.effects), [{kind: 'send', from: 501, limit: 500}]);
});

test('what was packed while the cloud asked for something earlier is left, and the earlier one follows', t => {
  const {state} = drain(startPump(10, 20, 1));
  const more = stepPump(stepPump(state, {kind: 'appended', head: 21}).state, {kind: 'gathered'});
  t.deepEqual(sends(more.effects), [{kind: 'send', from: 21, limit: 1}]);
  const back = stepPump(more.state, {kind: 'want', from: 13, low: 1});
  t.deepEqual(sends(back.effects), []);
  const rested = stepPump(back.state, {kind: 'rested'});
  t.deepEqual(sends(rested.effects), [{kind: 'send', from: 13, limit: 9}]);
});

test('whatever the cloud says, batches follow each other and stay in the window', t => {
  const input = fc.oneof(
    fc.record({kind: fc.constant('append' as const), count: fc.integer({min: 1, max: 900})}),
    fc.record({kind: fc.constant('ack' as const), upto: fc.integer({min: 0, max: 6000})}),
    fc.record({kind: fc.constant('want' as const), from: fc.integer({min: 1, max: 6000})}),
    fc.record({kind: fc.constantFrom('gathered' as const, 'stalled' as const)}),
  );
  fc.assert(
    fc.property(fc.array(input, {maxLength: 60}), inputs => {
      let {state} = drain(startPump(0, 50, 1));
      for (const given of inputs) {
        const pumped =
          given.kind === 'append'
            ? stepPump(state, {kind: 'appended', head: state.head + given.count})
            : given.kind === 'want'
              ? stepPump(state, {...given, low: 1})
              : stepPump(state, given);
        const step = drain(pumped);
        state = step.state;
        t.true(state.acked <= state.sent && state.sent <= state.head);
        t.true(state.flights.length <= WINDOW_BATCHES);
        for (const effect of sends(step.effects)) {
          t.true(effect.kind === 'send' && effect.limit >= 1 && effect.limit <= 500);
        }
      }
      const rest = drain(stepPump(state, {kind: 'want', from: state.acked + 1, low: 1}));
      t.true(rest.state.sent > state.acked || state.acked === state.head);
    }),
  );
});

test('a link that stalls gets a quarter at a time, two batches of it, and more again as it carries them', t => {
  let {state} = drain(startPump(0, 10_000, 1));
  state = drain(stepPump(state, {kind: 'stalled'})).state;
  t.is(state.batchEvents, 125);
  state = stepPump(state, {kind: 'stalled'}).state;
  t.is(state.batchEvents, 31);
  const {state: again, effects} = drain(startPump(0, 10_000, 1, state.batchEvents));
  t.is(effects.filter(({kind}) => kind === 'send').length, 2);
  t.is(again.sent, 62);
  const acked = drain(stepPump(again, {kind: 'ack', upto: 31}));
  t.is(acked.state.batchEvents, 39);
  let least = state;
  for (let count = 0; count < 9; count += 1) {
    least = stepPump(
      {...least, stalls: 0, flights: [{upto: 1, bytes: 1}]},
      {kind: 'stalled'},
    ).state;
  }
  t.is(least.batchEvents, 8);
});
