import test from 'ava';
import fc from 'fast-check';
import {checkResync} from '../../sim/fuzz/resync-laws.js';
import {equalBytes, fromHex, toHex} from '../base/bytes.js';
import {CodecMisuse} from '../base/errors.js';
import {
  AA55_ADDRESS,
  AA55_COLOUR,
  type Aa55Frame,
  decodeAa55Frame,
  decodeAa55Line,
  encodeAa55Frame,
  encodeAa55Line,
  encodeAa55Speech,
} from './frame.js';
import {AA55_VECTORS} from './vectors.js';

const frames: fc.Arbitrary<Aa55Frame> = fc.record({
  serial: fc.nat(255),
  address: fc.nat(255),
  command: fc.nat(255),
  data: fc.uint8Array({minLength: 20, maxLength: 40}),
});

for (const {source, frame, serial, command, data} of AA55_VECTORS) {
  test(`published frame: ${source}`, t => {
    const bytes = fromHex(frame);
    const expected = {serial, address: AA55_ADDRESS, command, data: fromHex(data)};
    t.is(toHex(encodeAa55Frame(expected)), toHex(bytes));
    t.deepEqual(decodeAa55Frame(bytes), {kind: 'frame', frame: expected, used: bytes.length});
  });
}

test('a line is its number, no time, its colour, nothing, and GBK', t => {
  const line = {line: 2, colour: AA55_COLOUR.green, text: '欢迎'};
  t.is(toHex(encodeAa55Line(line)), '02000200bbb6d3ad');
  t.deepEqual(decodeAa55Line(encodeAa55Line(line)), line);
  t.is(decodeAa55Line(encodeAa55Line({...line, text: ''}))?.text, ' ');
  t.is(encodeAa55Line({...line, text: '停'.repeat(200)}).length, 254);
  t.is(toHex(encodeAa55Speech('欢迎')), 'bbb6d3ad');
  t.is(decodeAa55Line(Uint8Array.of(1, 0, 1)), undefined);
  t.is(decodeAa55Line(Uint8Array.of(1, 0, 1, 0, 0xff)), undefined);
});

test('there and back', t => {
  fc.assert(
    fc.property(frames, frame => {
      const bytes = encodeAa55Frame(frame);
      t.deepEqual(decodeAa55Frame(bytes), {kind: 'frame', frame, used: bytes.length});
    }),
  );
});

test('damage is told apart, pieces wait', t => {
  const bytes = fromHex(AA55_VECTORS[0]?.frame ?? '');
  for (let length = 0; length < bytes.length; length += 1) {
    t.deepEqual(decodeAa55Frame(bytes.subarray(0, length)), {kind: 'wait'});
  }
  const changed = (at: number, byte: number) => {
    const damaged = bytes.slice();
    damaged[at] = byte;
    const decoded = decodeAa55Frame(damaged);
    return decoded.kind === 'discard' ? `${decoded.why} ${decoded.used}` : decoded.kind;
  };
  t.is(changed(0, 0), 'noise 12');
  t.is(changed(1, 0), 'noise 1');
  t.is(changed(6, 1), 'length 1');
  t.is(changed(11, 0), 'length 1');
  t.is(changed(8, 0x0c), 'crc 1');
});

test('finds its step again after any damage', t => {
  checkResync({
    decode: decodeAa55Frame,
    frames: frames.map(encodeAa55Frame),
    same: (left, right) => equalBytes(left.data, right.data) && left.serial === right.serial,
    recoverWithin: 12,
  });
  t.pass();
});

test('what no frame can carry is our mistake', t => {
  const misuses = [
    () => encodeAa55Frame({serial: 256, address: 0, command: 0, data: new Uint8Array(0)}),
    () => encodeAa55Frame({serial: 0, address: 0, command: 0, data: new Uint8Array(256)}),
    () => encodeAa55Line({line: 5, colour: 1, text: ''}),
  ];
  for (const misuse of misuses) {
    t.is(t.throws(misuse, {instanceOf: CodecMisuse}).code, 'codec/display');
  }
});
