import test from 'ava';
import fc from 'fast-check';
import {fromHex} from '../base/bytes.js';
import {asId, type CardUid} from '../site/ids.js';
import {type CardField, decodeUp, encodeUp, type UpMessage} from './up-message.js';
import {FRAME_VECTORS} from './vectors.js';

const uid = asId<CardUid>('62E3086CED');
const bare: CardField = {uid, assurance: {kind: 'uid'}, userInfo: ''};
const proven: CardField = {
  uid,
  assurance: {kind: 'proof', nonce: new Uint8Array(16).fill(1), proof: new Uint8Array(16).fill(2)},
  userInfo: '陈**',
};

/** Every message beside its bytes, put together by hand from the layout. */
const MESSAGES: readonly (readonly [UpMessage, string])[] = [
  [{kind: 'card', requestNo: 7, card: bare}, FRAME_VECTORS[0].plaintext],
  [
    {kind: 'card', requestNo: 0xffff_ffff, card: proven},
    `01 0104 FFFFFFFF 0205 62E3086CED 0305 E99988 2A2A 0410 ${'01'.repeat(16)} 0510 ${'02'.repeat(16)}`,
  ],
  [{kind: 'cardGone', uid}, '02 0205 62E3086CED'],
  [{kind: 'readError', error: 'two_cards'}, '03 0601 00'],
  [{kind: 'readError', error: 'read_error'}, '03 0601 01'],
  [{kind: 'press', presses: 10}, '04 0104 0000000A'],
  [{kind: 'heartbeat', uptimeS: 86_400}, '05 0104 00015180'],
  [{kind: 'rereadAnswer', rereadNo: 3, card: undefined}, '06 0104 00000003'],
  [{kind: 'rereadAnswer', rereadNo: 3, card: bare}, '06 0104 00000003 0205 62E3086CED 0300'],
];

for (const [message, hex] of MESSAGES) {
  test(`on the wire: ${message.kind} ${hex.slice(0, 24)}`, t => {
    t.deepEqual(encodeUp(message), fromHex(hex));
    t.deepEqual(decodeUp(fromHex(hex)), {kind: 'message', message});
  });
}

test('a type of a later version is told apart from damage', t => {
  t.deepEqual(decodeUp(fromHex('63 0101 FF')), {kind: 'unknown', type: 0x63});
});

test('an unknown field of a known type disturbs nobody', t => {
  t.deepEqual(decodeUp(fromHex('04 6302 BEEF 0104 00000001')), {
    kind: 'message',
    message: {kind: 'press', presses: 1},
  });
});

test('damage is a value that names the message', t => {
  const whyOf = (hex: string) => {
    const decoded = decodeUp(fromHex(hex));
    return decoded.kind === 'malformed' ? decoded.why : decoded.kind;
  };
  t.is(whyOf(''), 'empty');
  t.is(whyOf('04 0104 0000'), 'press: fields');
  t.is(whyOf('04'), 'press: values');
  t.is(whyOf('04 0104 00000000'), 'press: values');
  t.is(whyOf('03 0601 02'), 'readError: values');
  t.is(whyOf('02'), 'cardGone: values');
  t.is(whyOf('02 0200'), 'cardGone: values');
  t.is(whyOf(`02 020B ${'00'.repeat(11)}`), 'cardGone: values');
  t.is(whyOf('05 0103 000000'), 'heartbeat: values');
  t.is(whyOf('01 0205 62E3086CED 0300'), 'card: values');
  t.is(whyOf('01 0104 00000007 0205 62E3086CED'), 'card: values');
  t.is(whyOf('01 0104 00000007 0205 62E3086CED 0301 FF'), 'card: values');
  t.is(whyOf('06'), 'rereadAnswer: values');
  t.is(whyOf('06 0104 00000003 0205 62E3086CED'), 'rereadAnswer: values');
});

test('half a proof never passes for a card without secret', t => {
  const head = '01 0104 00000007 0205 62E3086CED 0300';
  for (const half of [
    `0410 ${'01'.repeat(16)}`,
    `0510 ${'02'.repeat(16)}`,
    `0410 ${'01'.repeat(16)} 050F ${'02'.repeat(15)}`,
    `0400 0510 ${'02'.repeat(16)}`,
  ]) {
    t.is(decodeUp(fromHex(`${head} ${half}`)).kind, 'malformed');
  }
});

test('no bytes make it throw', t => {
  fc.assert(
    fc.property(fc.uint8Array({maxLength: 80}), bytes => {
      decodeUp(bytes);
      return true;
    }),
  );
  t.pass();
});

test('any card comes through', t => {
  const bytes16 = fc.uint8Array({minLength: 16, maxLength: 16});
  const anyCard: fc.Arbitrary<CardField> = fc.record({
    uid: fc.stringMatching(/^(?:[0-9A-F]{2}){4,10}$/).map(text => asId<CardUid>(text)),
    assurance: fc.oneof(
      fc.constant({kind: 'uid'} as const),
      fc.record({kind: fc.constant('proof' as const), nonce: bytes16, proof: bytes16}),
    ),
    userInfo: fc.string({unit: 'grapheme', maxLength: 20}),
  });
  fc.assert(
    fc.property(anyCard, fc.nat(), (card, requestNo) => {
      const message: UpMessage = {kind: 'card', requestNo, card};
      t.deepEqual(decodeUp(encodeUp(message)), {kind: 'message', message});
    }),
  );
});
