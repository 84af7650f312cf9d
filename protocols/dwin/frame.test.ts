import test from 'ava';
import fc from 'fast-check';
import {checkResync} from '../../sim/fuzz/resync-laws.js';
import {fromHex, toHex} from '../base/bytes.js';
import {CodecMisuse} from '../base/errors.js';
import {
  type DwinFrame,
  decodeDwinFrame,
  dwinPage,
  dwinText,
  encodeDwinFrame,
  pageOf,
  readDwinText,
} from './frame.js';
import {DWIN_VECTORS} from './vectors.js';

const published: readonly [string, string, DwinFrame][] = [
  ['acknowledgement', DWIN_VECTORS.writeAck, {kind: 'ack'}],
  ['page', DWIN_VECTORS.pageOne, {kind: 'write', address: 0x84, words: [0x5a01, 1]}],
  ['touch', DWIN_VECTORS.upload, {kind: 'values', address: 0x2001, words: [0x7801]}],
];

for (const [name, hex, frame] of published) {
  test(`published frame: ${name}`, t => {
    const bytes = fromHex(hex);
    t.is(toHex(encodeDwinFrame(frame)), toHex(bytes));
    t.deepEqual(decodeDwinFrame(bytes), {kind: 'frame', frame, used: bytes.length});
  });
}

const word = fc.nat(0xffff);
const words = fc.array(word, {minLength: 8, maxLength: 16});
// The address 4F4B is that of an acknowledgement.
const address = word.filter(value => value !== 0x4f4b);
const frames: fc.Arbitrary<DwinFrame> = fc.oneof(
  fc.record({kind: fc.constant('write' as const), address, words}),
  fc.record({kind: fc.constant('values' as const), address, words}),
);
const anyFrame = fc.oneof(
  frames,
  fc.record({kind: fc.constant('read' as const), address, quantity: fc.nat(255)}),
  fc.constant<DwinFrame>({kind: 'ack'}),
);

test('there and back, with and without CRC', t => {
  fc.assert(
    fc.property(anyFrame, fc.boolean(), (frame, hasCrc) => {
      const bytes = encodeDwinFrame(frame, hasCrc);
      t.deepEqual(decodeDwinFrame(bytes, hasCrc), {kind: 'frame', frame, used: bytes.length});
    }),
  );
});

test('finds its step again after any damage where there is a CRC', t => {
  checkResync({
    decode: bytes => decodeDwinFrame(bytes, true),
    frames: frames.map(frame => encodeDwinFrame(frame, true)),
    same: (left, right) => JSON.stringify(left) === JSON.stringify(right),
    recoverWithin: 14,
  });
  t.pass();
});

test('damage is told apart, pieces wait', t => {
  const bytes = fromHex(DWIN_VECTORS.upload);
  for (let length = 0; length < bytes.length; length += 1) {
    t.deepEqual(decodeDwinFrame(bytes.subarray(0, length)), {kind: 'wait'});
  }
  const whyOf = (hex: string, hasCrc = false) => {
    const decoded = decodeDwinFrame(fromHex(hex), hasCrc);
    return decoded.kind === 'discard' ? `${decoded.why} ${decoded.used}` : decoded.kind;
  };
  t.is(whyOf('00 01'), 'noise 2');
  t.is(whyOf('01 5A'), 'noise 1');
  t.is(whyOf('5A 5A A5'), 'noise 1');
  t.is(whyOf('5A A5 02 82 00'), 'length 1');
  t.is(whyOf('5A A5 03 82 00 01'), 'length 1');
  t.is(whyOf('5A A5 04 82 00 01 02'), 'length 1');
  t.is(whyOf('5A A5 03 83 00 01'), 'length 1');
  t.is(whyOf('5A A5 05 83 00 01 02 00'), 'length 1');
  t.is(whyOf('5A A5 03 81 00 01'), 'foreign 1');
  t.is(whyOf('5A A5 05 82 4F 4B 00 00', true), 'crc 1');
});

test('text is GBK up to FFFF, cut between characters', t => {
  t.is(toHex(encodeDwinFrame(dwinText(0x1000, '欢a', 32))), '5aa509821000bbb661ffffff');
  const textOf = (frame: DwinFrame) =>
    frame.kind === 'write' ? readDwinText(frame.words) : undefined;
  t.is(textOf(dwinText(0x1000, '欢a', 32)), '欢a');
  t.is(textOf(dwinText(0x1000, '欢迎', 3)), '欢');
  t.is(textOf(dwinText(0x1000, '', 3)), '');
  t.is(readDwinText([0x4142]), 'AB');
  t.is(readDwinText([0xd400]), undefined);
});

test('a page is known from other writes', t => {
  t.is(pageOf(dwinPage(7)), 7);
  t.is(pageOf({kind: 'ack'}), undefined);
  t.is(pageOf({kind: 'write', address: 0x84, words: [1, 2]}), undefined);
  t.is(pageOf({kind: 'write', address: 0x85, words: [0x5a01, 2]}), undefined);
});

test('what no frame can carry is our mistake', t => {
  const misuses: readonly DwinFrame[] = [
    {kind: 'write', address: 0x1000, words: []},
    {kind: 'write', address: 0x1_0000, words: [1]},
    {kind: 'values', address: 0, words: [0.5]},
    {kind: 'write', address: 0x1000, words: new Array(127).fill(0)},
  ];
  for (const misuse of misuses) {
    const error = t.throws(() => encodeDwinFrame(misuse), {instanceOf: CodecMisuse});
    t.is(error.code, 'codec/display');
  }
});
