import test from 'ava';
import {asId, type CardUid} from '../../protocols/site/ids.js';
import {
  EMPTY_FIELD,
  type FieldEffect,
  type FieldInput,
  type FieldState,
  stepField,
} from './field-machine.js';

const a = asId<CardUid>('0A00000001');
const b = asId<CardUid>('0A00000002');
const atMs = 1000;
const listen: FieldEffect = {kind: 'listen'};

const rows: readonly {
  readonly name: string;
  readonly from: FieldState;
  readonly input: FieldInput;
  readonly to: FieldState;
  readonly effects: readonly FieldEffect[];
}[] = [
  {
    name: 'a card is told when it comes',
    from: EMPTY_FIELD,
    input: {kind: 'read', uid: a, atMs},
    to: {kind: 'card', uid: a},
    effects: [{kind: 'card', uid: a, atMs}, listen],
  },
  {
    name: 'its repetition only keeps it in the field',
    from: {kind: 'card', uid: a},
    input: {kind: 'read', uid: a, atMs},
    to: {kind: 'card', uid: a},
    effects: [listen],
  },
  {
    name: 'another card in the same field time is two cards',
    from: {kind: 'card', uid: a},
    input: {kind: 'read', uid: b, atMs},
    to: {kind: 'mixed', told: a},
    effects: [{kind: 'error', error: 'two_cards', atMs}, listen],
  },
  {
    name: 'two cards are told once',
    from: {kind: 'mixed', told: a},
    input: {kind: 'read', uid: a, atMs},
    to: {kind: 'mixed', told: a},
    effects: [listen],
  },
  {
    name: 'several cards at once are one error and no card',
    from: EMPTY_FIELD,
    input: {kind: 'several', atMs},
    to: {kind: 'mixed', told: undefined},
    effects: [{kind: 'error', error: 'two_cards', atMs}, listen],
  },
  {
    name: 'a second card beside one that was told is an error',
    from: {kind: 'card', uid: a},
    input: {kind: 'several', atMs},
    to: {kind: 'mixed', told: a},
    effects: [{kind: 'error', error: 'two_cards', atMs}, listen],
  },
  {
    name: 'several cards that stay are told once',
    from: {kind: 'mixed', told: undefined},
    input: {kind: 'several', atMs},
    to: {kind: 'mixed', told: undefined},
    effects: [listen],
  },
  {
    name: 'of several cards that nobody was told none goes',
    from: {kind: 'mixed', told: undefined},
    input: {kind: 'silence', atMs},
    to: EMPTY_FIELD,
    effects: [],
  },
  {
    name: 'silence takes the card away',
    from: {kind: 'card', uid: a},
    input: {kind: 'silence', atMs},
    to: EMPTY_FIELD,
    effects: [{kind: 'gone', uid: a, atMs}],
  },
  {
    name: 'of two cards the one that was told goes',
    from: {kind: 'mixed', told: a},
    input: {kind: 'silence', atMs},
    to: EMPTY_FIELD,
    effects: [{kind: 'gone', uid: a, atMs}],
  },
  {
    name: 'silence over an empty field is nothing',
    from: {kind: 'empty', garbledMs: 900},
    input: {kind: 'silence', atMs},
    to: EMPTY_FIELD,
    effects: [],
  },
  {
    name: 'a garbled frame is told',
    from: EMPTY_FIELD,
    input: {kind: 'garbled', atMs},
    to: {kind: 'empty', garbledMs: atMs},
    effects: [{kind: 'error', error: 'garbled', atMs}],
  },
  {
    name: 'but not twice within 300 ms',
    from: {kind: 'empty', garbledMs: 701},
    input: {kind: 'garbled', atMs},
    to: {kind: 'empty', garbledMs: 701},
    effects: [],
  },
  {
    name: 'and again after 300 ms',
    from: {kind: 'empty', garbledMs: 700},
    input: {kind: 'garbled', atMs},
    to: {kind: 'empty', garbledMs: atMs},
    effects: [{kind: 'error', error: 'garbled', atMs}],
  },
  {
    name: 'a garbled repetition of a card that was read concerns nobody',
    from: {kind: 'card', uid: a},
    input: {kind: 'garbled', atMs},
    to: {kind: 'card', uid: a},
    effects: [],
  },
];

for (const {name, from, input, to, effects} of rows) {
  test(`field: ${name}`, t => {
    t.deepEqual(stepField(from, input), {state: to, effects});
  });
}
