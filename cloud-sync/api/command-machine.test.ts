import test from 'ava';
import fc from 'fast-check';
import {
  ASKED_FOR_MS,
  COMMAND_STATES,
  type CommandInput,
  type CommandStand,
  isOver,
  stepCommand,
} from './command-machine.js';

const AT = 1_000_000;
const TTL = 8000;
const PENDING: CommandStand = {
  ...{state: 'pending', why: null, createdWall: AT, ttlMs: TTL, dueWall: AT + TTL, session: null},
  ...{sentWall: null, deliveredWall: null, closedWall: null, journal: null},
};
const SEND: CommandInput = {kind: 'send', session: 's-1'};
const JOURNAL = {epoch: 'e', head: 9};

/** From pending by these inputs, each after so many ms since the wish. */
function after(...inputs: readonly (readonly [CommandInput, number])[]): CommandStand {
  return inputs.reduce((stand, [input, ms]) => stepCommand(stand, input, AT + ms).state, PENDING);
}

const sent = () => after([SEND, 100]);
const delivered = () => after([SEND, 100], [{kind: 'begun'}, 200]);

test('from the wish to the word of the device, sent once', t => {
  const first = stepCommand(PENDING, SEND, AT + 100);
  t.deepEqual(first.effects, [{kind: 'publish', session: 's-1', ttlMs: 7900}]);
  t.like(first.state, {state: 'sent', session: 's-1', sentWall: AT + 100, dueWall: AT + 10_000});
  const again = stepCommand(first.state, {kind: 'send', session: 's-2'}, AT + 101);
  t.is(again.state, first.state);
  t.deepEqual(again.effects, []);
  t.like(delivered(), {state: 'delivered', deliveredWall: AT + 200, dueWall: AT + 60_200});
  const done = stepCommand(delivered(), {kind: 'done'}, AT + 900).state;
  t.like(done, {state: 'confirmed', why: null, dueWall: null, closedWall: AT + 900});
});

for (const [ms, state] of [
  [7999, 'sent'],
  [8000, 'expired'],
  [8001, 'expired'],
  [-1999, 'sent'],
  // The clock was set back by more than two workers can differ: its time would never come.
  [-2001, 'expired'],
] as const) {
  test(`what is sent ${ms} ms after the wish, of 8000: ${state}`, t => {
    const step = stepCommand(PENDING, SEND, AT + ms);
    t.is(step.state.state, state);
    t.is(step.effects.length, state === 'sent' ? 1 : 0);
    t.true(step.effects.every(({ttlMs}) => ttlMs >= 1 && ttlMs <= TTL));
  });
}

test('what waits expires at its time and not before, and is never sent afterwards', t => {
  const due = (ms: number) => stepCommand(PENDING, {kind: 'due'}, AT + ms).state;
  t.is(due(TTL - 1).state, 'pending');
  t.like(due(TTL), {state: 'expired', why: 'GATEWAY_OFFLINE', closedWall: AT + TTL});
  t.is(due(-3000).state, 'expired');
  t.deepEqual(stepCommand(due(TTL), SEND, AT + 10).effects, []);
});

test('what waits can be taken back, what was sent cannot', t => {
  t.like(after([{kind: 'cancel'}, 5]), {state: 'failed', why: 'CANCELLED'});
  t.deepEqual(stepCommand(after([{kind: 'cancel'}, 5]), SEND, AT + 6).effects, []);
  t.is(stepCommand(sent(), {kind: 'cancel'}, AT + 200).state.state, 'sent');
});

test('without an answer nobody knows, and a word of the gateway ends that at any time', t => {
  const due = stepCommand(sent(), {kind: 'due'}, AT + 9999).state;
  t.is(due.state, 'sent');
  const unknown = stepCommand(sent(), {kind: 'due'}, AT + 10_000).state;
  t.like(unknown, {state: 'unknown', why: 'NO_ANSWER', dueWall: null, closedWall: null});
  const late = stepCommand(delivered(), {kind: 'due'}, AT + 60_200).state;
  t.like(late, {state: 'unknown', why: 'NO_OUTCOME'});
  for (const doubt of [unknown, late]) {
    const told = (input: CommandInput) => stepCommand(doubt, input, AT + ASKED_FOR_MS).state;
    t.is(told({kind: 'done'}).state, 'confirmed');
    t.like(told({kind: 'failed', why: 'OBSTACLE', tried: true}), {
      state: 'failed',
      why: 'OBSTACLE',
    });
  }
});

test('a gateway that goes away leaves a doubt; what had begun is not settled by silence', t => {
  const over = {kind: 'sessionOver', journal: JOURNAL} as const;
  const begun = stepCommand(delivered(), over, AT + 300).state;
  t.like(begun, {state: 'unknown', why: 'GATEWAY_AWAY', journal: null, dueWall: null});
  const read = stepCommand(begun, {kind: 'journalRead', isWhole: true}, AT + 400).state;
  t.is(read.state, 'unknown');
  t.is(after([over, 5]).state, 'pending');
});

test('what may never have arrived has expired once the journal is read and tells nothing of it', t => {
  const away = stepCommand(sent(), {kind: 'sessionOver', journal: null}, AT + 300).state;
  t.like(away, {state: 'unknown', journal: null, dueWall: null});
  const asked = stepCommand(away, {kind: 'sessionOver', journal: JOURNAL}, AT + 400).state;
  t.like(asked, {state: 'unknown', journal: JOURNAL, dueWall: AT + 400});
  const other = {kind: 'sessionOver', journal: {epoch: 'f', head: 1}} as const;
  t.is(stepCommand(asked, other, AT + 500).state, asked);
  const read = (isWhole: boolean, ms: number) =>
    stepCommand(asked, {kind: 'journalRead', isWhole}, AT + ms).state;
  t.like(read(false, 500), {state: 'unknown', dueWall: AT + 30_500});
  t.like(read(false, ASKED_FOR_MS + 1), {state: 'unknown', dueWall: null});
  t.like(read(true, 500), {state: 'expired', why: 'NEVER_ARRIVED'});
  t.is(stepCommand(read(true, 500), {kind: 'done'}, AT + 600).state.state, 'confirmed');
});

test('a power cut leaves a doubt until the lock is read', t => {
  const cut = stepCommand(delivered(), {kind: 'unproven', why: 'INTERRUPTED'}, AT + 300).state;
  t.like(cut, {state: 'unknown', why: 'INTERRUPTED', closedWall: null});
  t.is(stepCommand(cut, {kind: 'unproven', why: 'INTERRUPTED'}, AT + 400).state, cut);
  t.is(stepCommand(cut, {kind: 'done'}, AT + 500).state.state, 'confirmed');
});

const reports = fc.constantFrom<CommandInput>(
  ...([
    {kind: 'begun'},
    {kind: 'unproven', why: 'INTERRUPTED'},
    {kind: 'due'},
    {kind: 'cancel'},
    SEND,
    {kind: 'sessionOver', journal: JOURNAL},
    {kind: 'journalRead', isWhole: true},
    {kind: 'neverBegan', why: 'late'},
    {kind: 'failed', why: 'OBSTACLE', tried: true},
  ] as const),
);
const told = fc.array(fc.tuple(reports, fc.nat({max: 200_000})), {maxLength: 12});

test('in any order, twice and late: sent at most once, confirmed by the device alone, ended once', t => {
  fc.assert(
    fc.property(told, inputs => {
      let stand = PENDING;
      let published = 0;
      let ended: string | undefined;
      for (const [input, ms] of inputs) {
        const {state, effects} = stepCommand(stand, input, AT + ms);
        published += effects.length;
        if (ended !== undefined && state.state !== ended) return false;
        if (effects.length > 0 && ms >= TTL) return false;
        stand = state;
        if (isOver(stand)) ended = stand.state;
      }
      const isClosed = (stand.closedWall !== null) === isOver(stand);
      return published <= 1 && stand.state !== 'confirmed' && isClosed;
    }),
  );
  fc.assert(
    fc.property(told, told, (before, later) => {
      const all = [...before, [{kind: 'done'}, 300] as const, ...later];
      const stand = all.reduce(
        (one, [input, ms]) => stepCommand(one, input, AT + ms).state,
        PENDING,
      );
      return stand.state === 'confirmed';
    }),
  );
  t.is(COMMAND_STATES.length, 7);
});
