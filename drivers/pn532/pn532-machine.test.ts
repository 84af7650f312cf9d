import test from 'ava';
import {concatBytes, fromHex} from '../../protocols/base/bytes.js';
import {asId, type CardUid} from '../../protocols/site/ids.js';
import {EMPTY_FIELD} from '../card-reader/field-machine.js';
import {
  NEW_PN532,
  type Pn532Effect,
  type Pn532Input,
  type Pn532State,
  pn532PeriodMs,
  stepPn532,
} from './pn532-machine.js';
import {userInfoOf} from './user-info.js';

const card = {target: 1, selectReply: 8, uid: 'FB0EE20B'};
const uid = asId<CardUid>(card.uid);
const SEARCHING: Pn532State = {...NEW_PN532, phase: {kind: 'search'}, link: 'up'};
const HELD: Pn532State = {...SEARCHING, field: {kind: 'card', uid}, seenMs: 900};
const OPENING: Pn532State = {...SEARCHING, phase: {kind: 'open', card}, seenMs: 900};
const READING: Pn532State = {
  ...OPENING,
  phase: {kind: 'read', card, blocks: [new Uint8Array(16), new Uint8Array(16)]},
};
const reply = (hex: string, atMs = 1000): Pn532Input => ({kind: 'reply', data: fromHex(hex), atMs});
const block = (text: string): Pn532Input => ({
  kind: 'reply',
  data: concatBytes(fromHex('41 00'), new TextEncoder().encode(text.padEnd(16, '\0'))),
  atMs: 1000,
});
const ONE = '4B 01 01 0004 08 04 FB0EE20B';
const LIGHT = '4B 01 01 0044 00 07 04782E21801D80';
const TWO = `4B 02 01 0004 08 04 FB0EE20B 02 0004 08 04 01020304`;

const rows: readonly {
  readonly name: string;
  readonly from: Pn532State;
  readonly input: Pn532Input;
  readonly opens?: boolean;
  readonly to: Partial<Pn532State>;
  readonly effects?: readonly Pn532Effect[];
}[] = [
  {
    name: 'awake it is asked what it is',
    from: NEW_PN532,
    input: reply('15'),
    to: {phase: {kind: 'version'}},
  },
  {
    name: 'then its tries are limited',
    from: {...NEW_PN532, phase: {kind: 'version'}},
    input: reply('03 32 01 06 07'),
    to: {phase: {kind: 'retries'}},
  },
  {
    name: 'another chip is told, and used all the same',
    from: {...NEW_PN532, phase: {kind: 'version'}},
    input: reply('03 33 01 06 07'),
    to: {phase: {kind: 'retries'}, troubled: true},
    effects: [{kind: 'trouble', code: 'device/profile-misfit', text: 'the reader is no PN532'}],
  },
  {
    name: 'then it searches',
    from: {...NEW_PN532, phase: {kind: 'retries'}},
    input: reply('33'),
    to: {phase: {kind: 'search'}},
  },
  {
    name: 'its first search proves the link',
    from: {...SEARCHING, link: 'unknown'},
    input: reply('4B 00'),
    to: {link: 'up'},
    effects: [{kind: 'link', up: true}],
  },
  {
    name: 'a card is told by its number where no sector is wanted',
    from: SEARCHING,
    input: reply(ONE),
    to: {field: {kind: 'card', uid}, seenMs: 1000},
    effects: [{kind: 'card', card: {uid, atMs: 1000}}],
  },
  {
    name: 'a card with sectors is opened first',
    from: SEARCHING,
    input: reply(ONE),
    opens: true,
    to: {phase: {kind: 'open', card}, seenMs: 1000},
  },
  {
    name: 'a card without sectors is told as keyless',
    from: SEARCHING,
    input: reply(LIGHT),
    opens: true,
    to: {field: {kind: 'card', uid: asId<CardUid>('04782E21801D80')}, seenMs: 1000},
    effects: [
      {
        kind: 'card',
        card: {uid: asId<CardUid>('04782E21801D80'), atMs: 1000, proof: {kind: 'keyless'}},
      },
    ],
  },
  {
    name: 'a held card is not opened again',
    from: HELD,
    input: reply(ONE),
    opens: true,
    to: {seenMs: 1000},
  },
  {
    name: 'two cards are one error and none is opened',
    from: SEARCHING,
    input: reply(TWO),
    opens: true,
    to: {field: {kind: 'mixed', told: undefined}, seenMs: 1000},
    effects: [{kind: 'error', error: 'two_cards', atMs: 1000}],
  },
  {
    name: 'one empty search does not take a card away',
    from: HELD,
    input: reply('4B 00', 1199),
    to: {},
  },
  {
    name: 'absence for 300 ms does',
    from: HELD,
    input: reply('4B 00', 1200),
    to: {field: EMPTY_FIELD},
    effects: [{kind: 'gone', uid, atMs: 1200}],
  },
  {
    name: 'a search whose lengths do not add up is nothing',
    from: HELD,
    input: reply('4B 01'),
    to: {},
  },
  {
    name: 'the first refusal may be a card at the edge of the field',
    from: OPENING,
    input: reply('41 14'),
    to: {phase: {kind: 'search'}, trial: {uid: card.uid, refusals: 1, misses: 0}},
  },
  {
    name: 'the second is a card that does not know its key',
    from: {...OPENING, trial: {uid: card.uid, refusals: 1, misses: 0}},
    input: reply('41 14'),
    to: {phase: {kind: 'search'}, field: {kind: 'card', uid}, trial: undefined},
    effects: [{kind: 'card', card: {uid, atMs: 1000, proof: {kind: 'refused'}}}],
  },
  {
    name: 'a refusal of another card does not count',
    from: {...OPENING, trial: {uid: '01020304', refusals: 1, misses: 0}},
    input: reply('41 14'),
    to: {phase: {kind: 'search'}, trial: {uid: card.uid, refusals: 1, misses: 0}},
  },
  {
    name: 'a card that moved is read again',
    from: OPENING,
    input: reply('41 01'),
    to: {phase: {kind: 'search'}, trial: {uid: card.uid, refusals: 0, misses: 1}},
  },
  {
    name: 'one that moves three times is asked to hold still',
    from: {...READING, trial: {uid: card.uid, refusals: 0, misses: 2}},
    input: reply('41 01'),
    to: {phase: {kind: 'search'}, trial: undefined, field: {kind: 'empty', garbledMs: 1000}},
    effects: [{kind: 'error', error: 'garbled', atMs: 1000}],
  },
  {
    name: 'an opened card is read block by block',
    from: OPENING,
    input: reply('41 00'),
    to: {phase: {kind: 'read', card, blocks: []}},
  },
  {
    name: 'its last block is its proof',
    from: READING,
    input: block(''),
    to: {phase: {kind: 'search'}, field: {kind: 'card', uid}, seenMs: 1000},
    effects: [{kind: 'card', card: {uid, atMs: 1000, proof: {kind: 'opened', userInfo: ''}}}],
  },
  {
    name: 'half a block is no block',
    from: READING,
    input: reply('41 00 0102'),
    to: {phase: {kind: 'search'}, trial: {uid: card.uid, refusals: 0, misses: 1}},
  },
  {
    name: 'silence sends it to sleep, and the card stays',
    from: HELD,
    input: {kind: 'lost'},
    to: {phase: {kind: 'asleep'}},
  },
  {
    name: 'a reader that is given up takes the card with it',
    from: HELD,
    input: {kind: 'offline', atMs: 1000},
    to: {phase: {kind: 'asleep'}, field: EMPTY_FIELD, link: 'down'},
    effects: [
      {kind: 'gone', uid, atMs: 1000},
      {kind: 'link', up: false},
    ],
  },
  {
    name: 'a refused command is told once',
    from: SEARCHING,
    input: {kind: 'refused', atMs: 1000},
    to: {phase: {kind: 'asleep'}, troubled: true},
    effects: [{kind: 'trouble', code: 'device/failed', text: 'the reader does not know a command'}],
  },
  {
    name: 'and not again',
    from: {...SEARCHING, troubled: true},
    input: {kind: 'refused', atMs: 1000},
    to: {phase: {kind: 'asleep'}},
  },
];

for (const {name, from, input, opens, to, effects} of rows) {
  test(`pn532: ${name}`, t => {
    const step = stepPn532(from, input, opens ?? false);
    t.deepEqual(step, {state: {...from, ...to}, effects: effects ?? []});
  });
}

test('a search waits its turn, a card in hand does not', t => {
  t.is(pn532PeriodMs(SEARCHING), 150);
  t.is(pn532PeriodMs(NEW_PN532), 150);
  t.is(pn532PeriodMs(OPENING), 0);
});

test('the text of a card ends at its first zero, and what is no text is empty', t => {
  const bytes = (text: string) => new TextEncoder().encode(text);
  t.is(userInfoOf([bytes('王\u0007 li'), bytes(' B-12\0rest')]), '王 li B-12');
  t.is(userInfoOf([new Uint8Array(16).fill(0xff)]), '');
  t.is(userInfoOf([new Uint8Array(16)]), '');
});
