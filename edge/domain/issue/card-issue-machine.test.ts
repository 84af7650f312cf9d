import test from 'ava';
import fc from 'fast-check';
import {asId, type CardUid, type GrantId} from '../../../protocols/site/ids.js';
import {
  type CardIssueEffect,
  type CardIssueInput,
  NO_ISSUE,
  stepCardIssue,
} from './card-issue-machine.js';

const grant = asId<GrantId>('g-1');
const card = (no: number) => asId<CardUid>(`CARD${no}`);
const issue: CardIssueInput = {kind: 'issue', grant};
const atMouth = (no: number, isForeign = false): CardIssueInput => ({
  kind: 'cardAtMouth',
  uid: card(no),
  isForeign,
});
const fault = (
  kind: 'EMPTY' | 'JAM' | 'DOUBLE' | 'UNTAKEN',
  isStanding = true,
): CardIssueInput => ({
  kind: 'fault',
  fault: kind,
  isStanding,
});
const stock = (left: number): CardIssueInput => ({kind: 'stock', stock: left});

function effectsOf(...inputs: readonly CardIssueInput[]): readonly string[] {
  const effects: CardIssueEffect[] = [];
  let state = NO_ISSUE;
  for (const input of inputs) {
    const step = stepCardIssue(state, input);
    state = step.state;
    effects.push(...step.effects);
  }
  return effects.flatMap(effect => {
    switch (effect.kind) {
      case 'bind':
      case 'unbind':
      case 'void':
        return [`${effect.kind} ${effect.uid}`];
      case 'offerQr':
        return [`qr ${effect.why}`];
      case 'alarm':
        return [`${effect.alarm} ${effect.isStanding} ${effect.detail}`.trim()];
      case 'wait':
      case 'rest':
        return [];
      default:
        return [effect.kind];
    }
  });
}

const rows: readonly (readonly [string, readonly CardIssueInput[], readonly string[]])[] = [
  [
    'a card is bound when it is read at the mouth',
    [issue, atMouth(1), {kind: 'taken'}],
    ['feed', 'bind CARD1'],
  ],
  [
    'a second card of the feed is void',
    [issue, atMouth(1), atMouth(2), {kind: 'taken'}],
    ['feed', 'bind CARD1', 'void CARD2'],
  ],
  [
    'so is one that comes after the first was taken',
    [issue, atMouth(1), {kind: 'taken'}, atMouth(2), {kind: 'swallowed'}],
    ['feed', 'bind CARD1', 'void CARD2'],
  ],
  [
    'the live card before the reader again is no other card',
    [issue, atMouth(1), {kind: 'taken'}, atMouth(1)],
    ['feed', 'bind CARD1'],
  ],
  [
    'the live card of somebody else is neither bound nor void',
    [issue, atMouth(9, true), atMouth(1)],
    ['feed', 'bind CARD1'],
  ],
  ['a card that nobody ordered is void', [atMouth(3)], ['void CARD3']],
  [
    'a card that nobody can read is drawn back',
    [issue, {kind: 'due'}],
    ['feed', 'swallow', 'qr UNREAD'],
  ],
  [
    'one that is read only then is void',
    [issue, {kind: 'due'}, atMouth(1)],
    ['feed', 'swallow', 'qr UNREAD', 'void CARD1'],
  ],
  [
    'one that was taken unread leaves its tenant with a QR code',
    [issue, {kind: 'taken'}],
    ['feed', 'qr UNREAD'],
  ],
  ['one that was drawn back unread too', [issue, {kind: 'swallowed'}], ['feed', 'qr UNREAD']],
  [
    'a machine that is away',
    [issue, {kind: 'ordered', outcome: 'not_sent'}],
    ['feed', 'qr OFFLINE'],
  ],
  ['a machine that refuses', [issue, {kind: 'ordered', outcome: 'refused'}], ['feed', 'qr BUSY']],
  [
    'a lost reply is unknown: the mouth decides',
    [issue, {kind: 'ordered', outcome: 'unanswered'}, atMouth(1)],
    ['feed', 'bind CARD1'],
  ],
  [
    'a late word of an order that is over',
    [{kind: 'ordered', outcome: 'not_sent'}, {kind: 'due'}, {kind: 'swallowed'}],
    [],
  ],
  ['two at once', [issue, issue, atMouth(1)], ['feed', 'qr BUSY', 'bind CARD1']],
  [
    'a jam while it feeds',
    [issue, fault('JAM'), atMouth(1)],
    ['feed', 'DISPENSER_FAULT true JAM', 'qr JAM', 'void CARD1'],
  ],
  [
    'a jam that stands',
    [fault('JAM'), fault('JAM'), issue, fault('JAM', false)],
    ['DISPENSER_FAULT true JAM', 'qr JAM', 'DISPENSER_FAULT false'],
  ],
  ['an empty stack', [fault('EMPTY'), issue], ['DISPENSER_FAULT true EMPTY', 'qr EMPTY']],
  [
    'the last card empties the stack and is good',
    [issue, fault('EMPTY'), atMouth(1)],
    ['feed', 'DISPENSER_FAULT true EMPTY', 'bind CARD1'],
  ],
  [
    '20 left is low, 21 is not',
    [stock(21), stock(20), stock(19), stock(200)],
    ['CARD_STOCK_LOW true 20 cards left', 'CARD_STOCK_LOW false 200 cards left'],
  ],
];

for (const [name, inputs, effects] of rows) {
  test(`card issue: ${name}`, t => {
    t.deepEqual(effectsOf(...inputs), effects);
  });
}

test('~E41 a card left at the mouth ends its binding, and the tenant gets a QR code', t => {
  t.deepEqual(effectsOf(issue, atMouth(1), fault('UNTAKEN'), {kind: 'swallowed'}, atMouth(1)), [
    'feed',
    'bind CARD1',
    'DISPENSER_FAULT true UNTAKEN',
    'unbind CARD1',
    'void CARD1',
    'qr UNTAKEN',
  ]);
});

test('~P9 whatever the machine does, one issue binds at most one card, and only one read at its mouth', t => {
  const inputs = fc.array(
    fc.oneof(
      fc.constant(issue),
      fc.integer({min: 1, max: 6}).map(no => atMouth(no)),
      fc.constantFrom<CardIssueInput>({kind: 'taken'}, {kind: 'swallowed'}, {kind: 'due'}),
      fc.constantFrom<CardIssueInput>(fault('JAM'), fault('JAM', false), fault('DOUBLE')),
    ),
    {maxLength: 60},
  );
  const property = fc.property(inputs, series => {
    let state = NO_ISSUE;
    let open = 0;
    for (const input of series) {
      const step = stepCardIssue(state, input);
      state = step.state;
      for (const effect of step.effects) {
        if (effect.kind === 'feed') open = 1;
        if (effect.kind !== 'bind') continue;
        open -= 1;
        const isRead = input.kind === 'cardAtMouth' && input.uid === effect.uid;
        if (!isRead || open < 0) return false;
      }
    }
    return true;
  });
  t.notThrows(() => fc.assert(property));
});
