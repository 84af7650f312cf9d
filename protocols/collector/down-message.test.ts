import test from 'ava';
import fc from 'fast-check';
import {fromHex} from '../base/bytes.js';
import {asId, type CardUid} from '../site/ids.js';
import {REASONS} from '../site/reasons.js';
import {type DownMessage, decodeDown, encodeDown} from './down-message.js';
import {FRAME_VECTORS} from './vectors.js';

/** Every message beside its bytes, put together by hand from the layout. */
const MESSAGES: readonly (readonly [DownMessage, string])[] = [
  [{kind: 'answer', requestNo: 7, verdict: 'deny', reason: 'EXPIRED'}, FRAME_VECTORS[1].plaintext],
  [{kind: 'answer', requestNo: 8, verdict: 'allow', reason: undefined}, '01 0104 00000008 0301 00'],
  [
    {kind: 'answer', requestNo: 9, verdict: 'redirect', reason: 'OTHER_POINT'},
    '01 0104 00000009 0301 01 040B 4F544845525F504F494E54',
  ],
  [{kind: 'screen', tone: 'call', lines: ['开', '']}, '02 0501 03 0603 E5BC80 0700'],
  [{kind: 'signal', buzzer: true, lamp: false}, '03 0801 01'],
  [{kind: 'signal', buzzer: false, lamp: true}, '03 0801 02'],
  [{kind: 'signal', buzzer: true, lamp: true}, '03 0801 03'],
  [
    {kind: 'reread', rereadNo: 3, uid: asId<CardUid>('62E3086CED')},
    '04 0104 00000003 0205 62E3086CED',
  ],
  [{kind: 'heartbeat'}, '05'],
];

for (const [message, hex] of MESSAGES) {
  test(`down on the wire: ${message.kind} ${hex.slice(0, 24)}`, t => {
    t.deepEqual(encodeDown(message), fromHex(hex));
    t.deepEqual(decodeDown(fromHex(hex)), {kind: 'message', message});
  });
}

test('a type down of a later version is told apart from damage', t => {
  t.deepEqual(decodeDown(fromHex('63')), {kind: 'unknown', type: 0x63});
});

test('a reason of a later version does not cost the verdict', t => {
  t.deepEqual(decodeDown(fromHex('01 0104 00000007 0301 02 0403 4E4557')), {
    kind: 'message',
    message: {kind: 'answer', requestNo: 7, verdict: 'deny', reason: undefined},
  });
});

test('damage on the way down is a value that names the message', t => {
  const whyOf = (hex: string) => {
    const decoded = decodeDown(fromHex(hex));
    return decoded.kind === 'malformed' ? decoded.why : decoded.kind;
  };
  t.is(whyOf(''), 'empty');
  t.is(whyOf('03 0801'), 'signal: fields');
  t.is(whyOf('03 0802 0000'), 'signal: values');
  t.is(whyOf('01 0104 00000007'), 'answer: values');
  t.is(whyOf('01 0301 00'), 'answer: values');
  t.is(whyOf('01 0104 00000007 0301 03'), 'answer: values');
  t.is(whyOf('02 0501 03 0600'), 'screen: values');
  t.is(whyOf('02 0501 04 0600 0700'), 'screen: values');
  t.is(whyOf('02 0501 00 0601 FF 0700'), 'screen: values');
  t.is(whyOf('04 0104 00000003'), 'reread: values');
  t.is(whyOf('04 0205 62E3086CED'), 'reread: values');
  t.is(whyOf('04 0104 00000003 0200'), 'reread: values');
});

test('a long line is cut at 96 bytes between two characters', t => {
  const lineOf = (text: string) => {
    const decoded = decodeDown(encodeDown({kind: 'screen', tone: 'good', lines: [text, '']}));
    return decoded.kind === 'message' && decoded.message.kind === 'screen'
      ? decoded.message.lines[0]
      : undefined;
  };
  t.is(lineOf('车'.repeat(40)), '车'.repeat(32));
  t.is(lineOf(`a${'🚗'.repeat(30)}`), `a${'🚗'.repeat(23)}`);
  t.is(lineOf('x'.repeat(96)), 'x'.repeat(96));
});

test('every reason comes through', t => {
  for (const reason of REASONS) {
    const message: DownMessage = {kind: 'answer', requestNo: 1, verdict: 'deny', reason};
    t.deepEqual(decodeDown(encodeDown(message)), {kind: 'message', message});
  }
});

test('no bytes make the reader of messages down throw', t => {
  fc.assert(
    fc.property(fc.uint8Array({maxLength: 80}), bytes => {
      decodeDown(bytes);
      return true;
    }),
  );
  t.pass();
});
