import test from 'ava';
import fc from 'fast-check';
import {checkResync} from '../../sim/fuzz/resync-laws.js';
import {fromHex, toHex} from '../base/bytes.js';
import {CodecMisuse} from '../base/errors.js';
import {decodeSpaceFrame, encodeSpaceFrame, SPACE_COLOURS, type SpaceFrame} from './frame.js';
import {SPACE_COUNTER_VECTORS} from './vectors.js';

const {source, count, info} = SPACE_COUNTER_VECTORS;

for (const direction of ['request', 'reply'] as const) {
  test(`published ${direction}: ${source}`, t => {
    const bytes = fromHex(SPACE_COUNTER_VECTORS[direction]);
    const frame: SpaceFrame = {direction, colour: 'green', count, info};
    t.is(toHex(encodeSpaceFrame(frame)), toHex(bytes));
    t.deepEqual(decodeSpaceFrame(bytes), {kind: 'frame', frame, used: 7});
  });
}

const frames: fc.Arbitrary<SpaceFrame> = fc.record({
  direction: fc.constantFrom('request' as const, 'reply' as const),
  colour: fc.constantFrom(...SPACE_COLOURS),
  count: fc.nat(0xffff),
  info: fc.nat(0xff),
});

test('there and back', t => {
  fc.assert(
    fc.property(frames, frame => {
      t.deepEqual(decodeSpaceFrame(encodeSpaceFrame(frame)), {kind: 'frame', frame, used: 7});
    }),
  );
});

test('damage is told apart, pieces wait', t => {
  const bytes = fromHex(SPACE_COUNTER_VECTORS.request);
  for (let length = 0; length < bytes.length; length += 1) {
    t.deepEqual(decodeSpaceFrame(bytes.subarray(0, length)), {kind: 'wait'});
  }
  const changed = (changes: Readonly<Record<number, number>>) => {
    const damaged = bytes.slice();
    for (const [at, byte] of Object.entries(changes)) damaged[Number(at)] = byte;
    const decoded = decodeSpaceFrame(damaged);
    return decoded.kind === 'discard' ? decoded.why : decoded.kind;
  };
  t.is(changed({0: 0}), 'noise');
  t.is(changed({6: 0}), 'length');
  t.is(changed({2: 0x79}), 'crc');
  t.is(changed({1: 3, 5: 0xb9}), 'value');
});

test('finds its step again after any damage', t => {
  checkResync({
    decode: decodeSpaceFrame,
    frames: frames.map(encodeSpaceFrame),
    same: (left, right) => left.count === right.count && left.colour === right.colour,
    recoverWithin: 4,
  });
  t.pass();
});

test('what no frame can carry is our mistake', t => {
  for (const wrong of [{count: 65_536}, {count: -1}, {count: 1.5}, {info: 256}]) {
    const frame: SpaceFrame = {direction: 'request', colour: 'red', count: 1, info: 1, ...wrong};
    t.is(t.throws(() => encodeSpaceFrame(frame), {instanceOf: CodecMisuse}).code, 'codec/display');
  }
});
