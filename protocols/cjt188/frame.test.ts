import test from 'ava';
import fc from 'fast-check';
import {checkResync} from '../../sim/fuzz/resync-laws.js';
import {concatBytes, fromHex, toHex} from '../base/bytes.js';
import {CodecMisuse} from '../base/errors.js';
import {type Cjt188Frame, decodeCjt188, encodeCjt188} from './frame.js';
import {CJT188_REPLY_VECTOR, CJT188_VECTORS} from './vectors.js';
import {moveValve, readMeter, STANDARD_CJT188_MAKER} from './water-meter.js';

for (const {what, frame, address, kind, serial} of CJT188_VECTORS) {
  test(`published frame: ${what}`, t => {
    const target = {type: 0x10, address, serial};
    const asked =
      kind === 'read'
        ? readMeter(target, STANDARD_CJT188_MAKER)
        : moveValve(target, kind, STANDARD_CJT188_MAKER);
    t.is(toHex(encodeCjt188(asked)), toHex(fromHex(frame)));
    t.deepEqual(decodeCjt188(fromHex(frame)), {
      kind: 'frame',
      frame: asked,
      used: fromHex(frame).length,
    });
  });
}

test('wake bytes are dropped before the frame, noise up to the next start', t => {
  const reply = fromHex(CJT188_REPLY_VECTOR.frame);
  t.deepEqual(decodeCjt188(concatBytes(fromHex('FEFEFE'), reply)), {
    kind: 'discard',
    used: 3,
    why: 'wake',
  });
  t.deepEqual(decodeCjt188(fromHex('FEFE')), {kind: 'discard', used: 2, why: 'wake'});
  t.deepEqual(decodeCjt188(fromHex('000168')), {kind: 'discard', used: 2, why: 'noise'});
  t.deepEqual(decodeCjt188(fromHex('0001')), {kind: 'discard', used: 2, why: 'noise'});
  t.deepEqual(decodeCjt188(fromHex('6868')), {kind: 'discard', used: 1, why: 'noise'});
});

test('a wrong sum, a wrong end and an impossible length take the start alone', t => {
  const reply = fromHex(CJT188_REPLY_VECTOR.frame);
  const damaged = (at: number, value: number) => {
    const bytes = reply.slice();
    bytes[at] = value;
    return decodeCjt188(bytes);
  };
  t.deepEqual(damaged(reply.length - 2, 0), {kind: 'discard', used: 1, why: 'crc'});
  t.deepEqual(damaged(reply.length - 1, 0), {kind: 'discard', used: 1, why: 'crc'});
  t.deepEqual(damaged(10, 0x65), {kind: 'discard', used: 1, why: 'length'});
});

test('a frame in pieces waits to the last byte', t => {
  const reply = fromHex(CJT188_REPLY_VECTOR.frame);
  for (let length = 0; length < reply.length; length += 1) {
    t.deepEqual(decodeCjt188(reply.subarray(0, length)), {kind: 'wait'});
  }
  t.is(decodeCjt188(reply).kind, 'frame');
});

const frames: fc.Arbitrary<Cjt188Frame> = fc.record({
  type: fc.constantFrom(0x10, 0x11, 0x12, 0x13),
  address: fc.uint8Array({minLength: 7, maxLength: 7}).map(bytes => toHex(bytes).toUpperCase()),
  control: fc.constantFrom(0x01, 0x04, 0x81, 0x84, 0xc1),
  data: fc.uint8Array({maxLength: 30}),
});

test('there and back', t => {
  fc.assert(
    fc.property(frames, frame => {
      const decoded = decodeCjt188(encodeCjt188(frame));
      t.deepEqual(decoded.kind === 'frame' && decoded.frame, {
        ...frame,
        data: Uint8Array.from(frame.data),
      });
    }),
  );
});

test('finds its frames again after any damage', t => {
  t.notThrows(() =>
    checkResync({
      decode: decodeCjt188,
      frames: frames.map(encodeCjt188),
      same: (left, right) => toHex(encodeCjt188(left)) === toHex(encodeCjt188(right)),
      // A damaged length may claim 100 bytes: up to eight of the shortest frames.
      recoverWithin: 10,
    }),
  );
});

test('only 14 digits are an address, only 100 bytes go in a frame', t => {
  const frame: Cjt188Frame = {type: 0x10, address: '1', control: 1, data: new Uint8Array(0)};
  const misuse = {instanceOf: CodecMisuse, code: 'codec/cjt188-frame'};
  t.throws(() => encodeCjt188(frame), misuse);
  t.throws(
    () => encodeCjt188({...frame, address: '78330011223344', data: new Uint8Array(101)}),
    misuse,
  );
});
