import test from 'ava';
import fc from 'fast-check';
import {
  type EntryEffect,
  type EntryInput,
  type EntryState,
  NOTHING_TYPED,
  stepEntry,
} from './keypad-machine.js';

const atMs = 50_000;
const typed: EntryState = {...NOTHING_TYPED, digits: '12'};
const ran = (key: '5' | '*', sinceMs: number, lastMs: number, more: Partial<EntryState> = {}) => ({
  ...typed,
  run: {key, sinceMs, lastMs},
  ...more,
});
const press = (key: '5' | '*' | '#'): EntryInput => ({kind: 'press', key, atMs});
const cleared = (why: 'key' | 'idle' | 'overlong' | 'stuck' | 'lost'): EntryEffect => ({
  kind: 'cleared',
  why,
  atMs,
});
const still: EntryEffect = {kind: 'disarm', timer: 'idle'};
const quiet: EntryEffect = {kind: 'arm', timer: 'quiet', afterMs: 2000};
const begun = (key: '5' | '*' | '#') => ({run: {key, sinceMs: atMs, lastMs: atMs}});

const rows: readonly {
  readonly name: string;
  readonly from: EntryState;
  readonly input: EntryInput;
  readonly to: EntryState;
  readonly effects: readonly EntryEffect[];
}[] = [
  {
    name: 'a digit is added, and 20 s begin anew',
    from: typed,
    input: press('5'),
    to: {...typed, digits: '125', ...begun('5')},
    effects: [
      {kind: 'arm', timer: 'idle', afterMs: 20_000},
      {kind: 'progress', count: 3, atMs},
    ],
  },
  {
    name: 'a copy 40 ms after the last is bounce',
    from: ran('5', atMs - 100, atMs - 40),
    input: press('5'),
    to: ran('5', atMs - 100, atMs),
    effects: [],
  },
  {
    name: 'a copy 41 ms after the last is a press',
    from: ran('5', atMs - 100, atMs - 41),
    input: press('5'),
    to: ran('5', atMs - 100, atMs, {digits: '125'}),
    effects: [
      {kind: 'arm', timer: 'idle', afterMs: 20_000},
      {kind: 'progress', count: 3, atMs},
    ],
  },
  {
    name: 'another key within 40 ms is a press',
    from: ran('*', atMs - 10, atMs - 10),
    input: press('5'),
    to: {...typed, digits: '125', ...begun('5')},
    effects: [
      {kind: 'arm', timer: 'idle', afterMs: 20_000},
      {kind: 'progress', count: 3, atMs},
    ],
  },
  {
    name: 'enter hands the digits over',
    from: typed,
    input: press('#'),
    to: {...NOTHING_TYPED, ...begun('#')},
    effects: [still, {kind: 'entry', digits: '12', atMs}],
  },
  {
    name: 'enter without digits is a command by itself',
    from: NOTHING_TYPED,
    input: press('#'),
    to: {...NOTHING_TYPED, ...begun('#')},
    effects: [{kind: 'command', key: '#', atMs}],
  },
  {
    name: 'clear',
    from: typed,
    input: press('*'),
    to: {...NOTHING_TYPED, ...begun('*')},
    effects: [still, cleared('key'), {kind: 'command', key: '*', atMs}],
  },
  {
    name: 'one digit too many clears all: the first ones alone would be another code',
    from: {...typed, digits: '123456'},
    input: press('5'),
    to: {...NOTHING_TYPED, ...begun('5')},
    effects: [still, cleared('overlong')],
  },
  {
    name: 'idle',
    from: typed,
    input: {kind: 'due', timer: 'idle', atMs},
    to: NOTHING_TYPED,
    effects: [still, cleared('idle')],
  },
  {
    name: 'a key that repeats for more than 10 s is stuck',
    from: ran('5', atMs - 10_001, atMs - 900),
    input: press('5'),
    to: ran('5', atMs - 10_001, atMs, {digits: '', stuck: '5'}),
    effects: [still, cleared('stuck'), {kind: 'fault', isStanding: true}, quiet],
  },
  {
    name: 'after a pause of more than 1 s it is no repetition',
    from: ran('5', atMs - 10_001, atMs - 1001),
    input: press('*'),
    to: {...NOTHING_TYPED, ...begun('*')},
    effects: [still, cleared('key'), {kind: 'command', key: '*', atMs}],
  },
  {
    name: 'a stuck key that goes on is not quiet',
    from: {...NOTHING_TYPED, stuck: '5'},
    input: press('5'),
    to: {...NOTHING_TYPED, stuck: '5'},
    effects: [quiet],
  },
  {
    name: 'no other key counts beside a stuck one',
    from: {...NOTHING_TYPED, stuck: '5'},
    input: press('#'),
    to: {...NOTHING_TYPED, stuck: '5'},
    effects: [],
  },
  {
    name: 'quiet: it has come free',
    from: {...NOTHING_TYPED, stuck: '5'},
    input: {kind: 'due', timer: 'quiet', atMs},
    to: NOTHING_TYPED,
    effects: [{kind: 'fault', isStanding: false}],
  },
  {
    name: 'a key goes down',
    from: typed,
    input: {kind: 'held', key: '5', atMs},
    to: {...typed, held: '5'},
    effects: [{kind: 'arm', timer: 'held', afterMs: 10_000}],
  },
  {
    name: 'and stays down: its time goes on',
    from: {...typed, held: '5'},
    input: {kind: 'held', key: '5', atMs},
    to: {...typed, held: '5'},
    effects: [],
  },
  {
    name: 'and up again',
    from: {...typed, held: '5'},
    input: {kind: 'held', key: undefined, atMs},
    to: typed,
    effects: [{kind: 'disarm', timer: 'held'}],
  },
  {
    name: 'down for 10 s is stuck, and is not quiet while it is down',
    from: {...typed, held: '5'},
    input: {kind: 'due', timer: 'held', atMs},
    to: {...NOTHING_TYPED, held: '5', stuck: '5'},
    effects: [still, cleared('stuck'), {kind: 'fault', isStanding: true}],
  },
  {
    name: 'a stuck key comes up: quiet begins',
    from: {...NOTHING_TYPED, held: '5', stuck: '5'},
    input: {kind: 'held', key: undefined, atMs},
    to: {...NOTHING_TYPED, stuck: '5'},
    effects: [quiet],
  },
  {
    name: 'and goes down again before it ends',
    from: {...NOTHING_TYPED, stuck: '5'},
    input: {kind: 'held', key: '5', atMs},
    to: {...NOTHING_TYPED, held: '5', stuck: '5'},
    effects: [{kind: 'disarm', timer: 'quiet'}],
  },
  {
    name: 'keys went missing',
    from: {...typed, held: '5'},
    input: {kind: 'lost', atMs},
    to: NOTHING_TYPED,
    effects: [still, cleared('lost'), {kind: 'disarm', timer: 'held'}],
  },
  {
    name: 'a keypad that goes with its key stuck comes back free',
    from: {...NOTHING_TYPED, held: '5', stuck: '5'},
    input: {kind: 'lost', atMs},
    to: {...NOTHING_TYPED, stuck: '5'},
    effects: [{kind: 'disarm', timer: 'held'}, quiet],
  },
  {
    name: 'a timer for a key that is up already is nothing',
    from: typed,
    input: {kind: 'due', timer: 'held', atMs},
    to: typed,
    effects: [],
  },
];

for (const {name, from, input, to, effects} of rows) {
  test(`typing: ${name}`, t => {
    t.deepEqual(stepEntry(from, input, 6), {state: to, effects});
  });
}

test('whatever is typed, no entry is longer than allowed, and none has anything but digits', t => {
  const step = fc.record({
    key: fc.constantFrom('0', '7', '9', '*', '#'),
    gapMs: fc.constantFrom(10, 41, 300, 1500),
  });
  fc.assert(
    fc.property(fc.array(step, {maxLength: 80}), steps => {
      let state = NOTHING_TYPED;
      let nowMs = 0;
      for (const {key, gapMs} of steps) {
        nowMs += gapMs;
        const next = stepEntry(state, {kind: 'press', key: key as '0', atMs: nowMs}, 6);
        state = next.state;
        for (const effect of next.effects) {
          if (effect.kind === 'entry' && !/^[0-9]{1,6}$/.test(effect.digits)) return false;
        }
      }
      return state.digits.length <= 6;
    }),
  );
  t.pass();
});
